import { PackageURL } from 'packageurl-js';
import * as z from 'zod';
import type { Statement } from './statement.ts';
import { Stop } from './stop.ts';
import type { BuildClaims, Provenance } from './verification.ts';

const SLSA_V02 = 'https://slsa.dev/provenance/v0.2';
const SLSA_V1 = 'https://slsa.dev/provenance/v1';

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

/** Without what git leaves out: `.git` and a slash at the end. */
export function normalRepository(url: string | undefined): string | undefined {
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

/** `same` only where the authority says all of it: what the build alone says is what it likes to say. */
function certified(said: Said, build: BuildClaims): Provenance['certified'] {
  const fields = ['sourceRepository', 'sourceRef', 'sourceDigest'] as const;
  const both = fields.filter((field) => said[field] !== undefined && build[field] !== undefined);
  if (both.some((field) => said[field] !== build[field])) return 'other';
  const all =
    both.includes('sourceRepository') && (said.sourceRef === undefined || both.includes('sourceRef'));
  return all ? 'same' : 'not said';
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
