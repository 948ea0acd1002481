import { NOW } from '../repository.ts';
import { at, DAY } from '../verdicts.ts';
import type { Facts, Flip } from './flip.ts';

/** The releases, oldest first, are that many days old. */
const aged =
  (days: readonly number[]) =>
  ({ 'git.releases': { releases } }: Facts) => {
    for (const [index, release] of releases.entries()) release.at = at(days[index] ?? 0);
  };
/** Who works on it, and how often it comes out. */
export const overTimeFlips: Flip[] = [
  {
    criterion: 'active-contributors',
    to: 'fail',
    why: 'the others left more than a year ago',
    spoil: ({ 'git.history': { contributors } }) => {
      for (const person of contributors.slice(1)) person.days = [Math.floor(NOW / DAY) - 400, 30];
    },
    also: { 'absence-factor': 'fail' },
  },
  {
    criterion: 'active-contributors',
    to: 'unknown',
    why: 'fewer days are kept than the window has',
    spoil: ({ 'git.history': history }) => void (history.daysFrom = Math.floor(NOW / DAY) - 200),
    also: { 'absence-factor': 'unknown' },
  },
  {
    criterion: 'absence-factor',
    to: 'unknown',
    why: 'fewer days are kept than the window has',
    spoil: ({ 'git.history': history }) => void (history.daysFrom = Math.floor(NOW / DAY) - 364),
    also: { 'active-contributors': 'unknown' },
  },
  { criterion: 'active-contributors', to: 'fail', why: 'more people wanted', threshold: { min: 4 } },
  {
    criterion: 'active-contributors',
    to: 'unknown',
    why: 'a window longer than what is kept',
    threshold: { days: 2000 },
  },
  {
    criterion: 'absence-factor',
    to: 'fail',
    why: 'one person makes most commits',
    spoil: (facts) => {
      const days = facts['git.history'].contributors[0]?.days ?? [];
      for (let index = 1; index < days.length; index += 2) days[index] = 50;
    },
  },
  {
    criterion: 'absence-factor',
    to: 'unknown',
    why: 'a window longer than what is kept',
    threshold: { days: 2000 },
  },
  {
    criterion: 'commit-cadence',
    to: 'fail',
    why: 'no commit for a quarter, though there were some before',
    spoil: ({ 'git.history': history }) => {
      for (const person of history.contributors) {
        const kept = [];
        for (let index = 0; index < person.days.length; index += 2)
          if ((person.days[index] ?? 0) < Math.floor(NOW / DAY) - 90)
            kept.push(person.days[index] ?? 0, person.days[index + 1] ?? 0);
        person.days = kept;
      }
    },
  },
  {
    criterion: 'commit-cadence',
    to: 'unknown',
    why: 'a project of two months',
    spoil: ({ 'git.history': history }) => void (history.firstAt = at(60)),
  },
  {
    criterion: 'release-cadence',
    to: 'fail',
    why: 'more than a year between most releases',
    spoil: aged([1400, 1300, 1200, 1090, 700, 20]),
  },
  {
    criterion: 'release-cadence',
    to: 'fail',
    why: 'a shorter interval wanted',
    threshold: { maxMedianDays: 30 },
  },
  {
    criterion: 'release-cadence',
    to: 'fail',
    why: 'slower than it was',
    spoil: ({ 'git.releases': { releases } }) => {
      for (const [index, age] of [1000, 990, 980, 970, 500, 20].entries())
        (releases[index] as { at: string }).at = at(age);
    },
    threshold: { maxSlowdown: 3 },
  },
  {
    criterion: 'release-cadence',
    to: 'unknown',
    why: 'two releases are no cadence',
    spoil: ({ 'git.releases': list }) => void (list.releases = list.releases.slice(-2)),
  },
  {
    criterion: 'release-cadence',
    to: 'unknown',
    why: 'a list that was cut',
    spoil: ({ 'git.releases': list }) => void (list.complete = false),
  },
  {
    criterion: 'release-age',
    to: 'fail',
    why: 'the latest release is more than a year old',
    spoil: aged([720, 650, 580, 510, 440, 400]),
  },
  {
    criterion: 'release-age',
    to: 'unknown',
    why: 'prereleases only',
    spoil: ({ 'git.releases': { releases } }) => {
      for (const release of releases) release.prerelease = true;
    },
    also: { 'release-cadence': 'unknown' },
  },
  { criterion: 'release-age', to: 'fail', why: 'a newer release wanted', threshold: { maxDays: 19 } },
  {
    criterion: 'cool-down',
    to: 'fail',
    why: 'published three days ago',
    spoil: ({ 'npm.version': version }) => void (version.publishedAt = at(3)),
  },
  {
    criterion: 'cool-down',
    to: 'unknown',
    why: 'published the day after tomorrow',
    spoil: ({ 'npm.version': version }) => void (version.publishedAt = at(-2)),
    also: { 'known-vulnerabilities': 'unknown' },
  },
  {
    criterion: 'fix-to-release',
    to: 'fail',
    why: 'a security fix that waits',
    spoil: ({ 'git.fixes': { fixes } }) =>
      void Object.assign(fixes[0] ?? {}, { release: null, releasedAt: null }),
  },
  {
    criterion: 'fix-to-release',
    to: 'unknown',
    why: 'no fix is named',
    spoil: ({ 'git.fixes': list }) => void (list.fixes = []),
  },
  {
    criterion: 'maintained',
    to: 'fail',
    why: 'its README says so',
    spoil: ({ 'git.files': { readme } }) =>
      void Object.assign(readme, { endOfLife: 'This project is archived.' }),
  },
  {
    criterion: 'maintained',
    to: 'fail',
    why: 'deprecated',
    spoil: ({ 'npm.version': version }) => void (version.deprecated = 'use another'),
  },
  {
    criterion: 'maintained',
    to: 'fail',
    why: 'no person for two years',
    spoil: ({ 'git.history': history }) => void (history.lastHumanAt = at(700)),
  },
  {
    criterion: 'maintained',
    to: 'fail',
    why: 'the README of the main branch says so, after the chosen version',
    spoil: ({ 'git.main': { readmes } }) =>
      void Object.assign(readmes[0] ?? {}, { endOfLife: 'This project is archived.' }),
  },
  {
    criterion: 'maintained',
    to: 'unknown',
    why: 'the README of the main branch is too large to be read',
    spoil: ({ 'git.main': { readmes } }) => void Object.assign(readmes[0] ?? {}, { sha256: null }),
  },
];
