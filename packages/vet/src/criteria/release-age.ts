import { z } from 'zod';
import { releaseTags } from './by-hand.ts';
import { CITED } from './cited.ts';
import type { Criterion } from './criterion.ts';
import { DAY, decided, releasesOf, unknown } from './figures.ts';

const threshold = z.strictObject({ maxDays: z.number().positive().default(365) });

export const releaseAge: Criterion<z.infer<typeof threshold>> = {
  id: 'release-age',
  title: 'Age of the latest release',
  definition:
    'Whole days since the newest release that is no prerelease, by its tag, or by the registry where its times are believed.',
  source: CITED.conciseGuide,
  passes: 'the latest release is at most a year old',
  from: 'tags or registry',
  threshold,
  judge(evidence, { maxDays }, now) {
    const list = releasesOf(evidence);
    if ('doubt' in list) return unknown(list.doubt);
    const last = list.releases.findLast(({ prerelease }) => !prerelease);
    if (last === undefined) return unknown('there are prereleases only', [list.evidence]);
    if (last.at > now + DAY) return unknown(`${last.name} is dated in the future`, [list.evidence]);
    const ageDays = Math.floor((now - last.at) / DAY);
    const reason = `${last.name} is ${ageDays} days old; at most ${maxDays} wanted`;
    return decided(ageDays <= maxDays, reason, [list.evidence], { ageDays, release: last.name });
  },
  byHand(evidence, _threshold, now) {
    const git = evidence.first('git.releases');
    const list = releasesOf(evidence);
    if (git === undefined || 'doubt' in list || list.from !== 'git') return [];
    const tags = releaseTags(git.value.prefix);
    const seconds = Math.floor(now / 1000);
    return [{ figure: 'ageDays', command: `${tags} | tail -n 1 | awk '{print int((${seconds}-$1)/86400)}'` }];
  },
};
