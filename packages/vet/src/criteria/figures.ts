import type { FactValue } from '../facts/index.ts';
import type { EvidenceView, Judgement } from './criterion.ts';

export const DAY = 86_400_000;

/** Whole days between two moments, rounded down; as `awk 'int((b-a)/86400)'` does. */
export function daysBetween(from: number | string, to: number | string): number {
  return Math.floor((ms(to) - ms(from)) / DAY);
}

const ms = (at: number | string) => (typeof at === 'number' ? at : Date.parse(at));

/** The first day of a window of whole UTC days that ends today. */
export function windowStart(now: number, days: number): { day: number; iso: string } {
  const day = Math.floor(now / DAY) - days;
  return { day, iso: `${new Date(day * DAY).toISOString().slice(0, 10)}T00:00:00Z` };
}

/** The lower of the two middle ones for an even count, so that it is always a value that occurred. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? null;
}

/**
 * CHAOSS' contributor absence factor: the smallest number of contributors who together make at least `share` of all
 * contributions. 0 where there are none.
 */
export function absenceFactor(contributions: readonly number[], share = 0.5): number {
  const sorted = [...contributions].sort((a, b) => b - a);
  const wanted = sorted.reduce((sum, count) => sum + count, 0) * share;
  let sum = 0;
  for (const [index, count] of sorted.entries()) {
    sum += count;
    if (sum >= wanted && sum > 0) return index + 1;
  }
  return 0;
}

type History = FactValue<'git.history'>;

export interface People {
  /** Commits in the window by author's name, and by address. One person may hold several of either. */
  byName: Map<string, number>;
  byAddress: Map<string, number>;
  commits: number;
}

/** Human, non-merge commits from `fromDay` on. */
export function peopleSince(history: History, fromDay: number): People {
  const people: People = { byName: new Map(), byAddress: new Map(), commits: 0 };
  for (const { name, address, bot, days } of history.contributors) {
    const commits = bot ? 0 : countSince(days, fromDay);
    if (commits === 0) continue;
    people.commits += commits;
    people.byName.set(name, (people.byName.get(name) ?? 0) + commits);
    people.byAddress.set(address, (people.byAddress.get(address) ?? 0) + commits);
  }
  return people;
}

function countSince(days: readonly number[], fromDay: number): number {
  let sum = 0;
  for (let index = 0; index < days.length; index += 2)
    if (Number(days[index]) >= fromDay) sum += Number(days[index + 1]);
  return sum;
}

/**
 * Why figures over dates can't be had from this history; undefined: they can. One commit from the future shows that
 * its dates are not those of a clock, and then the others need not be either.
 */
export function historyDoubt(history: History, fromDay: number): string | undefined {
  if (history.future > 0)
    return `${history.future} commits are dated in the future: the dates of this history are not to be relied on`;
  if (fromDay < history.daysFrom) return 'the window is longer than the days that are kept (three years)';
  return undefined;
}

export function unknown(
  reason: string,
  evidence: readonly string[] = [],
  numbers: Judgement['numbers'] = {},
): Judgement {
  return { verdict: 'unknown', reason, numbers, evidence: [...evidence] };
}

/** `pass` or `fail`, by a condition; only for evidence that is there. */
export function decided(
  holds: boolean,
  reason: string,
  evidence: readonly string[],
  numbers: Judgement['numbers'],
): Judgement {
  return { verdict: holds ? 'pass' : 'fail', reason, numbers, evidence: [...evidence] };
}

export interface ReleaseList {
  evidence: string;
  releases: { name: string; version: string; at: number; prerelease: boolean }[];
  from: 'git' | 'npm';
  complete: boolean;
}

/** Releases of the tool, oldest first, from the registry where its times are believed, else from the tags. */
export function releasesOf(view: EvidenceView): ReleaseList | { doubt: string } {
  const npm = view.first('npm.package');
  const disagreement = tagsDisagree(view);
  if (disagreement !== null) return { doubt: disagreement };
  if (npm !== undefined && npm.value.timesDoubt === null && npm.value.releases.length > 0) {
    const releases = npm.value.releases.map(({ version, at, prerelease }) => ({
      name: version,
      version,
      at: Date.parse(at),
      prerelease,
    }));
    return { evidence: npm.id, from: 'npm', complete: npm.value.complete, releases };
  }
  const git = view.first('git.releases');
  if (git !== undefined && git.value.releases.length > 0) {
    const releases = git.value.releases.map(({ tag, version, at, prerelease }) => ({
      name: tag,
      version,
      at: Date.parse(at),
      prerelease,
    }));
    return { evidence: git.id, from: 'git', complete: git.value.complete, releases };
  }
  const gaps = [...view.gaps('git.releases'), ...view.gaps('npm.package')];
  if (npm?.value.timesDoubt) gaps.unshift(npm.value.timesDoubt);
  if (gaps.length > 0) return { doubt: gaps.join('; ') };
  if (git !== undefined)
    return { doubt: `none of its ${git.value.tags} tags names a version: releases are not to be seen here` };
  return { doubt: 'no source gave releases' };
}

/** A release may be tagged this long before the registry has it. */
const TAG_AHEAD = 30 * DAY;
const FEWEST_COMPARED = 5;

/**
 * Why the times of registry and tags can't both be right; null: they can. A mirror's times are those of its first sync,
 * long after the tags; a maker can date tags as far back as they like. Which of the two it is can't be told from here.
 */
export function tagsDisagree(view: EvidenceView): string | null {
  const npm = view.first('npm.package')?.value;
  const git = view.first('git.releases')?.value;
  if (npm === undefined || git === undefined || npm.timesDoubt !== null) return null;
  const tagged = new Map(git.releases.map(({ version, at }) => [version, Date.parse(at)]));
  const gaps = npm.releases.flatMap(({ version, at }) => {
    const tag = tagged.get(version);
    return tag === undefined ? [] : [Date.parse(at) - tag];
  });
  const late = gaps.filter((gap) => gap > TAG_AHEAD).length;
  return gaps.length >= FEWEST_COMPARED && late > gaps.length / 2
    ? `the registry has ${late} of ${gaps.length} versions more than a month later than their tags: one of the two is not the time of publication`
    : null;
}

/** Quotes a word for `sh`. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

export const plural = (count: number, one: string, many = `${one}s`) =>
  `${count} ${count === 1 ? one : many}`;
