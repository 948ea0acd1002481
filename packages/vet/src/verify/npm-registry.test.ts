import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { artefactOfBytes } from './artefact.ts';
import { requirePackage } from './npm-registry.ts';
import { SIGNED_AT, testSigstore } from './testing/signer.ts';
import { readRoot } from './trust/root.ts';
import { verifyArtefact } from './verify.ts';

const PUBLISH = 'https://github.com/npm/attestation/tree/main/specs/publish/v0.1';
const SLSA = 'https://slsa.dev/provenance/v1';

test('an attestation is of one package: with or without a version, no other may have been asked for', () => {
  const table: [predicateType: string, purl: string | undefined, code: string][] = [
    [PUBLISH, 'pkg:npm/tool@1.0.0', 'verified'],
    [PUBLISH, 'pkg:npm/tool@1.0.1', 'other-subject'],
    [PUBLISH, 'pkg:npm/tool', 'first-seen'],
    [PUBLISH, 'pkg:npm/other', 'other-subject'],
    [PUBLISH, undefined, 'first-seen'],
    [SLSA, 'pkg:npm/tool', 'verified'],
    [SLSA, 'pkg:npm/other', 'other-subject'],
    [SLSA, 'pkg:npm/other@1.0.0', 'other-subject'],
    [SLSA, undefined, 'verified'],
  ];
  for (const [predicateType, purl, code] of table) {
    const statement = { predicateType, subject: 'pkg:npm/tool@1.0.0' };
    const found = { code: 'verified' as const, reason: '', notes: [], statement };
    const judged = requirePackage(found, { signers: [], ...(purl && { purl }) });
    assert.equal(judged.code, code, `${predicateType} ${purl}`);
  }
});

test('what the registry signed alone does not say what it was built from, and does not pass where that is asked', async () => {
  const sigstore = await testSigstore();
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKey = {
    rawBytes: key.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
    validFor: { start: '2020-01-01T00:00:00.000Z' },
  };
  const npmKeys = [{ keyId: 'SHA256:npm', keyUsage: 'npm:attestations', publicKey }];
  const trust = readRoot({ ...sigstore.stored, npmKeys });
  const bytes = Buffer.from('a package');
  const purl = 'pkg:npm/tool@1.0.0';
  const bundle = await sigstore.attest(
    {
      _type: 'https://in-toto.io/Statement/v0.1',
      subject: [{ name: purl, digest: { sha256: createHash('sha256').update(bytes).digest('hex') } }],
      predicateType: PUBLISH,
      predicate: {},
    },
    { registry: { key, hint: 'SHA256:npm' } },
  );
  const proof = {
    name: 'answer.json',
    bytes: Buffer.from(JSON.stringify({ attestations: [{ predicateType: PUBLISH, bundle }] })),
  };
  for (const [asked, code] of [
    [{}, 'verified'],
    [{ sourceRepository: 'https://github.com/acme/tool' }, 'provenance-undecided'],
    [{ sourceRef: 'refs/tags/v1.0.0' }, 'provenance-undecided'],
    [{ builder: 'https://github.com/actions/runner' }, 'provenance-undecided'],
  ] as const) {
    const now = new Date(SIGNED_AT.getTime() + 1000);
    const expected = { signers: [], purl, ...asked };
    const found = await verifyArtefact(artefactOfBytes('tool.tgz', bytes), { proof }, expected, trust, now);
    assert.deepEqual([found.scheme, found.code], ['npm-attestations', code], found.reason);
  }
});
