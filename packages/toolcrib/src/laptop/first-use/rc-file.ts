import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, ToolcribError } from '@toolcrib/model';

/** A file of the person's own, as it stands now. */
export interface RcFile {
  path: string;
  /** What it says, one character a byte; undefined where there is none. */
  text?: string;
  /** Where it really stands, if it is a link: that file is changed, and the link stays one. */
  leadsTo?: string;
  /** Why it can't be changed. */
  cannot?: string;
}

export function lookAt(path: string): RcFile {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found) return { path, ...whyNot(nearestFolder(path)) };
    const leadsTo = realpathSync(path);
    const link = found.isSymbolicLink() ? { leadsTo } : {};
    const stat = statSync(leadsTo);
    if (!stat.isFile()) return { path, ...link, cannot: 'it is no file' };
    const text = readFileSync(leadsTo, 'latin1');
    // Root may write it; who took that right away from himself meant it.
    if ((stat.mode & 0o222) === 0) return { path, ...link, text, cannot: 'it is read-only' };
    return { path, ...link, text, ...whyNot(leadsTo) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { path, cannot: code === 'ENOENT' ? 'it is a link that leads nowhere' : messageOf(error) };
  }
}

function whyNot(path: string): { cannot?: string } {
  try {
    accessSync(path, constants.W_OK);
    return {};
  } catch (error) {
    return { cannot: `${path} can't be written (${(error as NodeJS.ErrnoException).code})` };
  }
}

function nearestFolder(path: string): string {
  let folder = dirname(path);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** Folders above a file that are not there. */
export function missingFolders(path: string): number {
  let count = 0;
  for (let folder = dirname(path); !existsSync(folder); folder = dirname(folder)) count++;
  return count;
}

/**
 * Changes the file from what was seen to what is wanted, and nothing else of it: mode, owner, links and hard links stay. What only
 * grows or shrinks at its end is changed in place; all else is written aside and put in its place as a whole.
 * @param seen as {@link lookAt} had it
 * @param wanted one character a byte; undefined: there shall be none
 * @param folders that go with it, where it goes and they are empty
 * @throws ToolcribError `conflict` where it has changed since; `bad-file`
 */
export function change({ path, text: seen }: RcFile, wanted: string | undefined, folders = 0): void {
  const now = lookAt(path);
  if (now.cannot !== undefined) throw failed(path, now.cannot);
  if (now.text !== seen)
    throw new ToolcribError('conflict', `${path} has changed since it was looked at.`, {
      next: 'Try again.',
    });
  const real = now.leadsTo ?? path;
  try {
    if (wanted === seen) return;
    if (seen === undefined) create(real, wanted ?? '');
    else if (wanted === undefined) remove(real, folders);
    else if (wanted.startsWith(seen)) inPlace(real, 'a', (file) => put(file, wanted.slice(seen.length)));
    else if (seen.startsWith(wanted)) inPlace(real, 'r+', (file) => ftruncateSync(file, wanted.length));
    else replace(real, wanted);
  } catch (error) {
    throw failed(path, messageOf(error), error);
  }
}

const failed = (path: string, why: string, cause?: unknown) =>
  new ToolcribError('bad-file', `${path} can't be changed: ${why}.`, {
    next: 'Change it yourself, or make it writable and try again.',
    ...(cause === undefined ? {} : { cause }),
  });

function put(file: number, text: string): void {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function inPlace(path: string, flags: string, work: (file: number) => void): void {
  const { size } = statSync(path);
  const file = openSync(path, flags);
  try {
    work(file);
    fsyncSync(file);
  } catch (error) {
    // A full disk: half of a block is none.
    if (flags === 'a') quietly(() => ftruncateSync(file, size));
    throw error;
  } finally {
    closeSync(file);
  }
}

function create(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'wx');
  try {
    put(file, text);
    fsyncSync(file);
  } catch (error) {
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(file);
  }
}

function remove(path: string, folders: number): void {
  unlinkSync(path);
  for (let [folder, left] = [dirname(path), folders]; left > 0; [folder, left] = [dirname(folder), left - 1])
    if (!quietly(() => rmdirSync(folder))) return;
}

function replace(path: string, text: string): void {
  const { mode, uid, gid, nlink } = statSync(path);
  if (nlink > 1) {
    // Under its other names it is to be the same file.
    inPlace(path, 'r+', (file) => {
      put(file, text);
      ftruncateSync(file, text.length);
    });
    return;
  }
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    const file = openSync(aside, 'wx', 0o600);
    try {
      put(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    quietly(() => chownSync(aside, uid, gid));
    chmodSync(aside, mode & 0o7777);
    renameSync(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
}

function quietly(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
