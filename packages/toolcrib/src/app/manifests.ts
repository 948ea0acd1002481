import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { KubeObject } from '@toolcrib/kube';
import { parseAllDocuments } from 'yaml';

/** Of so much in all is read: a hint must cost little. Bytes. */
const MOST = 3 << 20;

/**
 * The objects that a person's `-f` files name. Local files and folders alone: what comes from standard input or from an
 * address is not there to be read. None of it where something can't be read: half a list would look like all.
 *
 * @param at.cwd of the program that was given these files
 */
export async function readManifests(
  files: readonly string[],
  at: { cwd: string; recursive: boolean },
): Promise<KubeObject[]> {
  try {
    const texts: string[] = [];
    let size = 0;
    for (const file of files) {
      for (const path of await filesIn(resolve(at.cwd, file), at.recursive)) {
        size += (await stat(path)).size;
        if (size > MOST) return [];
        texts.push(await readFile(path, 'utf8'));
      }
    }
    return texts.flatMap(objectsIn);
  } catch {
    return [];
  }
}

/** As kubectl takes them from a folder. @throws what is neither file nor folder: a pipe would never end */
async function filesIn(path: string, recursive: boolean): Promise<string[]> {
  const found = await stat(path);
  if (found.isFile()) return [path];
  if (!found.isDirectory()) throw new Error(`${path} is no file`);
  const inside = await readdir(path, { withFileTypes: true, recursive });
  return inside
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function objectsIn(text: string): KubeObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw new Error('it is no manifest');
    const object = document.toJS({ maxAliasCount: 100 }) as (KubeObject & { items?: KubeObject[] }) | null;
    return [object?.kind?.endsWith('List') ? (object.items ?? []) : object]
      .flat()
      .filter((one): one is KubeObject => Boolean(one?.kind && one.apiVersion && one.metadata?.name));
  });
}
