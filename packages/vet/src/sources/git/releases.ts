import { createHash } from 'node:crypto';
import semver from 'semver';
import type { FactValue } from '../../facts/index.ts';
import { iso } from './history.ts';
import { lines } from './records.ts';
import type { Repository } from './repository.ts';

/** Releases kept, newest first; a project with more in three years is cut and says so. */
const RELEASES_KEPT = 2000;
const YEAR = 365 * 86_400_000;

export const TAG_FORMAT = '%(refname:strip=2)%00%(objecttype)%00%(objectname)%00%(creatordate:unix)';

export interface ReleaseTag {
  tag: string;
  prefix: string;
  version: string;
  prerelease: boolean;
  annotated: boolean;
  object: string;
  /** Milliseconds since 1970. */
  at: number;
}

export interface ReadReleases {
  value: FactValue<'git.releases'>;
  sha256: string;
  /** Those of the series, newest first, for the sources that look into them. */
  series: ReleaseTag[];
}

/** Releases by tag. Several series (a monorepo's `name@1.2.3`) are told apart by what stands before the version. */
export async function readReleases(
  repository: Repository,
  wanted: { version?: string; revision?: string; name: string },
  asOf?: { moment: number; tags: ReadonlySet<string> },
): Promise<ReadReleases> {
  const hash = createHash('sha256');
  const series = new Map<string, ReleaseTag[]>();
  let tags = 0;
  for await (const line of lines(
    repository.stream(['for-each-ref', `--format=${TAG_FORMAT}`, 'refs/tags']),
  )) {
    if (asOf !== undefined && isLater(line, asOf)) continue;
    hash.update(`${line}\n`);
    tags++;
    const tag = parseTag(line);
    if (tag === undefined) continue;
    const list = series.get(tag.prefix);
    if (list === undefined) series.set(tag.prefix, [tag]);
    else list.push(tag);
  }
  const chosen = chooseTag(series, wanted);
  const prefix = chosen?.prefix ?? choosePrefix(series, wanted.name);
  const all = (series.get(prefix) ?? []).sort((a, b) => b.at - a.at || semver.rcompare(a.version, b.version));
  const kept = all.slice(0, RELEASES_KEPT);
  return {
    sha256: hash.digest('hex'),
    series: kept,
    value: {
      tags,
      prefix,
      complete: all.length === kept.length,
      chosen: chosen?.tag ?? null,
      releases: kept
        .map(({ tag, version, at, prerelease, annotated }) => ({
          tag,
          version,
          at: iso(at),
          prerelease,
          annotated,
        }))
        .reverse(),
    },
  };
}

function isLater(line: string, { moment, tags }: { moment: number; tags: ReadonlySet<string> }): boolean {
  const [tag = '', , , seconds = ''] = line.split('\0');
  return Number(seconds) * 1000 > moment && !tags.has(tag);
}

const TAG = /^(|.*[^0-9A-Za-z.]|.*(?<![a-z])v)(\d+\.\d+(?:\.\d+)?(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)$/;

/** @param line in `TAG_FORMAT` @returns undefined for a tag that names no version */
function parseTag(line: string): ReleaseTag | undefined {
  const [tag = '', type, object = '', seconds = ''] = line.split('\0');
  const match = tag.length <= 200 ? TAG.exec(tag) : null;
  if (match === null || seconds === '') return undefined;
  const [, prefix = '', written = ''] = match;
  const version = semver.valid(written) ?? semver.valid(semver.coerce(written, { includePrerelease: true }));
  const at = Number(seconds) * 1000;
  if (version === null || !(at < 8e15)) return undefined;
  const prerelease = semver.prerelease(version) !== null;
  return { tag, prefix, version, prerelease, annotated: type === 'tag', object, at };
}

function chooseTag(
  series: Map<string, ReleaseTag[]>,
  wanted: { version?: string; revision?: string; name: string },
): ReleaseTag | undefined {
  const all = [...series.values()].flat();
  // A revision is what it is: `git:x@release-1.2.3` may be a branch, and v1.2.3 is then another commit.
  if (wanted.revision !== undefined) return all.find(({ tag }) => tag === wanted.revision);
  const byName = all.find(({ tag }) => tag === wanted.version);
  if (byName !== undefined || wanted.version === undefined) return byName;
  const version = semver.valid(wanted.version);
  const same = all.filter((tag) => tag.version === version);
  // `helm-chart-1.3.0` is the version of something else: then no tag is named after the wanted one.
  return (
    same.find(({ prefix }) => prefix === 'v' || prefix === '') ??
    same.find((tag) => isOf(tag.prefix, wanted.name)) ??
    same.find(({ prefix }) => SAYS_RELEASE.test(prefix))
  );
}

/** What stands before a version and names nothing but that it is one. */
const SAYS_RELEASE = /^(releases?|rel|versions?|ver)[-_/]v?$/i;

const isOf = (prefix: string, name: string) => prefix.replace(/[-@/_]?v?$/, '') === name;

/**
 * The tool's own series, else the plain one (`v1.2.3`, `1.2.3`), unless that one ended more than a year before another
 * did: then the project has moved its releases there.
 */
function choosePrefix(series: Map<string, ReleaseTag[]>, name: string): string {
  const newest = [...series]
    .map(([prefix, tags]) => ({ prefix, at: tags.reduce((a, b) => (b.at > a.at ? b : a)).at }))
    .sort((a, b) => b.at - a.at || a.prefix.length - b.prefix.length);
  const own = newest.find(({ prefix }) => isOf(prefix, name));
  if (own !== undefined) return own.prefix;
  const plain = newest.find(({ prefix }) => prefix === 'v' || prefix === '');
  const latest = newest[0];
  if (plain !== undefined && latest !== undefined && latest.at - plain.at <= YEAR) return plain.prefix;
  return latest?.prefix ?? '';
}
