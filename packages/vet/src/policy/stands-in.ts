import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Subject } from '../facts/evidence.ts';
import { locate } from '../sources/git/repository.ts';
import { resolveTarget } from '../sources/target.ts';

/**
 * Whether a folder belongs to the tool that is looked at: it lies in the very repository, in another work tree of it,
 * or in a repository that is called the same (a clone of the tool, while its package or its address is vetted). Said
 * too often, it costs somebody a `--policy`; said too seldom, a tool is judged by its own policy.
 *
 * @param looked the tool, and the repository it is read from where there is one
 */
export async function standsIn(
  looked: { subject: Subject; dir?: string | undefined },
  here: string = process.cwd(),
): Promise<boolean> {
  const folder = await realpath(here);
  if (looked.dir !== undefined) {
    const dir = await realpath(looked.dir).catch(() => undefined);
    if (dir !== undefined && contains(basename(dir) === '.git' ? dirname(dir) : dir, folder)) return true;
  }
  const own = await repositoryAround(folder);
  if (own === undefined) return false;
  if (looked.dir !== undefined && (await commonOf(looked.dir)) === own.common) return true;
  const target = await resolveTarget({ spec: own.root, files: [] }, { now: () => 0 });
  return 'subject' in target && sameTool(target.subject, looked.subject);
}

function contains(folder: string, inner: string): boolean {
  const way = relative(folder, inner);
  return way !== '..' && !way.startsWith(`..${sep}`);
}

/** The nearest folder upward that git would call a repository. */
async function repositoryAround(folder: string): Promise<{ root: string; common: string } | undefined> {
  for (let root = folder; ; root = dirname(root)) {
    const common = await commonOf(root);
    if (common !== undefined) return { root, common };
    if (root === dirname(root)) return undefined;
  }
}

const commonOf = (dir: string): Promise<string | undefined> =>
  locate(dir)
    .then(({ common }) => realpath(join(common, '.')))
    .catch(() => undefined);

function sameTool(one: Subject, other: Subject): boolean {
  const last = ({ name }: Subject) => name.toLowerCase().split('/').at(-1);
  return one.purl === other.purl || last(one) === last(other);
}
