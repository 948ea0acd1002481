import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { createMessage, generateKey, sign as pgpSign } from 'openpgp';
import { artefactOfBytes, artefactOfDigest } from './artefact.ts';
import type { Expected } from './expected.ts';
import { IDENTITY, ISSUER, SIGNED_AT, type TestSigstore, testSigstore } from './testing/signer.ts';
import { readRoot, type TrustRoot } from './trust/root.ts';
import type { Verification } from './verification.ts';
import { type VerifyFiles, verifyArtefact } from './verify.ts';

// What a person asked for and a proof does not answer must not pass as if it had.
const BYTES = Buffer.from('a tool\n');
const hex = (algorithm: string) => createHash(algorithm).update(BYTES).digest('hex');
const PINNED: Expected = { signers: [{ kind: 'certificate', identity: IDENTITY, issuer: ISSUER }] };
const file = (value: unknown) => ({ name: 'p', bytes: Buffer.from(JSON.stringify(value)) });
let sigstore: TestSigstore;
before(async () => {
  sigstore = await testSigstore();
});

const found = (
  files: VerifyFiles,
  expected: Expected,
  trust: TrustRoot = sigstore.trust,
  artefact = artefactOfBytes('tool', BYTES),
  now = new Date(SIGNED_AT.getTime() + 1000),
): Promise<Verification> => verifyArtefact(artefact, files, expected, trust, now);
const code = async (...args: Parameters<typeof found>): Promise<string> => {
  const { verdict, code } = await found(...args);
  return `${verdict} ${code}`;
};

const provenance = (repository: string, ref = 'refs/tags/v1.2.3') => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'tool', digest: { sha256: hex('sha256') } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {
    buildDefinition: {
      buildType: 'https://example.org/build',
      externalParameters: { workflow: { ref, repository } },
    },
    runDetails: { builder: { id: 'https://example.org/builder' } },
  },
});
const ACME = 'https://github.com/acme/tool';
const BUILT = { build: { 12: ACME, 14: 'refs/tags/v1.2.3' } };

describe('source and version', () => {
  it('are held against the certificate where there is no provenance', async () => {
    const proof = file(await sigstore.sign(BYTES, BUILT));
    const judge = (more: Partial<Expected>) => code({ proof }, { ...PINNED, ...more });
    assert.equal(await judge({ purl: 'pkg:github/acme/tool@v1.2.3' }), 'pass verified');
    assert.equal(await judge({ sourceRepository: ACME, sourceRef: 'refs/tags/v1.2.3' }), 'pass verified');
    assert.equal(await judge({ purl: 'pkg:github/acme/tool@v1.2.4' }), 'fail provenance-mismatch');
    assert.equal(await judge({ purl: 'pkg:github/acme/other@v1.2.3' }), 'fail provenance-mismatch');
    assert.equal(await judge({ sourceRef: 'refs/tags/v9' }), 'fail provenance-mismatch');
    const replayed = { purl: 'pkg:github/acme/tool@v9.9.9', sourceRef: 'refs/tags/v1.2.3' };
    assert.equal(await judge(replayed), 'fail provenance-mismatch');
    assert.equal(await judge({ builder: 'https://example.org/b' }), 'unknown provenance-undecided');
  });

  it('that nothing answers are unknown where asked for by name, and a note where only a purl was given', async () => {
    const proof = file(await sigstore.sign(BYTES));
    for (const more of [{ sourceRepository: ACME }, { sourceRef: 'refs/tags/v1' }, { builder: 'b' }])
      assert.equal(await code({ proof }, { ...PINNED, ...more }), 'unknown provenance-undecided');
    const purl = await found({ proof }, { ...PINNED, purl: 'pkg:github/acme/tool@v1.2.3' });
    assert.equal(purl.verdict, 'pass');
    assert.ok(purl.notes.some((note) => note.includes('was not checked')));
  });

  it('are not answered by a signature that names no build', async () => {
    const { privateKey } = await generateKey({ userIDs: [{ name: 'Me' }], format: 'object' });
    const message = await createMessage({ binary: new Uint8Array(BYTES) });
    const armored = await pgpSign({ message, signingKeys: privateKey, detached: true });
    const proof = { name: 's', bytes: Buffer.from(String(armored)) };
    const signers = [{ kind: 'openpgp' as const, keyring: privateKey.toPublic().write() }];
    assert.equal(await code({ proof }, { signers }), 'pass verified');
    assert.equal(await code({ proof }, { signers, builder: 'b' }), 'unknown provenance-undecided');
    const { notes } = await found({ proof }, { signers, purl: 'pkg:generic/tool@1' });
    assert.ok(notes.some((note) => note.includes('was not checked')));
  });

  it('of an attestation about a package are of that package, also where no version was asked for', async () => {
    const about = (predicateType: string) => ({
      ...provenance(ACME),
      predicateType,
      subject: [{ name: 'pkg:npm/tool@1.2.3', digest: { sha256: hex('sha256') } }],
    });
    for (const [type, other] of [
      ['https://slsa.dev/provenance/v1', 'fail provenance-mismatch'],
      ['https://x.example', 'fail other-subject'],
    ] as const) {
      const bundle = await sigstore.attest(about(type), BUILT);
      const answer = { attestations: [{ predicateType: type, bundle }] };
      for (const proof of [file(bundle), file(answer)]) {
        const judge = (more: Partial<Expected>) => code({ proof }, { ...PINNED, ...more });
        assert.equal(await judge({ purl: 'pkg:npm/tool' }), 'pass verified');
        assert.equal(await judge({ purl: 'pkg:npm/other' }), other);
        assert.equal(await judge({ purl: 'pkg:npm/other', sourceRef: 'refs/tags/v1.2.3' }), other);
      }
    }
  });

  it('in a purl that cannot be read are not simply left out', async () => {
    for (const statement of [provenance(ACME), { ...provenance(ACME), predicateType: 'https://x.example' }]) {
      const proof = file(await sigstore.attest(statement, BUILT));
      for (const purl of ['github.com/acme/other@v9', 'PKG:github/acme/other@v9', 'acme/tool'])
        assert.equal(await code({ proof }, { ...PINNED, purl }), 'unknown provenance-undecided');
    }
  });

  it('of provenance are not outweighed by another attestation in the same file', async () => {
    const wrong = JSON.stringify(await sigstore.attest(provenance('https://github.com/evil/tool')));
    const sbom = JSON.stringify(
      await sigstore.attest({ ...provenance(ACME), predicateType: 'https://spdx.dev/Document' }),
    );
    const right = JSON.stringify(await sigstore.attest(provenance(ACME), BUILT));
    const expected = { ...PINNED, purl: 'pkg:github/acme/tool@v1.2.3' };
    const lines = (...all: string[]) => ({ proof: { name: 'a', bytes: Buffer.from(`${all.join('\n')}\n`) } });
    assert.equal(await code(lines(wrong, sbom), expected), 'fail provenance-mismatch');
    assert.equal(await code(lines(wrong, sbom, right), expected), 'pass verified');
  });
});

