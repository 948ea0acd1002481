import { spawn } from 'node:child_process';
import { childEnvironment } from '@toolcrib/model';

/** What a program said before it ended, or before its time was over. */
export interface Said {
  stdout: string;
  stderr: string;
  /** undefined where it did not end by itself, or could not be started. */
  code?: number;
  /** Why there is no code. */
  why?: string;
  /** There is no such program. */
  missing?: true;
}

/** Characters that are read of each stream. */
const MOST = 65_536;
/** Milliseconds for what it said to arrive, once it has ended: another program may hold the pipe open for ever. */
const ARRIVES = 500;

/**
 * Runs a program that is to answer at once. Once its time is over it and all that it has started are ended; nothing of it
 * keeps this process from its own end.
 * @param limit milliseconds
 */
export function briefly(
  program: string,
  args: readonly string[],
  { env, cwd, limit }: { env: Record<string, string | undefined>; cwd?: string; limit: number },
): Promise<Said> {
  return new Promise((resolve) => {
    const said = { stdout: '', stderr: '' };
    // A group of its own: what it starts ends with it.
    const child = spawn(program, args, {
      env: childEnvironment(env),
      cwd,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let later: NodeJS.Timeout | undefined;
    const end = (more: Omit<Said, 'stdout' | 'stderr'>) => {
      clearTimeout(timer);
      clearTimeout(later);
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Nobody of it is left.
      }
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      child.unref();
      resolve({ ...said, ...more });
    };
    const timer = setTimeout(() => end({ why: `no answer within ${limit / 1000} s` }), limit);
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (part: string) => {
        if (said[name].length < MOST) said[name] += part;
      });
    child.on('error', (error: NodeJS.ErrnoException) =>
      end({ why: error.message, ...(error.code === 'ENOENT' ? { missing: true as const } : {}) }),
    );
    child.on('exit', (code, signal) => {
      const ended = code === null ? { why: `it ended by ${signal}` } : { code };
      child.on('close', () => end(ended));
      later = setTimeout(() => end(ended), ARRIVES);
    });
  });
}
