import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { artefactOfBytes } from './artefact.ts';
import { keySigner, readPublicKey, verifyBundle } from './attested.ts';
import type { Expected } from './expected.ts';
import { bundleOf } from './sigstore/parse.ts';
import type { KeyForBundle } from './sigstore/verify.ts';
import { Stop } from './stop.ts';
import {
  IDENTITY,
  ISSUER,
  SIGNED_AT,
  type SignOptions,
  type TestBundle,
  type TestSigstore,
  testSigstore,
} from './testing/signer.ts';

const BYTES = Buffer.from('the tool, as released');
const digests = {
  sha256: createHash('sha256').update(BYTES).digest('hex'),
  sha512: createHash('sha512').update(BYTES).digest('hex'),
};
const PINNED: Expected = { signers: [{ kind: 'certificate', identity: IDENTITY, issuer: ISSUER }] };
const SLSA = 'https://slsa.dev/provenance/v1';
const ACME = 'https://github.com/acme/tool';
let sigstore: TestSigstore;
before(async () => {
  sigstore = await testSigstore();
});

const statement = (subject: object[], predicateType = 'https://example.org/p', predicate: object = {}) => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject,
  predicateType,
  predicate,
});
const provenance = (repository = ACME) =>
  statement([{ name: 'tool', digest: digests }], SLSA, {
    buildDefinition: {
      buildType: 'https://example.org/build',
      externalParameters: { workflow: { ref: 'refs/tags/v1', repository } },
    },
    runDetails: { builder: { id: 'https://example.org/builder' } },
  });
const verify = (
  bundle: TestBundle,
  expected: Expected = PINNED,
  bytes = BYTES,
  findKey?: (hint: string) => KeyForBundle | undefined,
) =>
  verifyBundle(
    bundleOf(bundle),
    {
      artefact: artefactOfBytes('tool', bytes),
      proof: { name: 'p', bytes: Buffer.alloc(0) },
      expected,
      trust: sigstore.trust,
      now: new Date(SIGNED_AT.getTime() + 1000),
    },
    ...(findKey ? [findKey] : []),
  );
const stopped = async (...given: Parameters<typeof verify>): Promise<Stop> => {
  const error = await verify(...given).then(
    ({ code }) => assert.fail(code),
    (one: unknown) => one,
  );
  assert.ok(error instanceof Stop);
  return error;
};
const attest = (made: object, options?: SignOptions & { payloadType?: string }) =>
  sigstore.attest(made, options);

