import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, mock } from 'node:test';
import { ToolcribError } from '../../../model/index.ts';
import { SIGNED_AT, type SignOptions, type TestSigstore, testSigstore } from '../../verify/testing/signer.ts';
import { keepRoot } from '../../verify/trust/store.ts';
import type { Fact, Target } from '../source.ts';
import { releaseSource } from './source.ts';

const TOOL = Buffer.from('\x7fELF a tool');
const HEX = createHash('sha256').update(TOOL).digest('hex');
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-'));
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const files = {
    tool: TOOL,
    'tool.sig': sign('sha256', TOOL, privateKey).toString('base64'),
    'key.pem': publicKey.export({ format: 'pem', type: 'spki' }),
    sums: `${HEX}  tool\n`,
    'bom.json': JSON.stringify({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      metadata: { component: { name: 'tool', version: '1.0.0', hashes: [{ alg: 'SHA-256', content: HEX }] } },
    }),
    'previous.json': JSON.stringify({
      subject: { purl: 'pkg:generic/tool', version: '0.9.0' },
      evidence: [
        { type: 'release.signature', value: { cryptography: 'pass', signer: { id: 'SHA256:old' } } },
      ],
    }),
    'release.yaml': `apiVersion: toolcrib.dev/v1alpha1
kind: Release
spec:
  artefact: tool
  proofs:
    - {signature: tool.sig, key: key.pem}
    - {checksums: sums}
  sbom: bom.json
  previous: previous.json
`,
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
});
after(() => rm(folder, { recursive: true }));

const collect = async (name: string, purl = 'pkg:generic/tool'): Promise<Fact[]> => {
  const target: Target = {
    spec: 'x',
    subject: { purl, name: 'tool', version: '1.0.0' },
    files: [join(folder, name)],
  };
  return (await releaseSource.collect(target, { now: () => Date.parse('2026-03-01T00:00:00Z') })).facts;
};

describe('a release on this disk', () => {
  it('is verified here and now: signature, integrity, SBOM, executables, earlier signers', async () => {
    const facts = await collect('release.yaml');
    const of = (type: string) =>
      facts.filter((fact) => fact.type === type).map(({ value }) => value as Record<string, unknown>);
    assert.deepEqual(of('release.artefact')[0]?.executables, [
      { path: 'tool', kind: 'elf', sha256: HEX, size: TOOL.length },
    ]);
    assert.deepEqual(
      of('release.signature').map(({ scheme, cryptography }) => [scheme, cryptography]),
      [
        ['cosign', 'pass'],
        ['checksums', 'unknown'],
      ],
    );
    assert.equal(of('release.sbom')[0]?.match, 'pass');
    assert.deepEqual(of('release.previous')[0], {
      version: '0.9.0',
      signers: [{ id: 'SHA256:old', issuer: null }],
    });
    assert.ok(facts.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256)));
  });

  it('is not believed when a byte of the artefact changed', async () => {
    await writeFile(join(folder, 'tool'), Buffer.concat([TOOL, Buffer.from('x')]));
    const facts = await collect('release.yaml');
    const verdicts = facts.flatMap((fact) =>
      fact.type === 'release.signature' ? [fact.value.cryptography] : [],
    );
    assert.deepEqual(verdicts, ['fail', 'fail']);
    await writeFile(join(folder, 'tool'), TOOL);
  });

  describe('signed by a certificate', () => {
    let sigstore: TestSigstore;
    const home = process.env.XDG_DATA_HOME;
    before(async () => {
      sigstore = await testSigstore();
      // Earlier than this the test instance's signatures lie in the future.
      mock.timers.enable({ apis: ['Date'], now: SIGNED_AT.getTime() + 1000 });
      process.env.XDG_DATA_HOME = join(folder, 'data');
      await keepRoot(sigstore.stored);
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
    /** @returns the verdicts of the signature and of its provenance */
    const judge = async (bundle: unknown, purl: string, more = ''): Promise<string> => {
      await writeFile(join(folder, 'p.json'), JSON.stringify(bundle));
      await writeFile(
        join(folder, 'p.yaml'),
        `apiVersion: toolcrib.dev/v1alpha1\nkind: Release\nspec: {artefact: tool, proofs: [{bundle: p.json}]${more}}\n`,
      );
      const [value] = (await collect('p.yaml', purl)).flatMap((fact) =>
        fact.type === 'release.signature' ? [fact.value] : [],
      );
      return `${value?.cryptography} ${value?.provenance?.matches ?? '-'}`;
    };

    it('takes provenance for what the certificate says of it, and not for what its writer says', async () => {
      const of = async (purl: string, signed: SignOptions, more = '', subject = 'tool', from = ref) =>
        judge(await sigstore.attest(statement(subject, from), signed), purl, more);
      const anybody = { identity: 'eve@example.com', issuer: 'https://accounts.example.com' };
      const eve = { ...built, identity: 'https://eve.example/pipeline', issuer: 'https://oidc.eve.example' };
      const named = `, sourceRepository: "${repository}"`;
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
      assert.equal(await of('pkg:github/acme/tool', branch, '', name, 'refs/heads/evil'), 'pass unknown');
      assert.equal(
        await of('pkg:npm/tool', branch, named, 'pkg:npm/tool@1.0.0', 'refs/heads/evil'),
        'pass pass',
      );
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
  });

  it('refuses an earlier evidence pack of another tool', async () => {
    await assert.rejects(collect('release.yaml', 'pkg:generic/other'), /no evidence pack of/);
  });

  it('refuses a release file that says something it does not understand', async () => {
    await writeFile(
      join(folder, 'bad.yaml'),
      'apiVersion: toolcrib.dev/v1alpha1\nkind: Release\nspec: {artefact: tool, trusted: true}\n',
    );
    await assert.rejects(
      collect('bad.yaml'),
      (error) => error instanceof ToolcribError && error.code === 'bad-file',
    );
  });
});
