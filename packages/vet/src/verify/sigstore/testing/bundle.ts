import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before } from 'node:test';
import { artefactOfBytes } from '../../artefact.ts';
import type { Expected } from '../../expected.ts';
import { sigstoreBundle } from '../../schemes/sigstore-bundle.ts';
import {
  IDENTITY,
  ISSUER,
  SIGNED_AT,
  type TestBundle,
  type TestSigstore,
  testSigstore,
} from '../../testing/signer.ts';
import type { TrustRoot } from '../../trust/root.ts';
import type { Verification } from '../../verification.ts';

export const BYTES = Buffer.from('the tool, as released');
const NOW = new Date(SIGNED_AT.getTime() + 3_600_000);
const PINNED: Expected = { signers: [{ kind: 'certificate', identity: IDENTITY, issuer: ISSUER }] };
export const digests = {
  sha256: createHash('sha256').update(BYTES).digest('hex'),
  sha512: createHash('sha512').update(BYTES).digest('hex'),
};

export let sigstore: TestSigstore;
before(async () => {
  sigstore = await testSigstore();
});

/** A bundle over those bytes, verified an hour after it was signed. */
export async function verify(
  bundle: TestBundle,
  {
    expected = PINNED,
    bytes = BYTES,
    trust = sigstore.trust,
    now = NOW,
  }: { expected?: Expected; bytes?: Buffer; trust?: TrustRoot; now?: Date } = {},
): Promise<Verification> {
  const proof = { name: 'bundle.json', bytes: Buffer.from(JSON.stringify(bundle)) };
  assert.ok(sigstoreBundle.recognise(proof));
  return sigstoreBundle.verify({ artefact: artefactOfBytes('tool', bytes), proof, expected, trust, now });
}

/** A copy of the bundle, bent. */
export function bent(bundle: TestBundle, bend: (copy: TestBundle) => void): TestBundle {
  const copy = structuredClone(bundle);
  bend(copy);
  return copy;
}

/** Flips one bit of a base64 value, in the middle unless said otherwise. */
export function flip(base64: string, at?: number): string {
  const bytes = Buffer.from(base64, 'base64');
  const index = at ?? bytes.length >> 1;
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  return bytes.toString('base64');
}

/** What was said, in two words. */
export const pick = ({ verdict, code }: Verification) => [verdict, code];
