import { spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, ToolcribError, type ToolcribErrorCode } from '@toolcrib/model';
import { z } from 'zod';
import { authorizationFor, hasSecret, reach } from './api/socket.ts';
import { ownFolder, readIfThere, takeLock, withLock, writeOwnFile } from './files.ts';
import { inheritedOptions, itself } from './itself.ts';
import type { Paths } from './paths.ts';
import { startOf } from './process-id.ts';

type Env = Record<string, string | undefined>;

const pidSchema = z.object({ pid: z.int().positive(), start: z.string() });
const failureSchema = z.object({ code: z.string(), message: z.string(), next: z.string().optional() });

/** Milliseconds. */
const START_TIMEOUT = 20_000;
/** What is under way has half a minute, and what it did is written down. */
const STOP_TIMEOUT = 60_000;
const LOG_LIMIT = 5_000_000;

export interface StartOptions {
  /** The program that becomes the guard; ours unless a test says otherwise. */
  main?: string;
  env: Env;
  timeout?: number;
}

/**
 * Makes sure that the guard runs and answers; starts it in the background where it does not. Many terminals may
 * ask at once: one guard is started.
 *
 * @returns whether it was started now
 * @throws ToolcribError what the guard itself could not start for (`port-in-use`, `bad-file` …), or `not-running`
 */
export async function ensureGuard(paths: Paths, options: StartOptions): Promise<'started' | 'running'> {
  if (await answers(paths.socket)) return 'running';
  return withLock(paths.startLock, options.timeout ?? START_TIMEOUT, async () => {
    if (await answers(paths.socket)) return 'running';
    await start(paths, options);
    return 'started';
  });
}

async function start(paths: Paths, { main, env, timeout = START_TIMEOUT }: StartOptions): Promise<void> {
  ownFolder(paths.state);
  rmSync(paths.failure, { force: true });
  const log = openLog(paths.log);
  const [program, args] =
    main === undefined
      ? itself('guard-main')
      : [process.execPath, [...inheritedOptions(process.execArgv), main]];
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', log, log],
    env,
    cwd: paths.state,
  });
  closeSync(log);
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, signal) => {
    ended ??= `it ended with ${signal ?? `exit code ${code}`}`;
  });
  const until = Date.now() + timeout;
  while (ended === undefined && Date.now() < until) {
    if (await answers(paths.socket)) {
      // From now on it lives without us.
      child.unref();
      return;
    }
    await sleep(50);
  }
  if (ended === undefined) child.kill('SIGTERM');
  child.unref();
  throw startFailure(paths, ended ?? `it did not answer within ${timeout / 1000} s`);
}

function openLog(path: string): number {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

function startFailure(paths: Paths, why: string): ToolcribError {
  const text = readIfThere(paths.failure);
  const told = text === undefined ? undefined : failureSchema.safeParse(parsed(text)).data;
  if (told) return new ToolcribError(told.code as ToolcribErrorCode, told.message, { next: told.next });
  const last = (readIfThere(paths.log) ?? '').trimEnd().split('\n').slice(-5).join('\n');
  return new ToolcribError(
    'not-running',
    `The guard could not be started: ${why}.${last ? `\n${last}` : ''}`,
    {
      next: `Look at ${paths.log}.`,
    },
  );
}

/** For the guard's own process: tells whoever starts it why it can't. */
export function reportStartFailure(paths: Paths, error: unknown): void {
  const known = error instanceof ToolcribError ? error : undefined;
  const code = known?.code ?? 'not-running';
  const message = messageOf(error);
  writeOwnFile(paths.failure, JSON.stringify({ code, message, next: known?.next }));
}

/**
 * For the guard's own process, first thing: becomes the one guard of this state folder.
 * @returns how to let go at the end
 * @throws ToolcribError `conflict` where another guard has it
 */
export function becomeGuard(paths: Paths, pid: number = process.pid): () => void {
  const release = takeLock(paths.lock);
  if (!release) {
    throw new ToolcribError('conflict', 'Another guard runs with the same state folder.', {
      next: 'Use it, or stop it first: toolcrib guard stop',
    });
  }
  writeOwnFile(paths.pid, JSON.stringify({ pid, start: startOf(pid) ?? '' }));
  return () => {
    rmSync(paths.pid, { force: true });
    release();
  };
}

/** The pid of the running guard; never that of another process which was given the same number later. */
export function guardPid(paths: Paths): number | undefined {
  const text = readIfThere(paths.pid);
  const known = text === undefined ? undefined : pidSchema.safeParse(parsed(text)).data;
  if (!known || known.start === '') return undefined;
  return startOf(known.pid) === known.start ? known.pid : undefined;
}

/**
 * Ends the guard and waits until it is gone. It settles its journal first.
 * @throws ToolcribError `conflict` where it does not end
 */
export async function stopGuard(paths: Paths, timeout = STOP_TIMEOUT): Promise<'stopped' | 'not-running'> {
  const pid = guardPid(paths);
  const start = pid === undefined ? undefined : startOf(pid);
  if (pid === undefined || start === undefined) {
    removeLeftovers(paths);
    return 'not-running';
  }
  try {
    process.kill(pid, 'SIGTERM');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause;
  }
  const until = Date.now() + timeout;
  // The process itself, not its pid file: that goes first.
  while (startOf(pid) === start) {
    if (Date.now() > until) {
      throw new ToolcribError(
        'conflict',
        `The guard (process ${pid}) has not ended within ${timeout / 1000} s.`,
        {
          next: `It may still wait for the cluster. To end it at once: kill -9 ${pid}; its journal survives that.`,
        },
      );
    }
    await sleep(25);
  }
  removeLeftovers(paths);
  return 'stopped';
}

/** A killed guard leaves these behind; while another one holds the lock they are its own. */
function removeLeftovers(paths: Paths): void {
  const release = statSync(paths.lock, { throwIfNoEntry: false }) ? takeLock(paths.lock) : undefined;
  if (!release) return;
  rmSync(paths.pid, { force: true });
  rmSync(paths.socket, { force: true });
  release();
}

/**
 * Whether a guard answers on the socket.
 * @throws ToolcribError `bad-file` where others could put one of theirs in its place
 */
export async function answers(socketPath: string, timeout = 2_000): Promise<boolean> {
  if (!hasSecret(socketPath)) return false;
  return new Promise((resolve) => {
    // Where others could put a socket of theirs nobody is believed, and nobody is told the secret.
    const way = reach(socketPath);
    const headers = { authorization: authorizationFor(socketPath) };
    const options = { socketPath: way.path, path: '/v1/status', timeout, headers, agent: false } as const;
    const call = request(options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on('close', way.leave);
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(false));
    call.end();
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
