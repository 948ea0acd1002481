import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DEFAULT_MIRROR_URL, initTUF } from '@sigstore/tuf';
import { ToolcribError } from '@toolcrib/model';
import * as z from 'zod';
import { messageOf } from '../stop.ts';
import type { StoredRoot } from './root.ts';
import { trustFolder } from './store.ts';

export interface UpdateOptions {
  /** Another TUF repository with the same targets (an inner mirror). Default: Sigstore's public good instance. */
  mirror?: string;
  /** The first root to trust; needed for another repository, and its file must come from a place that is trusted. */
  rootPath?: string;
  folder?: string;
  now: Date;
}

const TRUSTED_ROOT = 'trusted_root.json';

/**
 * Renews the root over TUF: every step from the root that ships with @sigstore/tuf is signed by a threshold of the one
 * before. Needs the network.
 * @throws {ToolcribError} `unreachable` or `unverifiable`; nothing is changed then
 */
export async function updateRoot(options: UpdateOptions): Promise<StoredRoot> {
  const { mirror = DEFAULT_MIRROR_URL, rootPath, folder = trustFolder(), now } = options;
  const npmKeys = npmKeysTarget();
  const read = async (client: Awaited<ReturnType<typeof initTUF>>, target: string): Promise<unknown> =>
    JSON.parse(await client.getTarget(target));
  try {
    const client = await initTUF({
      mirrorURL: mirror,
      cachePath: join(folder, 'tuf'),
      ...(rootPath !== undefined && { rootPath, forceInit: true }),
    });
    const trustedRoot = z.record(z.string(), z.unknown()).parse(await read(client, TRUSTED_ROOT));
    const keys = z.object({ keys: z.array(z.unknown()) }).parse(await read(client, npmKeys));
    const origin = `${mirror === DEFAULT_MIRROR_URL ? 'Sigstore public good instance' : mirror}, over TUF`;
    return { asOf: now.toISOString(), origin, trustedRoot, npmKeys: keys.keys as StoredRoot['npmKeys'] };
  } catch (cause) {
    const reason = reasonOf(cause);
    const unreachable = /ENOTFOUND|ECONN|EAI_AGAIN|ETIMEDOUT|fetch failed|timeout|socket/i.test(reason);
    throw new ToolcribError(
      unreachable ? 'unreachable' : 'unverifiable',
      `the trust root could not be renewed from ${mirror}: ${reason}`,
      { cause, next: 'the root in use stays as it was; what it cannot judge comes out as unknown' },
    );
  }
}

/** The name of the target with npm's keys, as the library's own seeds have it. */
function npmKeysTarget(): string {
  const require = createRequire(import.meta.url);
  const seeds = require('@sigstore/tuf/seeds.json') as Record<string, { targets: Record<string, string> }>;
  const targets = Object.keys(seeds[DEFAULT_MIRROR_URL]?.targets ?? {}).map(decodeURIComponent);
  const found = targets.find((target) => target.endsWith('/keys.json'));
  if (found === undefined)
    throw new ToolcribError('not-understood', "the TUF library knows no target with npm's keys");
  return found;
}

function reasonOf(error: unknown): string {
  const parts: string[] = [];
  for (let one = error; one instanceof Error && parts.length < 5; one = one.cause) parts.push(messageOf(one));
  return parts.join(': ');
}
