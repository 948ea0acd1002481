import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ToolcribError } from '../../../model/index.ts';
import { seenWhole } from '../../archive/entry.ts';
import { lookInside } from '../../archive/look.ts';
import { declaredFact } from '../../declared/fact.ts';
import type { FactType, FactValue } from '../../pack/facts/index.ts';
import type { Gap, Subject } from '../../pack/schema.ts';
import { matchArtefact, missingElements } from '../../sbom/judge.ts';
import { readSbomFile } from '../../sbom/read.ts';
import { runVerify, type VerifyOptions } from '../../verify/command.ts';
import type { Verification } from '../../verify/types.ts';
import { fact, sha256, subjectId } from '../fact.ts';
import { readGiven } from '../files/given.ts';
import { parseJson, readLimited } from '../json.ts';
import type { Fact, Source } from '../source.ts';
import { type ReleaseFile, readRelease } from './file.ts';

type Proof = ReleaseFile['proofs'][number];

/**
 * A release's own files: hashed, looked into, and verified cryptographically here and now. A second person with the
 * same files collects the same again.
 */
export const releaseSource: Source = {
  kind: 'release',
  makes: ['release.artefact', 'release.signature', 'release.previous', 'release.sbom', 'release.declared'],
  appliesTo: (target) => target.files.length > 0,
  collect: async (target, context) => {
    const facts: Fact[] = [];
    const gaps: Gap[] = [];
    const { subject } = target;
    for (const path of target.files) {
      const given = await readGiven(path, context);
      if (given.kind !== 'release') continue;
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
      context.progress?.(`verifying ${basename(release.artefact)}`);
      const artefact = await artefactFact(release.artefact);
      add('release.artefact', artefact, release.artefact, artefact.sha256);
      for (const proof of release.proofs) {
        const value = await signatureFact(release, proof, subject);
        add('release.signature', value, release.artefact, value.sha256);
      }
      if (release.sbom !== undefined) {
        const digests = [
          { sha256: artefact.sha256 },
          ...artefact.executables.map((one) => ({ sha256: one.sha256 })),
        ];
        add(
          'release.sbom',
          await sbomFact(release.sbom, digests, subject, seenWhole(artefact.findings)),
          release.sbom,
          sha256(await readFile(release.sbom)),
        );
      }
      if (release.previous !== undefined) {
        const bytes = await readLimited(release.previous);
        add(
          'release.previous',
          previousFact(parseJson(bytes.toString('utf8'), release.previous), subject, release.previous),
          release.previous,
          sha256(bytes),
        );
      }
      if (release.aqua !== undefined && subject.version !== undefined) {
        const { purl, version } = subject;
        const declared = await declaredFact(release.aqua, { purl, version }, context);
        if ('gap' in declared)
          gaps.push({ source: 'release', types: ['release.declared'], reason: declared.gap });
        else
          add('release.declared', declared.value, declared.location, sha256(JSON.stringify(declared.value)));
      }
    }
    return { facts, gaps };
  },
};

async function artefactFact(path: string): Promise<FactValue<'release.artefact'>> {
  // Nothing is laid beside it, so the verifier only hashes.
  const { artefact } = await runVerify(path, {});
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

/**
 * Verified twice where a certificate signed: first for who it was, then, with that signer taken as given, for whether
 * its provenance is of this tool and version. Who it *should* be is not decided here.
 */
async function signatureFact(
  { artefact: path, sourceRepository }: ReleaseFile,
  proof: Proof,
  subject: Subject,
): Promise<FactValue<'release.signature'>> {
  const purl =
    subject.version === undefined ? {} : { purl: `${subject.purl}@${encodeURIComponent(subject.version)}` };
  const { allowedSigners, identity, ...files } = proof;
  const options: VerifyOptions = { ...files, ...(allowedSigners && { allowedSigners, identity }) };
  const first = await runVerify(path, options);
  const found = first.proposal?.kind === 'certificate' ? await withSigner(path, options, first, {}) : first;
  const built = found.statement?.provenance !== undefined && sourceRepository !== undefined;
  const wanted = { ...purl, ...(built && { sourceRepository }) };
  const held =
    found.signer?.kind === 'certificate'
      ? await withSigner(path, options, found, wanted)
      : await runVerify(path, { ...options, ...wanted });
  const unnamed = found.code === 'first-seen' && held.verdict === 'pass' ? held : found;
  const { provenance } = unnamed.statement ?? {};
  return {
    proof: [files.bundle, files.signature, files.checksums].flatMap((name) =>
      name === undefined ? [] : [basename(name)],
    ),
    scheme: unnamed.scheme,
    cryptography: unnamed.verdict,
    reason: unnamed.reason,
    signer: signerOf(unnamed),
    signedAt: unnamed.time && unnamed.time.from !== 'none' ? unnamed.time.at : null,
    timeFrom: unnamed.time?.from ?? 'none',
    sha256: unnamed.artefact.digests.sha256 ?? '',
    provenance:
      provenance === undefined
        ? null
        : {
            builder: provenance.builder,
            repository: provenance.sourceRepository ?? null,
            ref: provenance.sourceRef ?? null,
            slsaLevel: String(provenance.slsaLevel.level),
            ...matches(held, subject, sourceRepository),
          },
  };
}

/**
 * Whether provenance is of this tool and version. Nobody was expected to have signed it here, and anybody can sign that
 * something was built anywhere: it counts only where the certificate itself says the same source, and where somebody
 * said which source that should be.
 */
function matches(
  held: Verification,
  subject: Subject,
  sourceRepository: string | undefined,
): { matches: 'pass' | 'fail' | 'unknown'; reason: string } {
  const unknown = (reason: string) => ({ matches: 'unknown' as const, reason });
  if (subject.version === undefined) return unknown('no version was chosen');
  if (held.verdict !== 'pass') return { matches: held.verdict, reason: held.reason };
  if (held.statement?.provenance?.certified !== 'same')
    return unknown('only the signer says where it was built from, and no certificate does');
  if (sourceRepository === undefined && !subject.purl.startsWith('pkg:github/'))
    return unknown(
      `${subject.purl} does not say where it is built from: name sourceRepository in the release`,
    );
  return { matches: 'pass', reason: held.reason };
}

function withSigner(
  path: string,
  options: VerifyOptions,
  found: Verification,
  more: VerifyOptions,
): Promise<Verification> {
  const { signer } = found;
  if (signer?.kind !== 'certificate') return Promise.resolve(found);
  return runVerify(path, { ...options, identity: signer.identity, issuer: signer.issuer, ...more });
}

function signerOf({ signer }: Verification): FactValue<'release.signature'>['signer'] {
  if (signer === undefined) return null;
  return signer.kind === 'certificate'
    ? { id: signer.identity, issuer: signer.issuer, name: null }
    : { id: signer.fingerprint, issuer: null, name: signer.name ?? null };
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
