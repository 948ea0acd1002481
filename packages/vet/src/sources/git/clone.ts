import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEnvironment, ToolcribError } from '@toolcrib/model';
import { withoutSecrets } from '../target.ts';

/**
 * Clones a repository for reading: bare (nothing is checked out), whole, without submodules, hooks or templates, with
 * every object checked on arrival. Only the protocols that a person can mean are allowed; `ext::` runs programs.
 *
 * @returns its folder and how to remove it
 */
export async function cloneForReading(
  url: string,
  options: { signal?: AbortSignal; progress?(text: string): void } = {},
): Promise<{ dir: string; close(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'toolcrib-clone-'));
  const close = () => rm(dir, { recursive: true, force: true });
  options.progress?.(`cloning ${withoutSecrets(url)}`);
  const safe = [
    'core.hooksPath=/dev/null',
    'transfer.fsckObjects=true',
    'gc.auto=0',
    'core.fsmonitor=false',
    'fetch.recurseSubmodules=false',
  ];
  const args = [
    ...safe.flatMap((setting) => ['-c', setting]),
    'clone',
    '--bare',
    '--quiet',
    '--no-local',
    '--template=',
    '--',
    url,
    join(dir, 'repository.git'),
  ];
  const kept = Object.fromEntries(
    Object.entries(childEnvironment(process.env)).filter(([name]) => !name.startsWith('GIT_')),
  );
  const env = {
    ...kept,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ALLOW_PROTOCOL: 'https:ssh:git:file',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C.UTF-8',
  };
  const child = spawn('git', args, { env, stdio: ['ignore', 'ignore', 'pipe'], signal: options.signal });
  let complaint = '';
  child.stderr.on('data', (bytes: Buffer) => {
    if (complaint.length < 2000) complaint += bytes.toString('utf8');
  });
  const code = await new Promise<number | Error>((done) => {
    child.on('error', done);
    child.on('close', (status) => done(status ?? new Error('it was ended')));
  });
  if (code === 0) return { dir: join(dir, 'repository.git'), close };
  await close();
  const why = code instanceof Error ? code.message : reasonIn(complaint);
  throw new ToolcribError('unreachable', withoutSecrets(`${url} could not be cloned: ${why}`), {
    next: 'clone it yourself and give the folder',
  });
}

/** The cause comes first; git ends with what to look for in general. */
function reasonIn(complaint: string): string {
  const lines = complaint.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '' && !line.startsWith('warning:'))
    .slice(0, 1)
    .join('');
}
