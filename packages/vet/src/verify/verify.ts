import { type Artefact, artefactOfBytes } from './artefact.ts';
import type { Expected } from './expected.ts';
import { verifyCleartext } from './openpgp/cleartext.ts';
import { conclude } from './outcome.ts';
import type { ProofFile } from './scheme.ts';
import { checksums } from './schemes/checksums.ts';
import { schemeOf } from './schemes/index.ts';
import { openpgpCleartext } from './schemes/openpgp.ts';
import { Stop } from './stop.ts';
import type { TrustRoot } from './trust/root.ts';
import { type SchemeName, VERDICT_OF, type Verification } from './verification.ts';

/** What a person can lay beside an artefact. */
export interface VerifyFiles {
  /** A bundle, attestations, a detached signature, an npm manifest: recognised by content. */
  proof?: ProofFile;
  /** cosign's detached certificate. */
  certificate?: ProofFile;
  /** A checksum file. With `proof`, the proof is over this list and not over the artefact. */
  checksums?: ProofFile;
}

/**
 * Verifies one artefact with what lies beside it. Needs no network and writes nothing.
 * @returns never throws for bad input; see `Verification`
 */
export async function verifyArtefact(
  artefact: Artefact,
  files: VerifyFiles,
  expected: Expected,
  trust: TrustRoot,
  now: Date,
): Promise<Verification> {
  return requireAnswered(await verifyFiles(artefact, files, expected, trust, now), expected);
}

/** Schemes whose signatures say nothing of a build, and (but for npm's, and a tag's version) of a package and version. */
const SAY_NOTHING: ReadonlySet<SchemeName> = new Set([
  'minisign',
  'openpgp',
  'openpgp-cleartext',
  'ssh',
  'git-object',
  'npm-signature',
]);

/** What was asked for and could not be looked at must not pass as if it had been. */
function requireAnswered(found: Verification, expected: Expected): Verification {
  if (found.verdict !== 'pass' || !SAY_NOTHING.has(found.scheme)) return found;
  const { sourceRepository, sourceRef, builder, purl } = expected;
  if (sourceRepository !== undefined || sourceRef !== undefined || builder !== undefined) {
    return {
      ...found,
      verdict: VERDICT_OF['provenance-undecided'],
      code: 'provenance-undecided',
      reason: `${found.reason}; but such a signature does not say what it was built from`,
    };
  }
  // These two looked at it themselves.
  if (purl === undefined || found.scheme === 'npm-signature' || found.scheme === 'git-object') return found;
  const note = `such a signature names no package and version: that it is ${purl} was not checked`;
  return found.notes.includes(note) ? found : { ...found, notes: [...found.notes, note] };
}

async function verifyFiles(
  artefact: Artefact,
  files: VerifyFiles,
  expected: Expected,
  trust: TrustRoot,
  now: Date,
): Promise<Verification> {
  const { proof, certificate, checksums: list } = files;
  if (list !== undefined) {
    const signed = openpgpCleartext.recognise(list) || proof !== undefined;
    if (!signed) return checksums.verify({ artefact, proof: list, expected, trust, now });
    return verifySignedList(artefact, list, files, expected, trust, now);
  }
  if (proof === undefined)
    return nothing(artefact, 'there is no signature, bundle or checksum file to verify with');
  const scheme = schemeOf(proof);
  if (scheme === undefined) {
    return nothing(
      artefact,
      `${proof.name} is no signature, bundle or checksum file that is understood`,
      'not-understood',
    );
  }
  return scheme.verify({ artefact, proof, expected, trust, now, ...(certificate && { certificate }) });
}

/** The signature is over the list, and the list names the artefact: both must hold. */
async function verifySignedList(
  artefact: Artefact,
  list: ProofFile,
  { proof, certificate }: VerifyFiles,
  expected: Expected,
  trust: TrustRoot,
  now: Date,
): Promise<Verification> {
  let bytes = list.bytes;
  let signature: Verification;
  if (proof === undefined) {
    // Only the text that came out of the signature is read as the list, not the file around it.
    const ofList = artefactOfBytes(list.name, list.bytes);
    signature = await conclude('openpgp-cleartext', ofList, async () => {
      await ofList.digests(['sha256']);
      const { found, text } = await verifyCleartext(list.bytes, expected, now);
      bytes = Buffer.from(text);
      return found;
    });
  } else {
    const ofList = artefactOfBytes(list.name, list.bytes);
    signature = await verifyArtefact(
      ofList,
      { proof, ...(certificate && { certificate }) },
      expected,
      trust,
      now,
    );
  }
  if (signature.verdict === 'fail')
    return about(artefact, signature, `the checksum file: ${signature.reason}`);

  const listed = await checksums.verify({
    artefact,
    proof: { name: list.name, bytes },
    expected,
    trust,
    now,
  });
  if (listed.code !== 'integrity-only') return listed;
  if (signature.verdict !== 'pass')
    return about(artefact, signature, `the checksum file: ${signature.reason}`);
  return {
    ...signature,
    artefact: listed.artefact,
    reason: `${list.name} names these bytes and is ${signature.reason}`,
    notes: [...signature.notes, `${list.name}: sha256 ${signature.artefact.digests.sha256}`],
  };
}

const about = ({ name, size, knownDigests }: Artefact, of: Verification, reason: string): Verification => ({
  ...of,
  artefact: { name, size, digests: knownDigests() },
  reason,
});

function nothing(
  artefact: Artefact,
  reason: string,
  code: 'nothing-to-verify' | 'not-understood' = 'nothing-to-verify',
) {
  return conclude('checksums', artefact, async () => {
    await artefact.digests(['sha256']);
    throw new Stop(code, reason);
  });
}
