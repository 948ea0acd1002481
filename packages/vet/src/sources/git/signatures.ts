import type { FactValue } from '../../facts/index.ts';
import { readObjects } from './objects.ts';
import type { ReleaseTag } from './releases.ts';
import type { Repository } from './repository.ts';
import { GitFailure } from './run-git.ts';
import { readSignature } from './signature.ts';

const TAGS_LOOKED = 10;
const COMMITS_LOOKED = 100;

/** @param series newest first */
export async function readTagSignatures(
  repository: Repository,
  series: readonly ReleaseTag[],
  chosen: string | null,
): Promise<FactValue<'git.tag-signatures'>> {
  const stable = series.filter((tag) => !tag.prerelease || tag.tag === chosen);
  const newest = stable.slice(0, TAGS_LOOKED);
  const own = stable.find(({ tag }) => tag === chosen);
  const looked = own === undefined || newest.includes(own) ? newest : [...newest, own];
  const objects = await readObjects(
    repository,
    looked.map(({ object }) => object),
  );
  const tags: FactValue<'git.tag-signatures'>['tags'] = [];
  for (const { tag, object } of looked) {
    const found = objects.get(object);
    // Left out, it would make way for an older tag that is signed.
    if (found?.bytes == null) throw new GitFailure(`tag ${tag} is too large to be read, or missing`);
    const signature = await readSignature(found.type, found.bytes);
    const tagger =
      found.type === 'tag' ? (/^tagger (.*?) <.*$/m.exec(found.bytes.toString('utf8'))?.[1] ?? null) : null;
    tags.push({ tag, object, signs: found.type === 'tag' ? 'tag' : 'commit', tagger, signature });
  }
  return { tags };
}

export async function readCommitSignatures(
  repository: Repository,
  commit: string,
): Promise<FactValue<'git.commit-signatures'>> {
  const list = await repository.text(['rev-list', '--no-merges', `--max-count=${COMMITS_LOOKED}`, commit]);
  const ids = list.split('\n').filter((id) => id !== '');
  const signers = new Map<string, FactValue<'git.commit-signatures'>['signers'][number]>();
  let signed = 0;
  for (const { type, bytes } of (await readObjects(repository, ids)).values()) {
    const signature = bytes === null ? null : await readSignature(type, bytes);
    if (signature === null) continue;
    signed++;
    const key = `${signature.scheme} ${signature.signer}`;
    const known = signers.get(key);
    if (known === undefined) signers.set(key, { ...signature, commits: 1 });
    else known.commits++;
  }
  return { looked: ids.length, signed, signers: [...signers.values()].sort((a, b) => b.commits - a.commits) };
}
