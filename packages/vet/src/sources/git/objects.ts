import type { CatFile } from './cat-file.ts';
import { GitFailure } from './run-git.ts';

/** What of a repository is asked for here. */
type Objects = { objects: Pick<CatFile, 'info' | 'contents'> };

export interface GitObject {
  id: string;
  type: string;
  size: number;
  /** null where it is larger than the limit: a 2 GB blob is named, never read. */
  bytes: Buffer | null;
}

/**
 * Reads objects by name (a path as `commit:path` will do). The sizes are asked first, so that nothing over `limit`
 * bytes is ever opened. Missing ones are left out.
 */
export async function readObjects(
  repository: Objects,
  names: readonly string[],
  limit = 1024 * 1024,
): Promise<Map<string, GitObject>> {
  const found = await sizeObjects(repository, names);
  await readAll(
    repository,
    [...found.values()].filter((object) => object.size <= limit),
  );
  return found;
}

/** Bytes held at a time by `eachObject`, and once more while they are taken apart. */
const HELD = 16 * 1024 * 1024;

/** As `readObjects`, in the order of the names, with only a part of the contents in memory at a time. */
export async function* eachObject(
  repository: Objects,
  names: readonly string[],
  limit: number,
): AsyncGenerator<GitObject & { name: string }> {
  const sizes = await sizeObjects(repository, names);
  let part: (GitObject & { name: string })[] = [];
  let held = 0;
  const read = async () => {
    await readAll(
      repository,
      part.filter(({ size }) => size <= limit),
    );
    const done = part;
    part = [];
    held = 0;
    return done;
  };
  for (const [name, object] of sizes) {
    const size = object.size <= limit ? object.size : 0;
    if (held + size > HELD) yield* await read();
    part.push({ ...object, name });
    held += size;
  }
  yield* await read();
}

/** The commit that a ref or any other name leads to; undefined: to none. */
export async function commitOf(repository: Objects, name: string): Promise<string | undefined> {
  const found = await sizeObjects(repository, [`${name}^{commit}`]).catch((error: unknown) => {
    if (error instanceof GitFailure) return undefined;
    throw error;
  });
  return found?.get(`${name}^{commit}`)?.id;
}

/** What there is of them, without their contents. */
export async function sizeObjects(
  repository: Objects,
  names: readonly string[],
): Promise<Map<string, GitObject>> {
  const wanted = names.filter((name) => !/[\n\0]/.test(name));
  const found = new Map<string, GitObject>();
  if (wanted.length === 0) return found;
  const sizes = await repository.objects.info(wanted);
  for (const [index, name] of wanted.entries()) {
    const [id = '', type = '', size = ''] = `${sizes[index]}`.split(' ');
    if (!/^[0-9a-f]{40,64}$/.test(id) || !/^\d+$/.test(size)) continue;
    found.set(name, { id, type, size: Number(size), bytes: null });
  }
  return found;
}

/** Sets the bytes of each. */
async function readAll(repository: Objects, objects: readonly GitObject[]): Promise<void> {
  if (objects.length === 0) return;
  const contents = await repository.objects.contents(objects);
  for (const [index, bytes] of contents.entries()) (objects[index] as GitObject).bytes = bytes;
}
