import semver from 'semver';
import type { OsvRecord } from './schema.ts';

type Affected = OsvRecord['affected'][number];
export type Affects = 'yes' | 'no' | 'unknown';

/** Ecosystems whose versions are ordered by semver (https://ossf.github.io/osv-schema/#affectedrangestype-field). */
const SEMVER_ORDERED = new Set(['npm', 'Go', 'crates.io', 'Hex', 'Pub', 'SwiftURL', 'GitHub Actions']);

/**
 * Whether a version is affected, by OSV's own algorithm: it is listed, or it lies between an `introduced` and the next
 * `fixed` or `last_affected`. What can't be compared (a range of git commits, another ecosystem's order) is `unknown`
 * unless the list of versions answers it.
 */
export function affectsVersion(entries: readonly Affected[], version: string | undefined): Affects {
  if (version === undefined) return 'unknown';
  const answers = entries.map((entry) => affectedBy(entry, version));
  if (answers.includes('yes')) return 'yes';
  return answers.includes('unknown') ? 'unknown' : 'no';
}

function affectedBy({ package: pack, versions, ranges }: Affected, version: string): Affects {
  const bare = version.replace(/^v/, '');
  if (versions.some((listed) => listed.replace(/^v/, '') === bare)) return 'yes';
  const listed = versions.length > 0;
  const ordered = ranges.map(({ type, events }) => {
    const comparable =
      type === 'SEMVER' || (type === 'ECOSYSTEM' && SEMVER_ORDERED.has(pack?.ecosystem.split(':')[0] ?? ''));
    return comparable ? inRange(events, bare) : listed ? 'no' : 'unknown';
  });
  if (ordered.includes('yes')) return 'yes';
  if (ordered.includes('unknown')) return 'unknown';
  return listed || ordered.length > 0 ? 'no' : 'unknown';
}

function inRange(events: Affected['ranges'][number]['events'], version: string): Affects {
  if (semver.valid(version) === null) return 'unknown';
  const points = events.flatMap((event) =>
    Object.entries(event).map(([kind, at]) => ({
      kind,
      at: at === '0' ? '0.0.0-0' : String(at).replace(/^v/, ''),
    })),
  );
  if (points.some(({ at }) => semver.valid(at) === null)) return 'unknown';
  points.sort((a, b) => semver.compare(a.at, b.at) || (a.kind === 'introduced' ? -1 : 1));
  let affected = false;
  for (const { kind, at } of points) {
    if (kind === 'introduced' && semver.gte(version, at)) affected = true;
    if (kind === 'fixed' && semver.gte(version, at)) affected = false;
    if (kind === 'last_affected' && semver.gt(version, at)) affected = false;
  }
  return affected ? 'yes' : 'no';
}