describe("the npm registry's own key", () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const root = (end?: string): TrustRoot => {
    const key = (keyId: string, keyUsage: string, until?: string) => ({
      keyId,
      keyUsage,
      publicKey: {
        rawBytes: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
        keyDetails: 'PKIX_ECDSA_P256_SHA_256',
        validFor: { start: '2020-01-01T00:00:00Z', ...(until && { end: until }) },
      },
    });
    return readRoot({
      ...sigstore.stored,
      npmKeys: [
        key('SHA256:k', 'npm:attestations', end),
        key('SHA256:k', 'npm:signatures', end),
        key('SHA256:next', 'npm:signatures'),
      ],
    });
  };
  const purl = 'pkg:npm/tool@1.0.0';
  const publish = () => {
    const type = 'application/vnd.in-toto+json';
    const payload = Buffer.from(
      JSON.stringify({
        _type: 'https://in-toto.io/Statement/v0.1',
        subject: [{ name: purl, digest: { sha512: hex('sha512') } }],
        predicateType: 'https://github.com/npm/attestation/tree/main/specs/publish/v0.1',
        predicate: {},
      }),
    );
    const signed = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
    const sig = sign('sha256', signed, privateKey).toString('base64');
    return {
      mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.2',
      verificationMaterial: { publicKey: { hint: 'SHA256:k' }, tlogEntries: [] },
      dsseEnvelope: { payload: payload.toString('base64'), payloadType: type, signatures: [{ sig }] },
    };
  };
  const integrity = `sha512-${Buffer.from(hex('sha512'), 'hex').toString('base64')}`;
  const sig = sign('sha256', Buffer.from(`tool@1.0.0:${integrity}`), privateKey).toString('base64');
  const manifest = (...keys: string[]) => ({
    name: 'tool',
    version: '1.0.0',
    dist: { integrity, signatures: keys.map((keyid) => ({ keyid, sig })) },
  });

  it('attests nothing where no trusted time shows on which side of its end it signed', async () => {
    for (const value of [publish(), { attestations: [{ predicateType: 'x', bundle: publish() }] }])
      assert.equal(
        await code({ proof: file(value) }, { signers: [], purl }, root('2025-01-01T00:00:00Z')),
        'fail no-trusted-time',
      );
  });

  it('does not stand in for the signer who is expected', async () => {
    const proof = file(manifest('SHA256:k'));
    assert.equal(await code({ proof }, { signers: [], purl }, root()), 'pass verified');
    assert.equal(await code({ proof }, { ...PINNED, purl }, root()), 'unknown nothing-to-verify');
    const pem = String(publicKey.export({ format: 'pem', type: 'spki' }));
    assert.equal(
      await code({ proof }, { signers: [{ kind: 'public-key', pem }], purl }, root()),
      'pass verified',
    );
  });

  it('that has ended does not hide the signature of the next', async () => {
    const ended = root('2025-01-01T00:00:00Z');
    const both = file(manifest('SHA256:k', 'SHA256:next'));
    assert.equal(await code({ proof: both }, { signers: [], purl }, ended), 'pass verified');
    const first = file(manifest('SHA256:k'));
    assert.equal(await code({ proof: first }, { signers: [], purl }, ended), 'unknown expired-key-undated');
  });
});

describe('a signed list', () => {
  it('that names the artefact twice, with different digests of any length, decides nothing', async () => {
    const list = Buffer.from(
      `${hex('sha256')}  tool\n${hex('sha512')}  tool\n${'1'.repeat(128)}  ./old/tool\n`,
    );
    const files = { proof: file(await sigstore.sign(list)), checksums: { name: 'SUMS', bytes: list } };
    assert.equal(await code(files, PINNED), 'unknown not-understood');
  });
  it('cannot be held against a digest without a name', async () => {
    const list = Buffer.from(`${hex('sha256')}  tool\n`);
    const files = { proof: file(await sigstore.sign(list)), checksums: { name: 'SUMS', bytes: list } };
    assert.equal(
      await code(files, PINNED, sigstore.trust, artefactOfDigest(hex('sha256'))),
      'unknown nothing-to-verify',
    );
  });
});