describe('an attestation', () => {
  it('passes for the artefact it names, by every digest it names', async () => {
    const found = await verify(
      await attest(
        statement([
          { name: 'other', digest: { sha256: '0'.repeat(64) } },
          { name: 'tool', digest: digests },
        ]),
      ),
    );
    assert.deepEqual(found.statement, { predicateType: 'https://example.org/p', subject: 'tool' });
    assert.equal(found.reason, `attested (https://example.org/p) by ${IDENTITY}`);
    assert.deepEqual(found.notes, [`trust root: test, ${sigstore.trust.asOf.slice(0, 10)}`]);
    const half = await attest(
      statement([{ name: 'tool', digest: { sha256: digests.sha256, sha512: '0'.repeat(128) } }]),
    );
    assert.equal((await stopped(half)).code, 'other-subject');
    const nameless = await verify(await attest(statement([{ digest: digests }])));
    assert.equal(nameless.statement?.subject, '');
  });

  it('fails for other bytes, weak digests only, and envelopes that hold something else', async () => {
    const other = await attest(statement([{ name: 'tool', digest: { sha256: '0'.repeat(64) } }]));
    assert.equal((await stopped(other)).code, 'other-subject');
    const sha1 = createHash('sha1').update(BYTES).digest('hex');
    assert.equal(
      (await stopped(await attest(statement([{ name: 'tool', digest: { sha1 } }])))).code,
      'other-subject',
    );
    const text = await attest(statement([{ name: 'tool', digest: digests }]), { payloadType: 'text/plain' });
    assert.equal((await stopped(text)).code, 'not-understood');
    const bad = structuredClone(await attest(statement([{ name: 'tool', digest: digests }])));
    bad.dsseEnvelope.payload = Buffer.from(
      JSON.stringify(statement([{ name: 'x', digest: digests }])),
    ).toString('base64');
    assert.equal((await stopped(bad)).code, 'signature-invalid');
  });

  it('with provenance says by what it was built, and whether the certificate says so too', async () => {
    const build = { 12: ACME, 14: 'refs/tags/v1' };
    const found = await verify(await attest(provenance(), { build }));
    assert.equal(found.reason, `provenance of ${IDENTITY}`);
    assert.equal(found.statement?.provenance?.certified, 'same');
    const evil = await attest(provenance('https://github.com/evil/tool'), { build });
    const other = await verify(evil);
    assert.equal(other.statement?.provenance?.certified, 'other');
    assert.match(
      other.notes.join(),
      /names another source than the certificate: it is only what the signer says/,
    );
    assert.equal((await stopped(evil, { ...PINNED, sourceRef: 'refs/tags/v1' })).code, 'provenance-mismatch');
  });

  it('is held against what is asked of its provenance, or of the certificate where it has none', async () => {
    const build = { 12: ACME, 14: 'refs/tags/v1' };
    const purl = 'pkg:npm/tool';
    const unchecked = 'nothing in it names the package: that it is pkg:npm/tool was not checked';
    assert.ok(
      (await verify(await attest(provenance(), { build }), { ...PINNED, purl })).notes.includes(unchecked),
    );
    const plain = await attest(statement([{ name: 'tool', digest: digests }]), { build });
    assert.ok((await verify(plain, { ...PINNED, purl })).notes.includes(unchecked));
    assert.equal((await stopped(plain, { ...PINNED, builder: 'b' })).code, 'provenance-undecided');
    const named = await attest(statement([{ name: 'pkg:npm/other', digest: digests }]));
    assert.equal((await stopped(named, { ...PINNED, purl })).code, 'other-subject');
  });

  it('with provenance that cannot be read holds all the same, unless something is asked of that', async () => {
    const broken = await attest(statement([{ name: 'tool', digest: digests }], SLSA, { x: 1 }));
    const found = await verify(broken);
    assert.equal(found.code, 'verified');
    assert.equal(found.statement?.provenance, undefined);
    assert.ok(found.notes.includes('the provenance does not have the form it claims'));
    assert.equal((await stopped(broken, { ...PINNED, builder: 'b' })).code, 'not-understood');
  });

  it('that stops says who signed and when, where that was seen before it stopped', async () => {
    const stop = await stopped(await attest(provenance()), {
      signers: [{ kind: 'certificate', identity: 'x', issuer: ISSUER }],
    });
    assert.equal(stop.code, 'other-identity');
    assert.equal(stop.extra.signer?.kind === 'certificate' && stop.extra.signer.identity, IDENTITY);
    assert.equal(stop.extra.time?.from, 'transparency-log');
    assert.equal(stop.extra.notes?.length, 1);
    const first = await stopped(await attest(provenance()), { signers: [] });
    assert.deepEqual(first.extra.proposal, { kind: 'certificate', identity: IDENTITY, issuer: ISSUER });
  });
});

describe('a bundle that names a key', () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = String(key.publicKey.export({ format: 'pem', type: 'spki' }));
  const other = String(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'pem', type: 'spki' }),
  );
  const byKey = () =>
    attest(statement([{ name: 'tool', digest: digests }]), { registry: { key, hint: 'h' } });
  const pinned = (...pems: string[]): Expected => ({
    signers: pems.map((one) => ({ kind: 'public-key', pem: one })),
  });

  it('is held against the one key that was pinned', async () => {
    const found = await verify(await byKey(), pinned(pem));
    assert.equal(found.signer?.kind === 'key' && found.signer.algorithm, 'ec prime256v1');
    assert.equal(
      found.reason,
      `attested (https://example.org/p) by key ${found.signer?.kind === 'key' && found.signer.fingerprint}`,
    );
    assert.equal((await stopped(await byKey(), pinned(other))).code, 'signature-invalid');
    assert.equal((await stopped(await byKey())).code, 'unknown-key');
    const two = await stopped(await byKey(), pinned(pem, other));
    assert.deepEqual(
      [two.code, two.message],
      ['unsupported', 'a bundle that names no certificate can be held against one key only'],
    );
  });

  it('is held against the key that is found by its name', async () => {
    const hints: string[] = [];
    const find = (hint: string): KeyForBundle => {
      hints.push(hint);
      return { key: key.publicKey, validFor: () => true };
    };
    assert.equal((await verify(await byKey(), { signers: [] }, BYTES, find)).code, 'verified');
    assert.deepEqual(hints, ['h']);
  });
});

describe('a key', () => {
  it('is read from PEM, or is none', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    assert.ok(readPublicKey(String(publicKey.export({ format: 'pem', type: 'spki' }))).equals(publicKey));
    assert.throws(() => readPublicKey('x'), {
      code: 'not-understood',
      message: 'the expected key is not a public key in PEM',
    });
  });
  it('that signed is named by its kind and its fingerprint, and not at all where none was given', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const hash = createHash('sha256')
      .update(publicKey.export({ format: 'der', type: 'spki' }))
      .digest('base64');
    assert.deepEqual(keySigner(publicKey), {
      kind: 'key',
      algorithm: 'ed25519',
      fingerprint: `SHA256:${hash.replace('=', '')}`,
    });
    assert.throws(() => keySigner(undefined), { code: 'unknown-key' });
  });
});
