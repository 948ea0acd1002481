import { isDeepStrictEqual } from 'node:util';
import { PackageURL } from 'packageurl-js';
import semver from 'semver';
import { viewOf } from '../criteria/criterion.ts';
import { subjectId } from '../facts/fact.ts';
import { speaksOfPackage } from '../sources/files/depsdev.ts';
import { speaksOfRepository } from '../sources/files/scorecard.ts';
import { versionOf } from '../sources/target.ts';
import { factsOf } from './pack.ts';
import type { EvidencePack } from './schema.ts';

const DAY = 86_400_000;

/**
 * What is wrong with a pack in itself, as no honest one ever is: made tomorrow, or of facts that speak of another tool
 * or version. Each of these would let a verdict stand on figures that are not this subject's.
 *
 * @param now the reader's clock
 */
export function contradictions(pack: EvidencePack, now: number): string[] {
  const found: string[] = [];
  if (Date.parse(pack.assessedAt) > now + DAY)
    found.push(`it was assessed on ${pack.assessedAt.slice(0, 10)}, which is yet to come`);
  const seen = new Map<string, number>();
  for (const { id, type, subject } of factsOf(pack)) {
    const count = (seen.get(type) ?? 0) + 1;
    seen.set(type, count);
    const expected = count === 1 ? type : `${type}-${count}`;
    if (id !== expected) found.push(`${id} should be called ${expected}`);
    if (![true, false].some((ofVersion) => subjectId(pack.subject, ofVersion) === subject))
      found.push(`${id} speaks of ${subject}, the pack of ${subjectId(pack.subject, true)}`);
  }
  return [...found, ...strangeNames(pack), ...strangeVersions(pack)];
}

/**
 * The purl is what exceptions, pins and advisories go by, the name is what a registry is asked for and what people read:
 * both must be of one tool, and so must the names within the facts.
 */
function strangeNames(pack: EvidencePack): string[] {
  const { subject } = pack;
  const purl = PackageURL.fromString(subject.purl);
  const npm = purl.type === 'npm';
  const called = npm ? [purl.namespace, purl.name].filter(Boolean).join('/') : purl.name;
  const found: string[] = [];
  if (npm ? subject.name !== called : plain(subject.name) !== plain(called))
    found.push(`its subject is called ${subject.name}, and its purl is ${subject.purl}`);
  const view = viewOf(subject, factsOf(pack), pack.gaps);
  for (const { id, value } of view.all('npm.package'))
    if (!npm || value.name !== called) found.push(`${id} is of ${value.name}, the pack of ${subject.purl}`);
  for (const { id, value } of view.all('depsdev.version'))
    if (!speaksOfPackage(value.name, subject))
      found.push(`${id} is of ${value.name}, the pack of ${subject.purl}`);
  for (const { id, value } of view.all('scorecard.result'))
    if (!speaksOfRepository(value.repository, subject))
      found.push(`${id} is of ${value.repository}, the pack of ${subject.purl}`);
  return found;
}

/** A purl has some types of name in one spelling only (`My_Tool` is `my-tool` for pypi). */
const plain = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-');

function strangeVersions(pack: EvidencePack): string[] {
  const view = viewOf(pack.subject, factsOf(pack), pack.gaps);
  const { version } = pack.subject;
  const releases = view.first('git.releases')?.value;
  const names = (revision: string): boolean => {
    if (version === undefined) return false;
    const tagged = releases?.releases.find(({ tag }) => tag === revision)?.version;
    return versionOf(revision) === version || tagged === (semver.valid(version) ?? version);
  };
  const files = view.first('git.files')?.value;
  const history = view.first('git.history')?.value;
  const found: string[] = [];
  if (
    files !== undefined &&
    !(version === undefined
      ? files.commit === history?.commit || history === undefined
      : names(files.revision))
  )
    found.push(`its files are those of ${files.revision}, not of ${version ?? 'the main branch'}`);
  if (releases?.chosen != null && !names(releases.chosen))
    found.push(`its chosen release is ${releases.chosen}, not ${version ?? 'none'}`);
  const npm = view.first('npm.version')?.value.version;
  const answer = view.first('depsdev.version')?.value.version;
  if (answer !== undefined && answer.replace(/^v/, '') !== version?.replace(/^v/, ''))
    found.push(`deps.dev's facts are of ${answer}`);
  if (npm !== undefined && !isDeepStrictEqual(npm, version)) found.push(`the registry's facts are of ${npm}`);
  return found;
}
