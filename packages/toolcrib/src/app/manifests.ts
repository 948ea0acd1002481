import type { Dirent } from 'node:fs';
import { open, opendir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type KubeObject, parseYamlDocuments } from '@toolcrib/kube';

/** Of so much in all is read: a hint must cost the thread that judges a few dozen milliseconds at most. Bytes. */
const MOST = 256 * 1024;
/** So many entries of folders are looked at, whatever they are: `-R -f .` may stand above a whole disk. */
const MOST_ENTRIES = 500;

/**
 * The objects that a person's `-f` files name. Local files and folders alone: what comes from standard input or from an
 * address is not there to be read. None of it where something can't be read, or is large: half a list would look like all.
 *
 * @param at.cwd of the program that was given these files
 */
export async function readManifests(
  files: readonly string[],
  at: { cwd: string; recursive: boolean },
): Promise<KubeObject[]> {
  try {
    const left = { bytes: MOST, entries: MOST_ENTRIES };
    const texts: string[] = [];
    for (const file of files) {
      for (const path of await filesIn(resolve(at.cwd, file), at.recursive, left))
        texts.push(await textOf(path, left));
    }
    return texts.flatMap(objectsIn);
  } catch {
    return [];
  }
}

interface Left {
  bytes: number;
  entries: number;
}

/** @throws what is more than is left, also of a file that says it has no length and goes on */
async function textOf(path: string, left: Left): Promise<string> {
  if ((await stat(path)).size > left.bytes) throw new Error(`${path} is large`);
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(left.bytes + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      length += bytesRead;
      if (length > left.bytes) throw new Error(`${path} is large`);
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
    if (--left.entries < 0) throw new Error(`${path} has a lot in it`);
    entries.push(entry);
  }
  return entries
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function objectsIn(text: string): KubeObject[] {
  // The API server's own reading, in time linear to its length; the library's is quadratic in the keys of one mapping.
  return parseYamlDocuments(text).flatMap((document) => {
    const object = document as (KubeObject & { items?: KubeObject[] }) | null;
    return [object?.kind?.endsWith('List') ? (object.items ?? []) : object]
      .flat()
      .filter((one): one is KubeObject => Boolean(one?.kind && one.apiVersion && one.metadata?.name));
  });
}
