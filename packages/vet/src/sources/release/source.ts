import { basename } from 'node:path';
import { ToolcribError } from '@toolcrib/model';
import { seenWhole } from '../../archive/entry.ts';
import { lookInside } from '../../archive/look.ts';
import type { Gap, Subject } from '../../facts/evidence.ts';
import type { Fact } from '../../facts/fact.ts';
import { fact, sha256, subjectId } from '../../facts/fact.ts';
import type { FactType, FactValue } from '../../facts/index.ts';
import { readGiven } from '../../given/given.ts';
import { parseJson, readLimited } from '../../given/json.ts';
import { matchArtefact, missingElements } from '../../sbom/judge.ts';
import { readSbomBytes, readSbomFile } from '../../sbom/read.ts';
import { runVerify } from '../../verify/command.ts';
import { isAddress, shownAddress } from '../declared/address.ts';
import { declaredFact } from '../declared/fact.ts';
import type { Collected, Source, SourceContext, Target } from '../source.ts';
import { forbidden } from './confined.ts';
import { readRelease } from './file.ts';
import { filesOf, inputsHash } from './inputs.ts';
import { signatureFact } from './signature.ts';

const MAKES = [
  'release.artefact',
  'release.signature',
  'release.previous',
  'release.sbom',
  'release.declared',
] as const satisfies readonly FactType[];

/**
 * A release's own files: hashed, looked into, and verified cryptographically here and now. A second person with the
 * same files collects the same again.
 */
export const releaseSource: Source = {
  kind: 'release',
  makes: MAKES,
  appliesTo: (target) => target.files.length > 0,
  collect: async (target, context) => {
    const all: Collected = { facts: [], gaps: [] };
    for (const path of target.files) {
      const given = await readGiven(path, context);
      if (given.kind !== 'release') continue;
      const { facts, gaps } = await ofRelease(path, target, context);
      all.facts.push(...facts);
      all.gaps.push(...gaps);
    }
    return all;
  },
};

async function ofRelease(path: string, target: Target, context: SourceContext): Promise<Collected> {
  const folder = target.unasked?.get(path);
  try {
    return await collectRelease(path, target, context, folder);
  } catch (error) {
    // Nobody here named it, so that its faults are nobody's mistake here.
    if (folder === undefined || !(error instanceof ToolcribError)) throw error;
    return { facts: [], gaps: [{ source: 'release', types: [...MAKES], reason: error.message }] };
  }
}

/** @param folder what the release names is only read where it lies in there; undefined: the person named the release */
async function collectRelease(
  path: string,
  { subject }: Target,
  context: SourceContext,
  folder: string | undefined,
): Promise<Collected> {
  const facts: Fact[] = [];
  const gaps: Gap[] = [];
  const release = readRelease((await readLimited(path)).toString('utf8'), path);
  const add = <T extends FactType>(type: T, value: FactValue<T>, location: string, hash: string) => {
    const about = {
      subject: subjectId(subject, true),
      source: { kind: 'release', location },
      sha256: hash,
      context,
    };
    facts.push(fact(type, value, about) as Fact);
  };
  const refused = async (places: readonly (string | undefined)[], types: readonly FactType[]) => {
    const place = await forbidden(places, folder);
    if (place === undefined) return false;
    const reason = `${shownPlace(place)}: not read, as nobody here named ${path} (name it with --file)`;
    gaps.push({ source: 'release', types: [...types], reason });
    return true;
  };
  if (await refused([release.artefact], MAKES)) return { facts, gaps };
  context.progress?.(`verifying ${basename(release.artefact)}`);
  const artefact = await artefactFact(release.artefact);
  add('release.artefact', artefact, release.artefact, artefact.sha256);
  // All or none: facts of one type are told apart by their order.
  if (!(await refused(release.proofs.flatMap(filesOf), ['release.signature']))) {
    for (const proof of release.proofs) {
      const value = await signatureFact(release, proof, subject);
      add('release.signature', value, release.artefact, await inputsHash(release, proof, value.sha256));
    }
  }
  if (release.sbom !== undefined && !(await refused([release.sbom], ['release.sbom']))) {
    const digests = [
      { sha256: artefact.sha256 },
      ...artefact.executables.map((one) => ({ sha256: one.sha256 })),
    ];
    add(
      'release.sbom',
      await sbomFact(release.sbom, digests, subject, seenWhole(artefact.findings)),
      release.sbom,
      sha256(await readSbomBytes(release.sbom)),
    );
  }
  if (release.previous !== undefined && !(await refused([release.previous], ['release.previous']))) {
    const bytes = await readLimited(release.previous);
    add(
      'release.previous',
      previousFact(parseJson(bytes.toString('utf8'), release.previous), subject, release.previous),
      release.previous,
      sha256(bytes),
    );
  }
  const { aqua } = release;
  if (aqua !== undefined && subject.version !== undefined && !(await refused([aqua], ['release.declared']))) {
    const { purl, version } = subject;
    const declared = await declaredFact(aqua, { purl, version }, context);
    if ('gap' in declared)
      gaps.push({ source: 'release', types: ['release.declared'], reason: declared.gap });
    else add('release.declared', declared.value, declared.location, sha256(JSON.stringify(declared.value)));
  }
  return { facts, gaps };
}

