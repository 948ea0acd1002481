import { z } from 'zod';
import { humanCommits, log } from './by-hand.ts';
import { CITED } from './cited.ts';
import { type Criterion, missing } from './criterion.ts';
import { DAY, daysBetween, decided, historyDoubt, peopleSince, unknown, windowStart } from './figures.ts';

const threshold = z.strictObject({
  /** Commits a week, on average over the window. */
  perWeek: z.number().positive().default(1),
  days: z.number().int().positive().default(90),
  /** The project must be this old, or its cadence says nothing yet. */
  minAgeDays: z.number().int().nonnegative().default(90),
});

export const commitCadence: Criterion<z.infer<typeof threshold>> = {
  id: 'commit-cadence',
  title: 'Commit cadence',
  definition:
    'Commits (no merges, no bots) that entered the main branch within the window, divided by its weeks. Beside it the weeks of the window, counted back from today, in which there was none.',
  source: CITED.scorecardMaintained,
  passes: 'a commit a week over 90 days; the project is 90 days old',
  from: 'git',
  threshold,
  judge(evidence, { perWeek, days, minAgeDays }, now) {
    const fact = evidence.first('git.history');
    if (fact === undefined) return missing(evidence, 'git.history', 'a history of commits');
    const from = windowStart(now, days);
    const doubt = historyDoubt(fact.value, from.day);
    if (doubt !== undefined) return unknown(doubt, [fact.id]);
    const ageDays = daysBetween(fact.value.firstAt, now);
    const { commits } = peopleSince(fact.value, from.day);
    const rate = Math.round((commits / (days / 7)) * 10) / 10;
    const numbers = {
      commits,
      perWeek: rate,
      weeksWithout: weeksWithout(fact.value.contributors, now, days),
      ageDays,
      windowDays: days,
    };
    if (ageDays < minAgeDays) {
      const reason = `the project is ${ageDays} days old: its cadence says nothing before ${minAgeDays}`;
      return unknown(reason, [fact.id], numbers);
    }
    const reason = `${commits} commits within ${days} days (${rate} a week); ${perWeek} a week wanted`;
    return decided(commits / (days / 7) >= perWeek, reason, [fact.id], numbers);
  },
  byHand(evidence, { days }, now) {
    const commit = evidence.first('git.history')?.value.commit;
    if (commit === undefined) return [];
    return [
      { figure: 'commits', command: `${humanCommits(commit, windowStart(now, days).iso)} | wc -l` },
      {
        figure: 'ageDays',
        command: `${log(commit)} --format=%ct ${commit} | sort -n | awk 'NR==1 {print int((${Math.floor(now / 1000)}-$1)/86400)}'`,
      },
    ];
  },
};

function weeksWithout(contributors: { bot: boolean; days: number[] }[], now: number, days: number): number {
  const today = Math.floor(now / DAY);
  const empty = new Set(Array.from({ length: Math.floor(days / 7) }, (_, week) => week));
  for (const person of contributors) {
    if (person.bot) continue;
    for (let index = 0; index < person.days.length; index += 2)
      empty.delete(Math.floor((today - Number(person.days[index])) / 7));
  }
  return empty.size;
}
