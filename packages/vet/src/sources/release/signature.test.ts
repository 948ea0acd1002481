import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, mock } from 'node:test';
import { SIGNED_AT, type SignOptions, type TestSigstore, testSigstore } from '../../verify/testing/signer.ts';
import { keepRoot } from '../../verify/trust/store.ts';
import type { ReleaseFile } from './file.ts';
import { signatureFact } from './signature.ts';

type From = Pick<ReleaseFile, 'sourceRepository' | 'sourceRef'>;
const TOOL = Buffer.from('\x7fELF a tool');
const HEX = createHash('sha256').update(TOOL).digest('hex');
/** What npm's registry signs its publish attestations with. */
const registry = { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }), hint: 'SHA256:npm' };
const NPM_KEY = {
  keyId: registry.hint,
  keyUsage: 'npm:attestations',
  publicKey: {
    rawBytes: registry.key.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
    validFor: { start: '2020-01-01T00:00:00.000Z' },
  },
};
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signature-'));
  await writeFile(join(folder, 'tool'), TOOL);
});
after(() => rm(folder, { recursive: true }));

describe('signed by a key', () => {
  it('says whose key it was, over which bytes, and that nobody knows when', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const files = {
      'tool.sig': sign('sha256', TOOL, privateKey).toString('base64'),
      'key.pem': publicKey.export({ format: 'pem', type: 'spki' }),
      sums: `${HEX}  tool\n`,
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const release = { artefact: join(folder, 'tool'), proofs: [] };
    const subject = { purl: 'pkg:generic/tool', name: 'tool', version: '1.0.0' };
    const at = (name: string) => join(folder, name);
    const signed = await signatureFact(release, { signature: at('tool.sig'), key: at('key.pem') }, subject);
    const der = publicKey.export({ format: 'der', type: 'spki' });
    const { reason, signer, ...rest } = signed;
    assert.deepEqual(rest, {
      proof: ['tool.sig'],
      scheme: 'cosign',
      cryptography: 'pass',
      signedAt: null,
      timeFrom: 'none',
      sha256: HEX,
      provenance: null,
    });
    assert.notEqual(reason, '');
    assert.deepEqual(signer, {
      id: `SHA256:${createHash('sha256').update(der).digest('base64').replace('=', '')}`,
      issuer: null,
      name: null,
    });
    const listed = await signatureFact(release, { checksums: at('sums') }, subject);
    assert.deepEqual(
      [listed.proof, listed.scheme, listed.cryptography, listed.signer],
      [['sums'], 'checksums', 'unknown', null],
    );
  });
});

