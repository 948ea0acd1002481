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
  const wanted = names.filter((name) => !/[\n\0]/.test(name));
  const found = new Map<string, GitObject>();
  if (wanted.length === 0) return found;
  const input = (list: readonly string[]) => `${list.join('\n')}\n`;
  const sizes = (await repository.text(['cat-file', '--batch-check'], { input: input(wanted) })).split('\n');
  for (const [index, name] of wanted.entries()) {
    const [id = '', type = '', size = ''] = (sizes[index] ?? '').split(' ');
    if (!/^[0-9a-f]{40,64}$/.test(id) || !/^\d+$/.test(size)) continue;
    found.set(name, { id, type, size: Number(size), bytes: null });
  }
  const small = [...found.values()].filter((object) => object.size <= limit);
  if (small.length === 0) return found;
  const output: Buffer[] = [];
  for await (const bytes of repository.stream(['cat-file', '--batch'], input(small.map(({ id }) => id))))
    output.push(bytes);
  let rest = Buffer.concat(output);
  for (const object of small) {
    const headerEnd = rest.indexOf(10);
    if (headerEnd === -1) throw new GitFailure('git cat-file: its answer ended early');
    object.bytes = rest.subarray(headerEnd + 1, headerEnd + 1 + object.size);
    rest = rest.subarray(headerEnd + 1 + object.size + 1);
  }
  return found;
}
