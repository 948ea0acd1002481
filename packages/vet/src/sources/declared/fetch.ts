import { messageOf, ToolcribError } from '@toolcrib/model';
import type { SourceContext } from '../source.ts';
import { shownAddress } from './address.ts';
import { type AquaPackage, parseRegistry } from './registry.ts';

/** Some five times what the public registry has. */
const MOST_BYTES = 16 * 1024 * 1024;
/** For the whole answer, in milliseconds. */
const TIMEOUT = 30_000;

export interface FetchLimits {
  bytes: number;
  time: number;
}

/**
 * Fetches a registry that is one YAML file. Nothing of the tool is said to whoever answers.
 * @throws {ToolcribError} `usage` (no address), `unreachable`, `limit`, `bad-file`
 */
export async function fetchRegistry(
  address: string,
  { signal, progress }: Pick<SourceContext, 'signal' | 'progress'> = {},
  limits: FetchLimits = { bytes: MOST_BYTES, time: TIMEOUT },
): Promise<AquaPackage[]> {
  if (!URL.canParse(address)) throw new ToolcribError('usage', `${address} is no address`);
  const shown = shownAddress(address);
  progress?.(`fetching ${shown}`);
  const url = new URL(address);
  url.username = '';
  url.password = '';
  const until = AbortSignal.timeout(limits.time);
  const bytes = await get(url.href, shown, limits.bytes, signal ? AbortSignal.any([signal, until]) : until);
  return parseRegistry(bytes.toString('utf8'), shown);
}

async function get(address: string, shown: string, most: number, signal: AbortSignal): Promise<Buffer> {
  try {
    const response = await fetch(address, {
      headers: { accept: 'application/yaml, text/plain, */*' },
      signal,
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new ToolcribError('unreachable', `${shown} answered ${response.status}`);
    }
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of response.body ?? []) {
      size += part.length;
      if (size > most) throw new ToolcribError('limit', `${shown} has more than ${most} bytes`);
      parts.push(part);
    }
    return Buffer.concat(parts);
  } catch (cause) {
    if (cause instanceof ToolcribError) throw cause;
    throw new ToolcribError('unreachable', `${shown} did not answer: ${messageOf(cause)}`, { cause });
  }
}
