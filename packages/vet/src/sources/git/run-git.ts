import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { childEnvironment, ToolcribError } from '@toolcrib/model';

/** What git said when it did not end well. */
export class GitFailure extends Error {}

const TEXT_LIMIT = 16 * 1024 * 1024;

/** No configuration, no prompt, no lazy fetch, no replaced objects, and nothing inherited that could point elsewhere. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(
    Object.entries(childEnvironment(process.env)).filter(([name]) => !name.startsWith('GIT_')),
  );
  return {
    ...kept,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_PAGER: 'cat',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
  };
}

export interface StartedGit {
  child: ChildProcessWithoutNullStreams;
  /** Resolves once it has ended, well or not. */
  ended: Promise<unknown>;
  /** Waits for its end. Throws `GitFailure` in git's own words where it was none, ToolcribError `missing-part` without a git. */
  succeeded(): Promise<void>;
}

/** Starts git in a git directory, and for nothing else that it might find: see `environment`. */
export function startGit(gitDir: string, args: readonly string[], signal?: AbortSignal): StartedGit {
  const child = spawn('git', [`--git-dir=${gitDir}`, ...args], {
    cwd: gitDir,
    env: environment(),
    stdio: ['pipe', 'pipe', 'pipe'],
    signal,
  });
  let complaint = '';
  child.stderr.on('data', (bytes: Buffer) => {
    if (complaint.length < 2000) complaint += bytes.toString('utf8');
  });
  const ended = new Promise<number | Error>((done) => {
    child.on('error', done);
    child.on('close', (code, killedBy) => done(code ?? new Error(`ended by ${killedBy}`)));
  });
  // A git that ends early closes its input first; what it said on its way out is the better message.
  child.stdin.on('error', () => {});
  const succeeded = async () => {
    const end = await ended;
    signal?.throwIfAborted();
    if (end instanceof Error && 'code' in end && end.code === 'ENOENT')
      throw new ToolcribError('missing-part', 'git is not installed', {
        next: 'install git 2.37 or later',
        cause: end,
      });
    if (end !== 0) throw new GitFailure(`git ${args[0]}: ${firstLine(complaint) || String(end)}`);
  };
  return { child, ended, succeeded };
}

/** What a git command prints, as it comes. @throws as `StartedGit.succeeded`, after the last byte */
export async function* gitStream(
  gitDir: string,
  args: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const { child, succeeded } = startGit(gitDir, args, signal);
  child.stdin.end();
  try {
    for await (const bytes of child.stdout) yield bytes as Buffer;
    await succeeded();
  } finally {
    if (child.exitCode === null) child.kill();
  }
}

const firstLine = (text: string) => text.trim().split('\n', 1).join('').slice(0, 300);

/** All of a stream as text. @throws GitFailure over 16 MiB */
export async function textOf(stream: AsyncIterable<Buffer>, limit: number = TEXT_LIMIT): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const bytes of stream) {
    size += bytes.length;
    if (size > limit) throw new GitFailure(`git printed more than ${limit} bytes`);
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}