describe('signed by a certificate', () => {
  let sigstore: TestSigstore;
  const home = process.env.XDG_DATA_HOME;
  before(async () => {
    sigstore = await testSigstore();
    // Earlier than this the test instance's signatures lie in the future.
    mock.timers.enable({ apis: ['Date'], now: SIGNED_AT.getTime() + 1000 });
    process.env.XDG_DATA_HOME = join(folder, 'data');
    await keepRoot({ ...sigstore.stored, npmKeys: [NPM_KEY] });
  });
  after(() => {
    mock.timers.reset();
    if (home === undefined) delete process.env.XDG_DATA_HOME;
    else process.env.XDG_DATA_HOME = home;
  });

  const [repository, ref] = ['https://github.com/acme/tool', 'refs/tags/v1.0.0'];
  const built = { build: { 11: 'github-hosted', 12: repository, 14: ref } };
  const statement = (name: string, from: string) => ({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name, digest: { sha256: HEX } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://example.org/build',
        externalParameters: { workflow: { ref: from, repository } },
      },
      runDetails: { builder: { id: 'https://github.com/actions/runner/github-hosted' } },
    },
  });
  /** @param more what the release file says beside the artefact @returns the verdicts of the signature and of its provenance */
  const judge = async (bundle: unknown, purl: string, more: From = {}): Promise<string> => {
    const value = await factOf(bundle, purl, more);
    return `${value.cryptography} ${value.provenance?.matches ?? '-'}`;
  };
  const factOf = async (bundle: unknown, purl: string, more: From = {}) => {
    await writeFile(join(folder, 'p.json'), JSON.stringify(bundle));
    return signatureFact(
      { artefact: join(folder, 'tool'), proofs: [], ...more },
      { bundle: join(folder, 'p.json') },
      { purl, name: 'tool', version: '1.0.0' },
    );
  };

  it('takes provenance for what the certificate says of it, and not for what its writer says', async () => {
    const of = async (purl: string, signed: SignOptions, more: From = {}, subject = 'tool', from = ref) =>
      judge(await sigstore.attest(statement(subject, from), signed), purl, more);
    const anybody = { identity: 'eve@example.com', issuer: 'https://accounts.example.com' };
    const eve = { ...built, identity: 'https://eve.example/pipeline', issuer: 'https://oidc.eve.example' };
    const named = { sourceRepository: repository };
    assert.equal(await of('pkg:github/acme/tool', built), 'pass pass');
    assert.equal(await of('pkg:github/acme/tool', anybody), 'pass unknown');
    assert.equal(await of('pkg:generic/tool', built), 'pass unknown');
    assert.equal(await of('pkg:generic/tool', built, named), 'pass pass');
    assert.equal(await of('pkg:generic/tool', anybody, named), 'pass unknown');
    // What is of another tool is no signature of this one either.
    assert.equal(await of('pkg:github/acme/other', built), 'fail fail');
    // An issuer that does not know what is built there; a branch, whatever the subject calls itself.
    assert.equal(await of('pkg:github/acme/tool', eve), 'pass unknown');
    const branch = { build: { ...built.build, 14: 'refs/heads/evil' } };
    const name = 'pkg:github/acme/tool@1.0.0';
    assert.equal(await of('pkg:github/acme/tool', branch, {}, name, 'refs/heads/evil'), 'pass unknown');
    assert.equal(
      await of('pkg:npm/tool', branch, named, 'pkg:npm/tool@1.0.0', 'refs/heads/evil'),
      'pass pass',
    );
  });

  it("takes the npm registry's own answer: its publish attestation and the builder's provenance, for this package", async () => {
    const published = (name: string) => ({
      _type: 'https://in-toto.io/Statement/v0.1',
      subject: [{ name, digest: { sha256: HEX } }],
      predicateType: 'https://github.com/npm/attestation/tree/main/specs/publish/v0.1',
      predicate: {},
    });
    const name = 'pkg:npm/tool@1.0.0';
    const publish = await sigstore.attest(published(name), { registry });
    const provenance = await sigstore.attest(statement(name, ref), built);
    const answer = (...bundles: unknown[]) => ({
      attestations: bundles.map((bundle) => ({ predicateType: 'x', bundle })),
    });
    const named = { sourceRepository: repository };
    const elsewhere = { sourceRepository: 'https://github.com/acme/other' };
    const other = await sigstore.attest(published('pkg:npm/tool@1.0.1'), { registry });
    const table: [bundles: unknown[], more: From, verdicts: string][] = [
      [[publish, provenance], named, 'pass pass'],
      [[provenance, publish], named, 'pass pass'],
      [[publish, provenance], {}, 'pass unknown'],
      [[publish, provenance], elsewhere, 'fail fail'],
      [[other, provenance], named, 'fail -'],
      [[publish], named, 'pass -'],
    ];
    for (const [bundles, more, verdicts] of table)
      assert.equal(
        await judge(answer(...bundles), 'pkg:npm/tool', more),
        verdicts,
        `${bundles.length} ${JSON.stringify(more)}`,
      );
    assert.equal(await judge(answer(publish, provenance), 'pkg:npm/other', named), 'fail -');
  });

  it('finds the good one of several attestations, whatever authority signed the others', async () => {
    const stranger = await testSigstore();
    const [good, unknown] = await Promise.all(
      [sigstore, stranger].map((from) => from.attest(statement('tool', ref), built)),
    );
    const answer = (...bundles: unknown[]) => ({ attestations: bundles.map((bundle) => ({ bundle })) });
    const purl = 'pkg:github/acme/tool';
    assert.equal(await judge(answer(good, unknown), purl), 'pass pass');
    assert.equal(await judge(answer(unknown, good), purl), 'pass pass');
    assert.equal(await judge(answer(unknown), purl), 'unknown -');
  });

  it('takes the very ref from the release file, where a tag may be of another part of the repository', async () => {
    const lib = 'refs/tags/lib/v1.0.0';
    const signed = await sigstore.sign(TOOL, { build: { 12: repository, 14: lib } });
    const attested = await sigstore.attest(statement('tool', lib), { build: { ...built.build, 14: lib } });
    const purl = 'pkg:github/acme/tool';
    for (const [bundle, more, verdicts] of [
      [signed, {}, 'unknown -'],
      [signed, { sourceRef: lib }, 'pass -'],
      [signed, { sourceRef: 'refs/tags/v1.0.0' }, 'fail -'],
      [attested, {}, 'pass unknown'],
      [attested, { sourceRef: lib }, 'pass pass'],
      [attested, { sourceRef: 'refs/tags/v1.0.0' }, 'fail fail'],
      [await sigstore.sign(TOOL), { sourceRef: lib }, 'pass -'],
    ] as const)
      assert.equal(await judge(bundle, purl, more), verdicts, JSON.stringify(more));
  });

  it('takes no signature of another version or tool for one of this', async () => {
    const of = async (purl: string, tag: string) =>
      judge(await sigstore.sign(TOOL, { build: { 12: repository, 14: `refs/tags/${tag}` } }), purl);
    assert.equal(await of('pkg:github/acme/tool', 'v1.0.0'), 'pass -');
    assert.equal(await of('pkg:github/acme/tool', 'v0.9.0'), 'fail -');
    assert.equal(await of('pkg:github/acme/other', 'v1.0.0'), 'fail -');
    assert.equal(await of('pkg:github/acme/tool', 'lib/v1.0.0'), 'unknown -');
    assert.equal(await judge(await sigstore.sign(TOOL), 'pkg:github/acme/tool'), 'pass -');
  });

  it('says who signed when, and what the provenance names', async () => {
    const value = await factOf(await sigstore.attest(statement('tool', ref), built), 'pkg:github/acme/tool');
    assert.deepEqual(value.proof, ['p.json']);
    assert.deepEqual([value.sha256, value.timeFrom === 'none', value.signedAt === null], [HEX, false, false]);
    assert.ok(value.signer?.issuer?.startsWith('https://'), JSON.stringify(value.signer));
    assert.deepEqual(
      [value.provenance?.builder, value.provenance?.repository, value.provenance?.ref],
      ['https://github.com/actions/runner/github-hosted', repository, ref],
    );
  });
});
