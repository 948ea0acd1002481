import semver from 'semver';
import type { Packument } from './schema.ts';

/** Share of neighbouring versions of one release line that were "published" in the wrong order. */
const DISORDER = 0.05;
/** The oldest versions in npm's registry are of the end of 2010. */
const NPM_BEGAN = Date.UTC(2009, 8);

/**
 * Why this registry's times can't be those of publication; null: nothing speaks against them. A mirror that writes the
 * time at which *it* first saw a version makes an old tool look young and a new one look cooled down.
 */
export function timesDoubt({ time, versions }: Packument): string | null {
  if (time === undefined) return 'the registry gives no times of publication';
  const dated = Object.keys(versions).flatMap((version) => {
    const at = Date.parse(String(time[version]));
    const parsed = semver.parse(version);
    return Number.isFinite(at) && parsed !== null ? [{ parsed, at }] : [];
  });
  if (dated.length === 0) return 'the registry gives no times of publication';
  const sameTime = Map.groupBy(dated, ({ at }) => at)
    .values()
    .reduce((most, list) => Math.max(most, list.length), 0);
  if (dated.length > 2 && sameTime > dated.length / 2)
    return `the registry's times are not those of publication: ${sameTime} of ${dated.length} versions bear the very same (a mirror wrote them)`;
  if (dated.some(({ at }) => at < NPM_BEGAN))
    return "the registry's times are not those of publication: some are older than npm itself";
  const rush = rushDoubt(
    dated.map(({ at }) => at),
    Date.parse(String(time.created)),
  );
  if (rush !== null)
    return `the registry's times are not those of publication: ${rush} (a mirror wrote them)`;
  const lines = Map.groupBy(dated, ({ parsed }) => `${parsed.major}.${parsed.minor}`);
  let pairs = 0;
  let wrong = 0;
  for (const line of lines.values()) {
    const sorted = line
      .filter(({ parsed }) => parsed.prerelease.length === 0)
      .sort((a, b) => a.parsed.compare(b.parsed));
    for (const [index, { at }] of sorted.slice(1).entries()) {
      pairs++;
      if (at < Number(sorted[index]?.at)) wrong++;
    }
  }
  if (wrong > 1 && wrong / pairs > DISORDER)
    return `the registry's times are not those of publication: ${wrong} of ${pairs} versions are older than the one before them (a mirror rewrites them)`;
  // npm's own document always has both; a document put together by a mirror lacks them.
  if (time.created === undefined || time.modified === undefined)
    return 'the registry’s times have no "created" or "modified", as npm’s own have: a mirror put them together';
  return null;
}

/** Nobody publishes most of what they ever made this fast; a mirror that copies does. */
const EACH_WITHIN = 30_000;
const DAY = 86_400_000;

/**
 * A copier's times may well be in order. Two things betray it: more than half of all versions in one run, each within
 * half a minute of the next; or ten versions and more, and not one of them a day after the first.
 *
 * @param times in any order @param created what the registry says of the package itself; NaN: nothing
 */
function rushDoubt(times: readonly number[], created: number): string | null {
  const sorted = [...times].sort((a, b) => a - b);
  const run = Math.floor(sorted.length / 2) + 1;
  if (run < 3) return null;
  for (let first = 0; first + run <= sorted.length; first++) {
    const took = Number(sorted[first + run - 1]) - Number(sorted[first]);
    if (took <= (run - 1) * EACH_WITHIN)
      return `${run} of ${sorted.length} versions came within ${Math.ceil(took / 60_000)} minutes`;
  }
  const first = Number(sorted[0]);
  const all = Number(sorted.at(-1)) - first;
  if (sorted.length >= 10 && all < DAY && Math.abs(created - first) < DAY)
    return `all ${sorted.length} versions came within a day of the first`;
  return null;
}

/** Why a missing signature or attestation says nothing; null: this registry hands them on. */
export function signaturesDoubt({ versions }: Packument): string | null {
  const all = Object.values(versions);
  if (all.some(({ dist }) => Boolean(dist.signatures?.length))) return null;
  return `the registry gives no signature for any of ${all.length} versions: a mirror strips them, or it has none`;
}
