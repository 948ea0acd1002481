import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, ToolcribError } from '@toolcrib/model';
import { packText } from '../pack/pack.ts';
import type { EvidencePack } from '../pack/schema.ts';

/**
 * Writes packs.
 * @param to a folder, or for one pack a file whose name ends in `.json`
 * @throws ToolcribError `bad-file`
 * @returns the files, in the packs' order
 */
export async function keepPacks(packs: readonly EvidencePack[], to: string): Promise<string[]> {
  const isFile = to.endsWith('.json') && packs.length === 1;
  const kept: string[] = [];
  for (const pack of packs) {
    const name = [pack.subject.name, pack.subject.version].filter((part) => part !== undefined).join('-');
    // A name from a repository or registry must not lead out of the folder.
    const plain = name.replace(/[^\w.@+-]+/g, '-').replace(/^[.-]+/, '') || 'tool';
    // Two tools, or two clones of one, may have the same name: neither's evidence may overwrite the other's.
    const path = isFile
      ? to
      : ['', ...packs.map((_, index) => `-${index + 2}`)]
          .map((suffix) => join(to, `${plain}${suffix}.pack.json`))
          .find((free) => !kept.includes(free));
    if (path === undefined) continue;
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, packText(pack));
    } catch (error) {
      throw new ToolcribError('bad-file', `The evidence could not be kept in ${path}: ${messageOf(error)}.`, {
        next: 'Name another place.',
        cause: error,
      });
    }
    kept.push(path);
  }
  return kept;
}
