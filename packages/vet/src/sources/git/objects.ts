import { GitFailure, type Repository } from './repository.ts';

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
  repository: Repository,
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
  repository: Repository,
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

async function sizeObjects(
  repository: Repository,
  names: readonly string[],
): Promise<Map<string, GitObject>> {
  const wanted = names.filter((name) => !/[\n\0]/.test(name));
  const found = new Map<string, GitObject>();
  if (wanted.length === 0) return found;
  const input = `${wanted.join('\n')}\n`;
  const sizes = (await repository.text(['cat-file', '--batch-check'], { input })).split('\n');
  for (const [index, name] of wanted.entries()) {
    const [id = '', type = '', size = ''] = (sizes[index] ?? '').split(' ');
    if (!/^[0-9a-f]{40,64}$/.test(id) || !/^\d+$/.test(size)) continue;
    found.set(name, { id, type, size: Number(size), bytes: null });
  }
  return found;
}

/** Sets the bytes of each. */
async function readAll(repository: Repository, objects: readonly GitObject[]): Promise<void> {
  if (objects.length === 0) return;
  const input = `${objects.map(({ id }) => id).join('\n')}\n`;
  const output: Buffer[] = [];
  for await (const bytes of repository.stream(['cat-file', '--batch'], input)) output.push(bytes);
  let rest = Buffer.concat(output);
  for (const object of objects) {
    const headerEnd = rest.indexOf(10);
    if (headerEnd === -1) throw new GitFailure('git cat-file: its answer ended early');
    object.bytes = rest.subarray(headerEnd + 1, headerEnd + 1 + object.size);
    rest = rest.subarray(headerEnd + 1 + object.size + 1);
  }
}
