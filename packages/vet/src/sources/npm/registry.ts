import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { childEnvironment, messageOf, ToolcribError } from '@toolcrib/model';
import { parseJson } from '../../given/json.ts';
import type { SourceContext } from '../source.ts';
import { type Packument, packumentSchema } from './schema.ts';

const LIMIT = 256 * 1024 * 1024;
const TIMEOUT = 60_000;

export interface ReadPackument {
  packument: Packument;
  location: string;
  sha256: string;
}

const read = new WeakMap<SourceContext, Map<string, Promise<ReadPackument>>>();

/**
 * What the registry says of a package, asked once a run. The registry is the one the person's own npm is set to, so
 * that a company's mirror is used as everywhere else; credentials are not sent.
 *
 * @throws ToolcribError `not-found`, `unreachable`, `limit`, `not-understood`
 */
export function readPackument(name: string, context: SourceContext): Promise<ReadPackument> {
  const known = read.get(context) ?? new Map<string, Promise<ReadPackument>>();
  read.set(context, known);
  const found = known.get(name) ?? fetchPackument(name, context);
  known.set(name, found);
  return found;
}

async function fetchPackument(name: string, context: SourceContext): Promise<ReadPackument> {
  const base = context.registry ?? (await npmsRegistry());
  const location = withoutSecrets(`${base.replace(/\/+$/, '')}/${name.replace('/', '%2f')}`);
  context.progress?.(`asking the npm registry for ${name}`);
  const bytes = await get(location, name, context.signal);
  const parsed = packumentSchema.safeParse(
    parseJson(bytes.toString('utf8'), `the registry’s answer for ${name}`, {
      bytes: LIMIT,
      depth: 200,
    }),
  );
  if (!parsed.success)
    throw new ToolcribError(
      'not-understood',
      `the registry’s answer for ${name} is no packument: ${parsed.error.issues[0]?.path.join('.')} ${parsed.error.issues[0]?.message}`,
    );
  // A registry that answers with another package's document would have it judged under this one's name.
  if (parsed.data.name !== name)
    throw new ToolcribError(
      'not-understood',
      `the registry was asked for ${name} and answered for ${parsed.data.name.slice(0, 200)}`,
    );
  return {
    packument: parsed.data,
    location,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

async function get(location: string, name: string, signal?: AbortSignal): Promise<Buffer> {
  const limit = AbortSignal.timeout(TIMEOUT);
  const ask = () =>
    fetch(location, {
      headers: { accept: 'application/json' },
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
  // Once more: a connection that was kept may have been closed by the other side in the very moment it was used.
  const response = await ask()
    .catch(ask)
    .catch((cause) => {
      throw new ToolcribError('unreachable', `the npm registry did not answer: ${messageOf(cause)}`, {
        next: 'see `npm ping`, or name another with --registry',
        cause,
      });
    });
  if (response.status === 404)
    throw new ToolcribError('not-found', `the npm registry has no package ${name}`);
  if (!response.ok)
    throw new ToolcribError('unreachable', `the npm registry answered ${response.status} for ${name}`);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > LIMIT)
      throw new ToolcribError(
        'limit',
        `the registry’s answer for ${name} has more than ${LIMIT / 1024 / 1024} MiB`,
      );
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** npm itself knows best which registry its many configuration files come to. */
async function npmsRegistry(): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'registry'], {
    timeout: 20_000,
    env: childEnvironment(process.env),
  }).catch((cause) => {
    throw new ToolcribError('missing-part', 'npm can’t be asked which registry it uses', {
      next: 'name one with --registry',
      cause,
    });
  });
  const line = `${stdout.trim().split('\n').at(-1)}`;
  if (!URL.canParse(line))
    throw new ToolcribError('not-understood', `npm’s registry is set to "${line}"`, {
      next: 'name one with --registry',
    });
  return line;
}

/** A registry's address may carry a password; a pack, or an error that quotes the address, is passed around. */
function withoutSecrets(location: string): string {
  const url = new URL(location);
  url.username = '';
  url.password = '';
  return url.href;
}
