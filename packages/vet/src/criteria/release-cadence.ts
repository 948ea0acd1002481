import { z } from 'zod';
import { releaseTags } from './by-hand.ts';
import { CITED } from './cited.ts';
import type { Criterion } from './criterion.ts';
import { DAY, decided, median, releasesOf, unknown } from './figures.ts';

const threshold = z.strictObject({
  /** The median interval between releases may be at most this. */
  maxMedianDays: z.number().positive().default(365),
  /** Releases further back than this don't count. */
  days: z.number().int().positive().default(1095),
  /** Fails where the newer half of the intervals is this many times the older half; null: only reported. */
  maxSlowdown: z.number().positive().nullable().default(null),
});

export const releaseCadence: Criterion<z.infer<typeof threshold>> = {
  id: 'release-cadence',
  title: 'Release cadence',
  definition:
    'Intervals in days between releases (no prereleases) within the window: their median, longest and the one still open, and the trend as the median of the newer half over that of the older half. By tags, or by the registry where it is the source.',
  source: CITED.releaseFrequency,
  passes: 'the median interval between releases is at most a year; longest, open one and trend beside it',
  from: 'tags or registry',
  threshold,
  judge(evidence, { maxMedianDays, days, maxSlowdown }, now) {
    const list = releasesOf(evidence);
    if ('doubt' in list) return unknown(list.doubt);
    if (!list.complete)
      return unknown('there are more releases than are kept: intervals would be of a part', [list.evidence]);
    const all = list.releases.filter(({ prerelease }) => !prerelease);
    const future = all.filter(({ at }) => at > now + DAY).length;
    if (future > 0) return unknown(`${future} releases are dated in the future`, [list.evidence]);
    const times = all.map(({ at }) => at).filter((at) => at >= now - days * DAY);
    const intervals = times.slice(1).map((at, index) => at - Number(times[index]));
    const last = all.at(-1);
    const openDays = last === undefined ? null : Math.floor((now - last.at) / DAY);
    const numbers = { releases: times.length, openDays, windowDays: days, from: list.from };
    const middle = median(intervals);
    if (intervals.length < 2 || middle === null) {
      const reason = `${times.length} releases within ${days} days make no cadence`;
      // None at all for three years is an answer; one or two are too few for one.
      return times.length === 0 && all.length > 0
        ? decided(false, `no release within ${days} days`, [list.evidence], numbers)
        : unknown(reason, [list.evidence], numbers);
    }
    const medianDays = Math.floor(middle / DAY);
    const longestDays = Math.floor(Math.max(...intervals) / DAY);
    const slowdown = trend(intervals);
    const slower = maxSlowdown !== null && slowdown !== null && slowdown > maxSlowdown;
    const way = slowdown === null ? '' : `, newer half ${slowdown} × the older`;
    const reason = `${times.length} releases within ${days} days: median ${medianDays} days apart, longest ${longestDays}, ${openDays} since the last${way}; at most ${maxMedianDays} wanted`;
    return decided(medianDays <= maxMedianDays && !slower, reason, [list.evidence], {
      ...numbers,
      medianDays,
      longestDays,
      slowdown,
    });
  },
  byHand(evidence, { days }, now) {
    const git = evidence.first('git.releases');
    const list = releasesOf(evidence);
    if (git === undefined || 'doubt' in list || list.from !== 'git') return [];
    const seconds = Math.floor(now / 1000);
    const within = `${releaseTags(git.value.prefix)} | awk '$1>=${seconds - days * 86400} {print $1}'`;
    return [
      { figure: 'releases', command: `${within} | wc -l` },
      {
        figure: 'medianDays',
        command: `${within} | awk 'NR>1 {print $1-p} {p=$1}' | sort -n | awk '{v[NR]=$1} END {print int(v[int((NR+1)/2)]/86400)}'`,
      },
      {
        figure: 'longestDays',
        command: `${within} | awk 'NR>1 && $1-p>m {m=$1-p} {p=$1} END {print int(m/86400)}'`,
      },
    ];
  },
};

/** Above 1: releases come more slowly than they did. null below four intervals. */
function trend(intervals: readonly number[]): number | null {
  if (intervals.length < 4) return null;
  const half = Math.floor(intervals.length / 2);
  const older = Number(median(intervals.slice(0, half)));
  const newer = Number(median(intervals.slice(-half)));
  return older === 0 ? null : Math.round((newer / older) * 10) / 10;
}
