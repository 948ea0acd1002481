import { z } from 'zod';
import { ADDRESSES, humanCommits, NAMES } from './by-hand.ts';
import { CITED } from './cited.ts';
import { type Criterion, missing } from './criterion.ts';
import {
  absenceFactor,
  decided,
  historyDoubt,
  peopleSince,
  plural,
  unknown,
  windowStart,
} from './figures.ts';

const threshold = z.strictObject({
  min: z.number().int().positive().default(2),
  days: z.number().int().positive().default(365),
});

/** Prints the factor of a list of `count name` lines sorted by count. */
const FACTOR =
  "LC_ALL=C sort | LC_ALL=C uniq -c | sort -rn | awk '{n+=$1; c[NR]=$1} END {for (i=1; i<=NR; i++) {s+=c[i]; if (2*s>=n) {print i; exit}} print 0}'";

export const absenceFactorCriterion: Criterion<z.infer<typeof threshold>> = {
  id: 'absence-factor',
  title: 'Contributor absence factor',
  definition:
    'The smallest number of people who made at least half of the commits (no merges, no bots) that entered the main branch within the window; by name and by address after mailmap, the smaller is taken.',
  source: CITED.absenceFactor,
  passes: "half of a year's commits come from two people or more",
  from: 'git',
  threshold,
  judge(evidence, { min, days }, now) {
    const fact = evidence.first('git.history');
    if (fact === undefined) return missing(evidence, 'git.history', 'a history of commits');
    const from = windowStart(now, days);
    const doubt = historyDoubt(fact.value, from.day);
    if (doubt !== undefined) return unknown(doubt, [fact.id]);
    const { byName, byAddress, commits } = peopleSince(fact.value, from.day);
    const named = absenceFactor([...byName.values()]);
    const addressed = absenceFactor([...byAddress.values()]);
    const factor = Math.min(named, addressed);
    const share = commits === 0 ? 0 : Math.round((100 * largest(byName)) / commits);
    const who =
      factor === 0
        ? 'nobody committed'
        : `half of ${commits} commits come from ${plural(factor, 'person', 'people')}`;
    const reason = `${who} within ${days} days; ${min} wanted`;
    return decided(factor >= min, reason, [fact.id], {
      factor,
      byName: named,
      byAddress: addressed,
      commits,
      largestSharePercent: share,
      windowDays: days,
    });
  },
  byHand(evidence, { days }, now) {
    const commit = evidence.first('git.history')?.value.commit;
    if (commit === undefined) return [];
    const lines = humanCommits(commit, windowStart(now, days).iso);
    return [
      { figure: 'byName', command: `${lines} | ${NAMES} | ${FACTOR}` },
      { figure: 'byAddress', command: `${lines} | ${ADDRESSES} | ${FACTOR}` },
    ];
  },
};

/** Of somebody. Not spread over arguments: there may be more people than a call can take. */
const largest = (counts: Map<string, number>) => [...counts.values()].reduce((a, b) => Math.max(a, b));
