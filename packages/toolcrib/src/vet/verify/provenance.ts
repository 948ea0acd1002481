import { PackageURL } from 'packageurl-js';
import * as z from 'zod';
import { printable, Stop } from './outcome.ts';
import type { Statement, Subject } from './statement.ts';
import type { BuildClaims, Expected, Provenance } from './types.ts';

export const SLSA_V02 = 'https://slsa.dev/provenance/v0.2';
export const SLSA_V1 = 'https://slsa.dev/provenance/v1';

const Digests = z.record(z.string(), z.string());

const V02 = z.object({
  buildType: z.string(),
  builder: z.object({ id: z.string() }),
  invocation: z
    .object({ configSource: z.object({ uri: z.string(), digest: Digests }).partial().optional() })
    .optional(),
});

const V1 = z.object({
  buildDefinition: z.object({
    buildType: z.string(),
    externalParameters: z
      .object({ workflow: z.object({ ref: z.string(), repository: z.string() }).partial().optional() })
      .loose(),
    resolvedDependencies: z
      .array(z.object({ uri: z.string().optional(), digest: Digests.optional() }))
      .optional(),
  }),
  runDetails: z.object({ builder: z.object({ id: z.string() }) }),
});

/**
 * Reads SLSA provenance v0.2 and v1 (https://slsa.dev/spec).
 * @returns undefined for any other predicate
 * @throws {Stop} `not-understood` when it says it is provenance and is not
 */
export function readProvenance(statement: Statement, build: BuildClaims): Provenance | undefined {
  const said = sourceIn(statement);
  return said && { ...said, certified: certified(said, build), slsaLevel: slsaLevel(said.builder, build) };
}

type Said = Omit<Provenance, 'certified' | 'slsaLevel'>;

function sourceIn(statement: Statement): Said | undefined {
  if (statement.predicateType === SLSA_V02) {
    const predicate = parse(V02, statement.predicate);
    const { repository, ref } = splitGit(predicate.invocation?.configSource?.uri);
    return {
      buildType: predicate.buildType,
      builder: predicate.builder.id,
      sourceRepository: repository,
      sourceRef: ref,
      sourceDigest: predicate.invocation?.configSource?.digest?.sha1,
    };
  }
  if (statement.predicateType === SLSA_V1) {
    const { buildDefinition, runDetails } = parse(V1, statement.predicate);
    const workflow = buildDefinition.externalParameters.workflow;
    const source = buildDefinition.resolvedDependencies?.[0];
    const git = splitGit(source?.uri);
    return {
      buildType: buildDefinition.buildType,
      builder: runDetails.builder.id,
      sourceRepository: normalRepository(workflow?.repository) ?? git.repository,
      sourceRef: workflow?.ref ?? git.ref,
      sourceDigest: source?.digest?.gitCommit ?? source?.digest?.sha1,
    };
  }
  return undefined;
}

function parse<T>(schema: z.ZodType<T>, predicate: unknown): T {
  const parsed = schema.safeParse(predicate);
  if (!parsed.success) throw new Stop('not-understood', 'the provenance does not have the form it claims');
  return parsed.data;
}

function splitGit(uri: string | undefined): { repository?: string; ref?: string } {
  const match = /^git\+(https:\/\/[^@\s]+?)(?:@([^@\s]+))?$/.exec(uri ?? '');
  return { repository: normalRepository(match?.[1]), ref: match?.[2] };
}

function normalRepository(url: string | undefined): string | undefined {
  return url?.replace(/\.git$/, '').replace(/\/$/, '');
}

/**
 * The level is what the builder's operator publishes about it, and nothing is inferred from what a predicate contains.
 * The builder's id counts only where the certificate says the same: the predicate alone is written by the build.
 */
function slsaLevel(builder: string, build: BuildClaims): Provenance['slsaLevel'] {
  const generator =
    /^https:\/\/github\.com\/slsa-framework\/slsa-github-generator\/\.github\/workflows\/[\w-]+_slsa3\.yml@refs\/tags\/v/;
  if (generator.test(builder) && build.buildSigner === builder) {
    return { level: 3, because: 'slsa-github-generator documents its reusable workflows as SLSA Build L3' };
  }
  if (
    /^https:\/\/github\.com\/actions\/runner(\/github-hosted)?$/.test(builder) &&
    build.runner === 'github-hosted'
  ) {
    return {
      level: 2,
      because: 'GitHub and npm document provenance of GitHub-hosted runners as SLSA Build L2',
    };
  }
  return { level: 'not stated', because: 'no published statement of this builder is known here' };
}

/**
 * Holds provenance against what is expected: builder, repository, and that the version is the one it was built as.
 * @throws {Stop} `provenance-mismatch`; `provenance-undecided` where it could not be told
 */
