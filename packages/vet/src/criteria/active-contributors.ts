import { z } from 'zod';
import { ADDRESSES, humanCommits, NAMES } from './by-hand.ts';
import { CITED } from './cited.ts';
import { type Criterion, missing } from './criterion.ts';
import { decided, historyDoubt, peopleSince, plural, unknown, windowStart } from './figures.ts';

const threshold = z.strictObject({
  /** People needed. */
  min: z.number().int().positive().default(2),
  days: z.number().int().positive().default(365),
});

export const activeContributors: Criterion<z.infer<typeof threshold>> = {
  id: 'active-contributors',
  title: 'Active contributors',
  definition:
    'Different people who authored a commit (no merge, no bot) that entered the main branch within the window. People are counted by name and by address after mailmap, and the smaller count is taken, as one person may use several of either.',
  source: CITED.conciseGuide,
  passes: 'two people committed within a year',
  from: 'git',
  threshold,
  judge(evidence, { min, days }, now) {
    const fact = evidence.first('git.history');
    if (fact === undefined) return missing(evidence, 'git.history', 'a history of commits');
    const from = windowStart(now, days);
    const doubt = historyDoubt(fact.value, from.day);
    if (doubt !== undefined) return unknown(doubt, [fact.id]);
    const { byName, byAddress, commits } = peopleSince(fact.value, from.day);
    const contributors = Math.min(byName.size, byAddress.size);
    const reason = `${plural(contributors, 'person', 'people')} committed within ${days} days; ${min} wanted`;
    return decided(contributors >= min, reason, [fact.id], {
      contributors,
      names: byName.size,
      addresses: byAddress.size,
      commits,
      windowDays: days,
    });
  },
  byHand(evidence, { days }, now) {
    const commit = evidence.first('git.history')?.value.commit;
    if (commit === undefined) return [];
    const lines = humanCommits(commit, windowStart(now, days).iso);
    return [
      { figure: 'names', command: `${lines} | ${NAMES} | LC_ALL=C sort -u | wc -l` },
      { figure: 'addresses', command: `${lines} | ${ADDRESSES} | LC_ALL=C sort -u | wc -l` },
    ];
  },
};
