import { createHash } from 'node:crypto';
import type { FactValue } from '../../facts/index.ts';
import { iso } from './history.ts';
import { records } from './records.ts';
import type { ReleaseTag } from './releases.ts';
import type { Repository } from './repository.ts';

const DAY = 86_400_000;
const YEARS_LOOKED = 3;
const SECURITY_KEPT = 100;
const BUGS_KEPT = 100;
const TAGS_ASKED = 500;
const ADVISORY = /\b(?:CVE-\d{4}-\d{4,}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3})\b/gi;
/** Conventional Commits' `fix:`, and GitHub's closing words at the start of a subject. */
const BUG = /^(\[?(bug ?)?fix(es|ed)?\b|hotfix\b)/i;
const GREP = 'CVE-[0-9]{4}-[0-9]{4}|GHSA-|^\\[?(bug ?)?fix|^hotfix';

type Fix = FactValue<'git.fixes'>['fixes'][number];

/**
 * Commits that say they fix something, with the first release that holds each. What a project *calls* a fix is its own
 * word: fixes that are not named are not seen, and the criterion says so.
 *
 * @param series newest first
 */
export async function readFixes(
  repository: Repository,
  commit: string,
  series: readonly ReleaseTag[],
  now: number,
): Promise<{ value: FactValue<'git.fixes'>; sha256: string }> {
  const from = Math.floor(now / DAY) * DAY - YEARS_LOOKED * 365 * DAY;
  const stream = repository.stream([
    'log',
    '-z',
    '--no-show-signature',
    '--no-merges',
    '-i',
    '-E',
    `--grep=${GREP}`,
    `--since-as-filter=${iso(from)}`,
    '--format=%H%x00%ct%x00%B',
    commit,
  ]);
  const hash = createHash('sha256');
  const fixes: Fix[] = [];
  const left = { security: SECURITY_KEPT, bug: BUGS_KEPT };
  let found = 0;
  for await (const [id = '', seconds = '', message = ''] of records(stream, 3)) {
    hash.update(`${id}\n`);
    const ids = [
      ...new Set(
        [...message.matchAll(ADVISORY)].map((match) =>
          match[0].toUpperCase().replace(/^GHSA.*/, (g) => `GHSA${g.slice(4).toLowerCase()}`),
        ),
      ),
    ];
    const kind = ids.length > 0 ? 'security' : BUG.test(message) ? 'bug' : undefined;
    const at = Number(seconds) * 1000;
    if (kind === undefined || !(at <= now + DAY)) continue;
    found++;
    if (left[kind]-- > 0) fixes.push({ commit: id, at: iso(at), kind, ids, release: null, releasedAt: null });
  }
  await setReleases(repository, fixes, series, from);
  for (const { commit: fix, release } of fixes) hash.update(`${fix} ${release}\n`);
  return { sha256: hash.digest('hex'), value: { found, from: iso(from), fixes } };
}

/**
 * `git name-rev` names each commit by the oldest of the given tags that holds it, in one walk over the history.
 * Prereleases are not given: a fix is out when everybody gets it.
 */
async function setReleases(
  repository: Repository,
  fixes: Fix[],
  series: readonly ReleaseTag[],
  from: number,
): Promise<void> {
  const later = series
    .filter(({ prerelease, at }) => !prerelease && at >= from - 30 * DAY)
    .slice(0, TAGS_ASKED);
  if (fixes.length === 0 || later.length === 0) return;
  const byName = new Map(later.map((tag) => [tag.tag, tag]));
  const refs = later.map(({ tag }) => `--refs=refs/tags/${tag.replace(/[*?[\\]/g, '\\$&')}`);
  const commits = fixes.map(({ commit }) => commit);
  const names = (await repository.text(['name-rev', '--tags', '--name-only', ...refs, ...commits])).split(
    '\n',
  );
  for (const [index, fix] of fixes.entries()) {
    const release = byName.get(`${names[index]}`.replace(/[~^].*/, ''));
    if (release === undefined) continue;
    fix.release = release.tag;
    fix.releasedAt = iso(release.at);
  }
}
