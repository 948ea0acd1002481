import { z } from 'zod';
import { CITED } from './cited.ts';
import { type Criterion, missing } from './criterion.ts';
import { decided, quote, unknown } from './figures.ts';

const threshold = z.strictObject({
  /** How many of the newest releases must be signed, the chosen one among them. */
  releases: z.number().int().min(1).max(10).default(5),
});

export const signedTags: Criterion<z.infer<typeof threshold>> = {
  id: 'signed-tags',
  title: 'Signed tags',
  definition:
    'The tag objects of the newest releases and of the chosen version carry a signature: by which scheme, and by whose key as the signature claims. A tag that is only a name for a signed commit does not count. Presence only: nothing is verified by this criterion.',
  source: CITED.signing,
  passes:
    'the tags of the newest five releases, and of the chosen version, carry a signature; a version without a tag is unknown',
  from: 'git',
  threshold,
  mend: 'git config tag.gpgSign true && git tag -s vX.Y.Z',
  judge(evidence, threshold) {
    const fact = evidence.first('git.tag-signatures');
    if (fact === undefined) return missing(evidence, 'git.tag-signatures', 'tags');
    const looked = lookedAt(evidence, threshold.releases);
    if (looked.length === 0) return unknown('no tag names a release', [fact.id]);
    const { version } = evidence.subject;
    const chosen = evidence.first('git.releases')?.value.chosen ?? null;
    // The tags of other versions say nothing of this one.
    if ((version !== undefined || chosen !== null) && !looked.some(({ tag }) => tag === chosen))
      return unknown(`version ${version ?? chosen} has no tag of its own that names it`, [fact.id]);
    const signed = looked.filter(({ signs, signature }) => signs === 'tag' && signature !== null);
    const schemes = [...new Set(signed.map(({ signature }) => signature?.scheme))].join(', ');
    const signers = [...new Set(signed.map(({ signature }) => signature?.signer ?? 'unnamed key'))].join(
      ', ',
    );
    const unsigned = looked.filter((tag) => !signed.includes(tag)).map(({ tag }) => tag);
    const by = signed.length === 0 ? '' : ` (${schemes}, claimed by ${signers}; not verified)`;
    const not = unsigned.length === 0 ? '' : `; not signed: ${unsigned.join(', ')}`;
    const reason = `${signed.length} of ${looked.length} release tags are signed${by}${not}`;
    return decided(unsigned.length === 0, reason, [fact.id], {
      looked: looked.length,
      signed: signed.length,
      schemes: schemes || null,
      signers: signers || null,
    });
  },
  byHand(evidence, threshold) {
    const tags = lookedAt(evidence, threshold.releases).map(({ tag }) => quote(tag));
    if (tags.length === 0) return [];
    const armour = "'^-----BEGIN (PGP SIGNATURE|SSH SIGNATURE|SIGNED MESSAGE)-----'";
    const command = `for t in ${tags.join(' ')}; do $GIT cat-file tag "$t" 2>/dev/null | grep -cE ${armour}; done | awk '$1>0' | wc -l`;
    return [{ figure: 'signed', command }];
  },
};

function lookedAt(evidence: Parameters<typeof signedTags.judge>[0], releases: number) {
  const tags = evidence.first('git.tag-signatures')?.value.tags ?? [];
  const chosen = evidence.first('git.releases')?.value.chosen;
  const newest = tags.slice(0, releases);
  const own = tags.find(({ tag }) => tag === chosen);
  return own === undefined || newest.includes(own) ? newest : [...newest, own];
}
