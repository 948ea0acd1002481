import { z } from 'zod';
import { CITED } from './cited.ts';
import type { Criterion, EvidenceView } from './criterion.ts';
import { DAY, decided, releasesOf, tagsDisagree, unknown } from './figures.ts';

const threshold = z.strictObject({ minDays: z.number().nonnegative().default(7) });

export const coolDown: Criterion<z.infer<typeof threshold>> = {
  id: 'cool-down',
  title: 'Cool-down of the chosen version',
  definition:
    'Whole days since the chosen version was published (registry time where it is believed, else the tag’s date, which its maker can set). Without a chosen version, the latest release.',
  source: CITED.coolDown,
  passes: 'the chosen version has been out for seven days',
  from: 'registry or tag',
  threshold,
  judge(evidence, { minDays }, now) {
    const found = publicationOf(evidence);
    if ('doubt' in found) return unknown(found.doubt, found.evidence);
    if (found.at > now + DAY) return unknown(`${found.name} is dated in the future`, found.evidence);
    const ageDays = Math.floor((now - found.at) / DAY);
    const reason = `${found.name} has been out for ${ageDays} days; ${minDays} wanted`;
    return decided(ageDays >= minDays, reason, found.evidence, { ageDays, version: found.name });
  },
};

type Found = { name: string; at: number; evidence: string[] } | { doubt: string; evidence: string[] };

/** When the chosen version was published, or why that is not known. */
export function publicationOf(evidence: EvidenceView): Found {
  const npm = evidence.first('npm.version');
  const disagreement = tagsDisagree(evidence);
  if (disagreement !== null) return { doubt: disagreement, evidence: npm === undefined ? [] : [npm.id] };
  const doubt = evidence.first('npm.package')?.value.timesDoubt ?? null;
  if (npm?.value.publishedAt != null && doubt === null)
    return { name: npm.value.version, at: Date.parse(npm.value.publishedAt), evidence: [npm.id] };
  const list = releasesOf(evidence);
  if ('doubt' in list) return { doubt: list.doubt, evidence: npm === undefined ? [] : [npm.id] };
  const wanted = evidence.first('git.releases')?.value.chosen ?? null;
  const { version } = evidence.subject;
  // A tag of the same number may be another commit's, or another part's of a repository of many.
  if (list.from === 'git' && wanted === null && version !== undefined)
    return { doubt: `no tag is named after version ${version}`, evidence: [list.evidence] };
  const release =
    version === undefined && wanted === null
      ? list.releases.findLast(({ prerelease }) => !prerelease)
      : list.releases.find((one) => (list.from === 'git' ? one.name === wanted : one.version === version));
  if (release === undefined)
    return { doubt: `version ${version} is not among the releases`, evidence: [list.evidence] };
  return { name: release.name, at: release.at, evidence: [list.evidence] };
}
