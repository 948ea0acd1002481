import type { Dirent } from 'node:fs';
import { open, opendir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AskedManifests, ReadAhead } from '@toolcrib/guard/way/foretold';
import type { KubeObject } from '@toolcrib/kube';
import { kustomized, NotTold, objectsIn } from './kustomization.ts';

/** Of so much in all is read: a hint must cost the thread that judges a few dozen milliseconds at most. Bytes. */
const MOST = 256 * 1024;
/** So many entries of folders are looked at, whatever they are: `-R -f .` may stand above a whole disk. */
const MOST_ENTRIES = 500;

/**
 * The objects that a command's files and its kustomization name. Local files and folders alone: what stands at an address is
 * not fetched, and of standard input only a file's is there to be read. None of it where something can't be read, or is
 * large: half a list would look like all.
 *
 * @param at.cwd of the program that was given these files
 * @param at.stdin a file that stands on its standard input
 * @returns what was found, or why it can't be told ahead
 */
export async function readManifests(
  asked: AskedManifests,
  at: { cwd: string; stdin?: string },
): Promise<ReadAhead> {
  const left = { bytes: MOST, entries: MOST_ENTRIES };
  const read = (path: string) => textOf(path, left);
  try {
    const objects: KubeObject[] = [];
    for (const file of asked.files) {
      for (const path of await pathsOf(file, at, asked.recursive, left))
        objects.push(...objectsIn(await read(path)));
    }
    if (asked.kustomization !== undefined)
      objects.push(...(await kustomized(localFolder(asked.kustomization, at.cwd), read)));
    return { objects };
  } catch (error) {
    const untold = error instanceof NotTold ? error.message : 'what it names can’t be read here';
    return { objects: [], untold };
  }
}

function localFolder(folder: string, cwd: string): string {
  if (folder.includes('://')) throw new NotTold('its kustomization stands elsewhere');
  return resolve(cwd, folder);
}

async function pathsOf(
  file: string,
  { cwd, stdin }: { cwd: string; stdin?: string },
  recursive: boolean,
  left: Left,
): Promise<string[]> {
  if (file === '-') {
    if (stdin === undefined) throw new NotTold('it comes on standard input, which can’t be read ahead');
    return [stdin];
  }
  if (/^https?:\/\//.test(file)) throw new NotTold('it stands at an address, which is not read ahead');
  return filesIn(resolve(cwd, file), recursive, left);
}

interface Left {
  bytes: number;
  entries: number;
}

/** @throws what is more than is left, also of a file that says it has no length and goes on */
async function textOf(path: string, left: Left): Promise<string> {
  if ((await stat(path)).size > left.bytes) throw new NotTold('its files are large');
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(left.bytes + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      length += bytesRead;
      if (length > left.bytes) throw new NotTold('its files are large');
      if (bytesRead === 0) break;
    }
    left.bytes -= length;
    return buffer.toString('utf8', 0, length);
  } finally {
    await file.close();
  }
}

/** As kubectl takes them from a folder. @throws what is neither file nor folder: a pipe would never end */
async function filesIn(path: string, recursive: boolean, left: Left): Promise<string[]> {
  const found = await stat(path);
  if (found.isFile()) return [path];
  if (!found.isDirectory()) throw new Error(`${path} is no file`);
  const entries: Dirent[] = [];
  for await (const entry of await opendir(path, { recursive })) {
    if (--left.entries < 0) throw new NotTold('its files are many');
    entries.push(entry);
  }
  return entries
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
