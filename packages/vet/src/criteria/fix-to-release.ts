import { z } from 'zod';
import { CITED } from './cited.ts';
import { type Criterion, missing } from './criterion.ts';
import { DAY, daysBetween, decided, median, plural, unknown } from './figures.ts';

const threshold = z.strictObject({
  /** The median wait of a fix for its release may be at most this. */
  maxMedianDays: z.number().positive().default(60),
  days: z.number().int().positive().default(1095),
});

export const fixToRelease: Criterion<z.infer<typeof threshold>> = {
  id: 'fix-to-release',
  title: 'Time from fix to release',
  definition:
    'Days from a commit that names an advisory (CVE, GHSA) to the first release that holds it; a fix not released yet counts with the days it waits so far. Where no advisory is named, the newest commits that call themselves a fix. Fixes that are not named are not seen.',
  source: CITED.badgePassing,
  passes:
    'fixes reach a release within 60 days in the median; those that still wait count with their wait so far',
  from: 'git',
  threshold,
  judge(evidence, { maxMedianDays, days }, now) {
    const fact = evidence.first('git.fixes');
    if (fact === undefined) return missing(evidence, 'git.fixes', 'commits that fix something');
    const releases = evidence.first('git.releases');
    if (releases === undefined || releases.value.releases.length === 0)
      return unknown('no release is known by tag, so no fix can be followed to one', [fact.id]);
    const future = evidence.first('git.history')?.value.future ?? 0;
    if (future > 0)
      return unknown(
        `${future} commits are dated in the future: the dates of this history are not to be relied on`,
        [fact.id],
      );
    const recent = fact.value.fixes.filter(
      ({ at }) => Date.parse(at) >= now - days * DAY && Date.parse(at) <= now + DAY,
    );
    const security = recent.filter(({ kind }) => kind === 'security');
    const looked = security.length > 0 ? security : recent;
    const waits = looked.map(({ at, releasedAt }) => Math.max(0, daysBetween(at, releasedAt ?? now)));
    const medianDays = median(waits);
    if (medianDays === null) return unknown(`no commit within ${days} days names a fix`, [fact.id]);
    const open = looked.filter(({ releasedAt }) => releasedAt === null);
    const oldestOpenDays = open.length === 0 ? null : Math.max(...open.map(({ at }) => daysBetween(at, now)));
    const what =
      security.length > 0
        ? plural(security.length, 'security fix', 'security fixes')
        : `${plural(looked.length, 'fix', 'fixes')} (none names an advisory)`;
    const waiting =
      open.length === 0
        ? 'none waits'
        : `${open.length} not released yet, the oldest for ${oldestOpenDays} days`;
    const reason = `${what}: released after ${medianDays} days in the median, ${Math.max(...waits)} at most, ${waiting}; at most ${maxMedianDays} wanted`;
    return decided(medianDays <= maxMedianDays, reason, [fact.id, releases.id], {
      medianDays,
      longestDays: Math.max(...waits),
      fixes: looked.length,
      securityFixes: security.length,
      notReleased: open.length,
      oldestOpenDays,
    });
  },
};