export function requireProvenance(
  provenance: Provenance,
  subject: Subject,
  build: BuildClaims,
  expected: Expected,
): void {
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
  const repository = expected.sourceRepository ?? githubRepository(purl);
  if (repository !== undefined && !sameRepository(provenance.sourceRepository, repository)) {
    throw mismatch('source repository', provenance.sourceRepository, repository);
  }
  if (expected.sourceRef !== undefined) {
    if (provenance.sourceRef !== expected.sourceRef)
      throw mismatch('source ref', provenance.sourceRef, expected.sourceRef);
    return;
  }
  if (purl?.version) requireVersion(provenance.sourceRef, subject, purl);
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
  const repository = expected.sourceRepository ?? githubRepository(purl);
  if (repository !== undefined && build.sourceRepository !== undefined) {
    if (!sameRepository(build.sourceRepository, repository))
      throw mismatch('source repository', build.sourceRepository, repository);
  } else if (expected.sourceRepository !== undefined) throw undecided('source repository');
  if (expected.sourceRef !== undefined) {
    if (build.sourceRef === undefined) throw undecided('source ref');
    if (build.sourceRef !== expected.sourceRef)
      throw mismatch('source ref', build.sourceRef, expected.sourceRef);
    return [];
  }
  if (!purl?.version) return [];
  const named = parsePurl(subject?.name);
  if (named !== undefined) {
    if (samePackage(named, purl) && named.version === purl.version) return [];
    throw new Stop('other-subject', `it speaks of ${printable(subject?.name ?? '')}, not of ${purl}`);
  }
  if (build.sourceRef?.startsWith('refs/tags/')) {
    requireVersion(build.sourceRef, { digest: {} }, purl);
    return [];
  }
  return [`nothing in it names the version: that it is ${purl.version} was not checked`];
}

/** A purl that cannot be read asks for something nobody can check. */
function readablePurl({ purl }: Expected): PackageURL | undefined {
  const read = parsePurl(purl);
  if (purl !== undefined && read === undefined)
    throw new Stop('provenance-undecided', `${printable(purl)} is no package URL (pkg:TYPE/NAME@VERSION)`);
  return read;
}

/** `same` only where the authority says all of it: what the build alone says is what it likes to say. */
function certified(said: Said, build: BuildClaims): Provenance['certified'] {
  const fields = ['sourceRepository', 'sourceRef', 'sourceDigest'] as const;
  const both = fields.filter((field) => said[field] !== undefined && build[field] !== undefined);
  if (both.some((field) => said[field] !== build[field])) return 'other';
  const all =
    both.includes('sourceRepository') && (said.sourceRef === undefined || both.includes('sourceRef'));
  return all ? 'same' : 'not said';
}

/** Whether anything was asked of the provenance, beyond who signed it. */
export function asksForProvenance(expected: Expected): boolean {
  const { purl, sourceRepository, sourceRef, builder } = expected;
  return [purl, sourceRepository, sourceRef, builder].some((one) => one !== undefined);
}

/** The version is known from the subject's own purl, or from the tag it was built at. */
function requireVersion(ref: string | undefined, subject: Subject, purl: PackageURL): void {
  const named = parsePurl(subject.name);
  if (named !== undefined) {
    if (samePackage(named, purl) && named.version === purl.version) return;
    throw mismatch('subject', subject.name, purl.toString());
  }
  const tag = /^refs\/tags\/(.+)$/.exec(ref ?? '')?.[1];
  if (tag === undefined) {
    throw new Stop(
      'provenance-undecided',
      `it was built from ${ref ?? 'no named ref'}, so the version cannot be told from a tag`,
    );
  }
  if (!tagNames(tag, purl.version ?? '')) throw mismatch('tag', tag, purl.version ?? '');
}

/** `v1.2.3`, `1.2.3`, `kustomize/v1.2.3`, `release-1.2.3`, `kubectl@1.2.3`: the whole version stands at the end. */
export function tagNames(tag: string, version: string): boolean {
  const bare = version.replace(/^v(?=\d)/, '');
  if (!tag.endsWith(bare)) return false;
  return /(^|[/@_-])v?$/.test(tag.slice(0, -bare.length)) && bare.length > 0;
}

export function parsePurl(text: string | undefined): PackageURL | undefined {
  if (!text?.startsWith('pkg:')) return undefined;
  try {
    return PackageURL.fromString(text);
  } catch {
    return undefined;
  }
}

export function samePackage(a: PackageURL, b: PackageURL): boolean {
  return a.type === b.type && (a.namespace ?? '') === (b.namespace ?? '') && a.name === b.name;
}

function githubRepository(purl: PackageURL | undefined): string | undefined {
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