const shownPlace = (place: string) => (isAddress(place) ? shownAddress(place) : place);

async function artefactFact(path: string): Promise<FactValue<'release.artefact'>> {
  // Nothing is laid beside it, so the verifier only hashes.
  const { artefact } = await runVerify({ artefact: { file: path } });
  const about = { name: artefact.name, size: artefact.size, sha256: artefact.digests.sha256 ?? '' };
  try {
    const { executables, findings } = await lookInside(path);
    const counts = new Map<string, number>();
    for (const { what } of findings) counts.set(what, (counts.get(what) ?? 0) + 1);
    return {
      ...about,
      executables: executables.map((one) => ({
        path: one.path,
        kind: one.kind,
        sha256: one.sha256,
        size: one.size,
      })),
      findings: [...counts].map(([what, count]) => ({ what, count })),
    };
  } catch (error) {
    if (!(error instanceof ToolcribError)) throw error;
    return { ...about, executables: [], findings: [{ what: `not looked into: ${error.message}`, count: 1 }] };
  }
}

async function sbomFact(
  path: string,
  digests: Record<string, string>[],
  subject: Subject,
  whole: boolean,
): Promise<FactValue<'release.sbom'>> {
  const sbom = await readSbomFile(path);
  const purl = subject.version === undefined ? undefined : `${subject.purl}@${subject.version}`;
  const match = matchArtefact(sbom, digests, purl, whole);
  return {
    format: sbom.format,
    specVersion: sbom.specVersion,
    components: sbom.components.length,
    licences: [...new Set(sbom.components.flatMap(({ licences }) => licences))].sort(),
    missing: missingElements(sbom).map(({ element, count }) => ({ element, count: count ?? null })),
    match: match.verdict,
    matchReason: match.reason,
  };
}

interface EarlierSignature {
  cryptography?: unknown;
  signer?: { id?: unknown; issuer?: unknown } | null;
}

/** Only what the earlier pack says it verified. @throws {ToolcribError} `bad-file` for another tool's */
function previousFact(pack: unknown, now: Subject, path: string): FactValue<'release.previous'> {
  const { subject, evidence } = (pack ?? {}) as {
    subject?: { purl?: unknown; version?: unknown };
    evidence?: unknown;
  };
  if (subject?.purl !== now.purl) {
    throw new ToolcribError('bad-file', `${path} is no evidence pack of ${now.purl}`, {
      next: 'name the pack of the version in use',
    });
  }
  const list = Array.isArray(evidence) ? evidence : [];
  const signers = new Map<string, { id: string; issuer: string | null }>();
  for (const { type, value } of list as { type?: unknown; value?: EarlierSignature }[]) {
    const { id, issuer = null } = value?.signer ?? {};
    if (type !== 'release.signature' || value?.cryptography !== 'pass' || typeof id !== 'string') continue;
    if (issuer === null || typeof issuer === 'string') signers.set(`${id}\0${issuer}`, { id, issuer });
  }
  const version = subject?.version;
  return { version: typeof version === 'string' ? version : null, signers: [...signers.values()] };
}
