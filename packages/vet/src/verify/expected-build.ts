import type { PackageURL } from 'packageurl-js';
import type { Expected } from './expected.ts';
import { normalRepository, parsePurl, samePackage } from './provenance.ts';
import type { Subject } from './statement.ts';
import { printable, Stop } from './stop.ts';
import { tagNames } from './tag.ts';
import type { BuildClaims, Provenance } from './verification.ts';

/** Whether anything was asked of the provenance, beyond who signed it. */
export function asksForProvenance(expected: Expected): boolean {
  const { purl, sourceRepository, sourceRef, builder } = expected;
  return [purl, sourceRepository, sourceRef, builder].some((one) => one !== undefined);
}

/**
 * Holds provenance against what is expected: builder, repository, ref, package and version; each that was asked for,
 * whatever else was.
 * @returns what a reader should know was not checked
 * @throws {Stop} `provenance-mismatch`; `provenance-undecided` where it could not be told
 */
export function requireProvenance(
  provenance: Provenance,
  subject: Subject,
  build: BuildClaims,
  expected: Expected,
): string[] {
  if (provenance.certified === 'other') {
    const certificate = `${build.sourceRepository}@${build.sourceRef}, as the certificate says`;
    throw mismatch(
      'source in the provenance',
      `${provenance.sourceRepository}@${provenance.sourceRef}`,
      certificate,
    );
  }
  if (expected.builder !== undefined && provenance.builder !== expected.builder) {
    throw mismatch('builder', provenance.builder, expected.builder);
  }
  const purl = readablePurl(expected);
  const repository = repositoryOf(expected, purl);
  if (repository !== undefined && !sameRepository(provenance.sourceRepository, repository)) {
    throw mismatch('source repository', provenance.sourceRepository, repository);
  }
  const ref = provenance.sourceRef;
  if (expected.sourceRef !== undefined && ref !== expected.sourceRef)
    throw mismatch('source ref', ref, expected.sourceRef);
  if (purl === undefined) return [];
  const named = requireNamed(purl, subject, (what, is) => mismatch(what, is, purl.toString()));
  if (requireVersion(purl, ref, expected, named) === 'not named') {
    throw new Stop(
      'provenance-undecided',
      `it was built from ${printable(ref ?? 'no named ref')}, so the version cannot be told from a tag`,
    );
  }
  return notes(purl, repository !== undefined || named !== undefined, true);
}

/**
 * The same question where there is no provenance: a signature alone, or an attestation of something else. Only the
 * certificate can answer then, and what was asked for by name and is not answered must not pass.
 * @param subject of an attestation; its name may be a purl
 * @returns what a reader should know was not checked
 * @throws {Stop} `provenance-mismatch`, `other-subject`, `provenance-undecided`
 */
export function requireBuild(build: BuildClaims, expected: Expected, subject?: Subject): string[] {
  const undecided = (what: string) =>
    new Stop('provenance-undecided', `it holds no provenance, so that its ${what} cannot be told`);
  if (expected.builder !== undefined) throw undecided('builder');
  const purl = readablePurl(expected);
  const repository = repositoryOf(expected, purl);
  const asked = repository !== undefined && build.sourceRepository !== undefined;
  if (asked && !sameRepository(build.sourceRepository, repository))
    throw mismatch('source repository', build.sourceRepository, repository);
  if (!asked && expected.sourceRepository !== undefined) throw undecided('source repository');
  if (expected.sourceRef !== undefined) {
    if (build.sourceRef === undefined) throw undecided('source ref');
    if (build.sourceRef !== expected.sourceRef)
      throw mismatch('source ref', build.sourceRef, expected.sourceRef);
  }
  if (purl === undefined) return [];
  const named = requireNamed(
    purl,
    subject,
    (_, is) => new Stop('other-subject', `it speaks of ${printable(is)}, not of ${purl}`),
  );
  const version = requireVersion(purl, build.sourceRef, expected, named);
  return notes(purl, asked || named !== undefined, named !== undefined || version !== 'not named');
}

function notes(purl: PackageURL, ofPackage: boolean, ofVersion: boolean): string[] {
  const unnamed = [...(ofPackage ? [] : ['package']), ...(ofVersion ? [] : ['version'])];
  if (unnamed.length === 0) return [];
  return [`nothing in it names the ${unnamed.join(' and the ')}: that it is ${purl} was not checked`];
}

/**
 * Types whose packages are published to a registry, each version once and under its own name. Elsewhere (a repository,
 * a file on some server) a version is a tag, and the subject's name is what the signer likes to write.
 */
const REGISTRIES: ReadonlySet<string> = new Set([
  'npm',
  'pypi',
  'gem',
  'cargo',
  'nuget',
  'maven',
  'composer',
  'hex',
  'pub',
]);

/** A subject that names itself by a purl must be the package that was asked for, and of its version. */
function requireNamed(
  purl: PackageURL,
  subject: Subject | undefined,
  other: (what: string, is: string) => Stop,
): PackageURL | undefined {
  const named = parsePurl(subject?.name);
  if (named === undefined) return undefined;
  const bare = (version = '') => (REGISTRIES.has(purl.type) ? version : version.replace(/^v(?=\d)/, ''));
  const sameVersion = !purl.version || bare(named.version) === bare(purl.version);
  if (samePackage(named, purl) && sameVersion) return named;
  throw other('subject', subject?.name ?? '');
}

/**
 * The version is known from the tag it was built at; where packages are published to a registry, also from the name
 * that the subject has there, since a tag may be of a repository that holds several.
 */
function requireVersion(
  purl: PackageURL,
  ref: string | undefined,
  expected: Expected,
  named: PackageURL | undefined,
): 'named' | 'not named' {
  if (!purl.version || (named !== undefined && REGISTRIES.has(purl.type))) return 'named';
  const tag = /^refs\/tags\/(.+)$/.exec(ref ?? '')?.[1];
  if (tag === undefined) return 'not named';
  const names = tagNames(tag, purl);
  if (names === 'no') throw mismatch('tag', tag, purl.version);
  // Whoever gave the very ref has said which of the repository's tools it is.
  if (names === 'cannot tell' && ref !== expected.sourceRef) {
    throw new Stop(
      'provenance-undecided',
      `the tag ${printable(tag)} may be of another part of the repository than ${purl.name}: name the ref (--source-ref, in a release file sourceRef)`,
    );
  }
  return 'named';
}

/** A purl that cannot be read asks for something nobody can check. */
function readablePurl({ purl }: Expected): PackageURL | undefined {
  const read = parsePurl(purl);
  if (purl !== undefined && read === undefined)
    throw new Stop('provenance-undecided', `${printable(purl)} is no package URL (pkg:TYPE/NAME@VERSION)`);
  return read;
}

function repositoryOf({ sourceRepository }: Expected, purl: PackageURL | undefined): string | undefined {
  if (sourceRepository !== undefined) return sourceRepository;
  return purl?.type === 'github' ? `https://github.com/${purl.namespace}/${purl.name}` : undefined;
}

/** GitHub's owners and names are compared without regard to case; everything else as it stands. */
function sameRepository(a: string | undefined, b: string): boolean {
  if (a === undefined) return false;
  const wanted = normalRepository(b.replace(/^git\+/, '')) ?? b;
  return /^https:\/\/github\.com\//i.test(a) ? a.toLowerCase() === wanted.toLowerCase() : a === wanted;
}

function mismatch(what: string, is: string | undefined, wanted: string): Stop {
  return new Stop(
    'provenance-mismatch',
    `${what} is ${printable(is ?? 'not given')}, expected ${printable(wanted)}`,
  );
}
