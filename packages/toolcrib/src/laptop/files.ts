import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ToolcribError } from '@toolcrib/model';

/** undefined where there is no such file. */
export function readIfThere(path: string): string | undefined {
  try {
    // Most often asked for what is not there: an error with its stack costs a hundred times as much.
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw stateError(path, 'read', cause);
  }
}

/** Replaces a file of our own as a whole: a reader sees the old or the new one, also after a crash. Mode 0600. */
export function writeOwnFile(path: string, text: string): void {
  writeAside(path, text, (aside) => renameSync(aside, path));
}

/** Milliseconds. A lock of kubectl's that is older was left by a killed one. */
export const LOCK_LIFE = 10_000;

/**
 * As {@link writeOwnFile}, of a file that other programs write too: under the lock that kubectl takes, and only where it
 * still is what was read. kubectl does not wait for that lock, so it is held for the last look and the rename only.
 * @param was the text that was read; undefined where there was no file
 * @returns whether it was written
 */
export function replaceOwnFile(path: string, was: string | undefined, text: string): boolean {
  let written = false;
  writeAside(path, text, (aside) => {
    const release = kubectlLock(path);
    try {
      if (!release || readIfThere(path) !== was) return rmSync(aside);
      renameSync(aside, path);
      written = true;
    } finally {
      release?.();
    }
  });
  return written;
}

/** Whether another program holds kubectl's lock of a file; one that was left by a killed program is taken away. */
export function isLocked(path: string): boolean {
  const stat = statSync(`${path}.lock`, { throwIfNoEntry: false });
  if (!stat) return false;
  if (Date.now() - stat.mtimeMs < LOCK_LIFE) return true;
  rmSync(`${path}.lock`, { force: true });
  return false;
}

function kubectlLock(path: string): (() => void) | undefined {
  if (isLocked(path)) return undefined;
  try {
    closeSync(openSync(`${path}.lock`, 'wx', 0o600));
    return () => rmSync(`${path}.lock`, { force: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw cause;
  }
}

function writeAside(path: string, text: string, put: (aside: string) => void): void {
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    ownFolder(dirname(path));
    const file = openSync(aside, 'wx', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    put(aside);
  } catch (cause) {
    rmSync(aside, { force: true });
    throw stateError(path, 'written', cause);
  }
}

/**
 * Makes the state folder (0700), and refuses one that others may write.
 * @throws ToolcribError `bad-file`, also where a file stands in its place
 */
export function ownFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (cause) {
    throw folderError(folder, cause);
  }
  if ((statSync(folder).mode & 0o022) === 0) return;
  throw new ToolcribError('bad-file', `The folder ${folder} can be written by others.`, {
    next: `Run: chmod 700 ${folder}`,
  });
}

/** With its parents. Node's own way of it goes round and round where a folder can't be made and says so oddly (/proc). */
function makeFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (!found && dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (cause) {
    // Another process was faster.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw cause;
  }
}

/** What is locked. Held here as well: a handle that nobody holds is closed when memory is tidied up, and its lock goes with it. */
const held = new Set<DatabaseSync>();

/**
 * A lock that the operating system drops with the process, however that ends: an SQLite file, exclusively
 * locked. A pid in a file would outlive its process.
 *
 * @param wait milliseconds
 * @returns how to let go; undefined where another process has it
 */
export function takeLock(path: string, wait = 0): (() => void) | undefined {
  ownFolder(dirname(path));
  let database: DatabaseSync | undefined;
  try {
    createEmpty(path);
    database = new DatabaseSync(path, { timeout: wait });
    database.exec('BEGIN EXCLUSIVE');
    const taken = database;
    held.add(taken);
    return () => {
      held.delete(taken);
      if (taken.isOpen) taken.close();
    };
  } catch (cause) {
    database?.close();
    if ((((cause as { errcode?: number }).errcode ?? 0) & 0xff) === 5) return undefined;
    throw stateError(path, 'locked', cause);
  }
}

/** Only where it is missing: closing any handle of a file drops every POSIX lock that this process has on it. */
function createEmpty(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  }
}

/** Runs `work` while no other process is in the same place. */
export async function withLock<Result>(
  path: string,
  wait: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const until = Date.now() + wait;
  let release = takeLock(path);
  // Waiting inside SQLite would stop this whole process, timers and all.
  while (!release && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    release = takeLock(path);
  }
  if (!release) {
    throw new ToolcribError('conflict', 'Another toolcrib command is starting or changing the guard.', {
      next: 'Wait for it and try again.',
    });
  }
  try {
    return await work();
  } finally {
    release();
  }
}

function folderError(folder: string, cause: unknown): ToolcribError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'a file stands in its place' : message;
  return new ToolcribError('bad-file', `toolcrib's own folder ${folder} can't be made: ${why}.`, {
    next: 'Move what is in the way, make its parent folder writable for you, or set TOOLCRIB_HOME to another folder.',
    cause,
  });
}

function stateError(path: string, verb: string, cause: unknown): ToolcribError {
  if (cause instanceof ToolcribError) return cause;
  return new ToolcribError(
    'bad-file',
    `toolcrib's own file ${path} can't be ${verb}: ${(cause as Error).message}.`,
    {
      next: 'Make its folder writable for you, free some space, or set TOOLCRIB_HOME to another folder.',
      cause,
    },
  );
}
