import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, mock } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import type { Fact } from '../../facts/fact.ts';
import { SIGNED_AT, type SignOptions, type TestSigstore, testSigstore } from '../../verify/testing/signer.ts';
import { keepRoot } from '../../verify/trust/store.ts';
import type { Target } from '../source.ts';
import { releaseSource } from './source.ts';

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
      const named = `, sourceRepository: "${repository}"`;
      const elsewhere = ', sourceRepository: "https://github.com/acme/other"';
      const other = await sigstore.attest(published('pkg:npm/tool@1.0.1'), { registry });
      const table: [bundles: unknown[], more: string, verdicts: string][] = [
        [[publish, provenance], named, 'pass pass'],
        [[provenance, publish], named, 'pass pass'],
        [[publish, provenance], '', 'pass unknown'],
        [[publish, provenance], elsewhere, 'fail fail'],
        [[other, provenance], named, 'fail -'],
        [[publish], named, 'pass -'],
      ];
      for (const [bundles, more, verdicts] of table)
        assert.equal(
          await judge(answer(...bundles), 'pkg:npm/tool', more),
          verdicts,
          `${bundles.length} ${more}`,
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
        [signed, '', 'unknown -'],
        [signed, `, sourceRef: ${lib}`, 'pass -'],
        [signed, ', sourceRef: refs/tags/v1.0.0', 'fail -'],
        [attested, '', 'pass unknown'],
        [attested, `, sourceRef: ${lib}`, 'pass pass'],
        [attested, ', sourceRef: refs/tags/v1.0.0', 'fail fail'],
        [await sigstore.sign(TOOL), `, sourceRef: ${lib}`, 'pass -'],
      ] as const)
        assert.equal(await judge(bundle, purl, more), verdicts, more);
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

  it('reads nothing outside its folder, and fetches nothing, where nobody named it', async () => {
    const inner = join(folder, 'inner');
    await mkdir(join(inner, 'registry'), { recursive: true });
    for (const name of ['tool', 'tool.sig', 'key.pem', 'bom.json'])
      await cp(join(folder, name), join(inner, name));
    await symlink(join(folder, 'key.pem'), join(inner, 'link.pem'));
    execFileSync('mkfifo', [join(inner, 'pipe')]);
    const all = [
      'release.artefact',
      'release.signature',
      'release.previous',
      'release.sbom',
      'release.declared',
    ];
    const signature = ['release.signature'];
    const table: [spec: string, gaps: string[]][] = [
      ['{artefact: tool, proofs: [{signature: tool.sig, key: key.pem}], sbom: bom.json}', []],
      ['{artefact: /etc/hostname}', all],
      ['{artefact: ../tool}', all],
      ['{artefact: gone}', all],
      ['{artefact: pipe}', all],
      ['{artefact: tool, proofs: [{signature: tool.sig, key: ../key.pem}]}', signature],
      ['{artefact: tool, proofs: [{signature: tool.sig, key: link.pem}]}', signature],
      ['{artefact: tool, proofs: [{signature: tool.sig, key: pipe}]}', signature],
      ['{artefact: tool, proofs: [{signature: tool.sig, keyring: /dev/zero}]}', signature],
      ['{artefact: tool, sbom: ../bom.json}', ['release.sbom']],
      ['{artefact: tool, previous: ../previous.json}', ['release.previous']],
      ['{artefact: tool, previous: bom.json}', all],
      ['{artefact: tool, aqua: public}', ['release.declared']],
      ['{artefact: tool, aqua: "http://127.0.0.1:1/?token=x"}', ['release.declared']],
      ['{artefact: tool, aqua: registry}', ['release.declared']],
    ];
    const path = join(inner, 'unasked.yaml');
    for (const [spec, types] of table) {
      await writeFile(path, `apiVersion: toolcrib.dev/v1alpha1\nkind: Release\nspec: ${spec}\n`);
      const target = {
        spec: 'x',
        subject: { purl: 'pkg:generic/tool', name: 'tool', version: '1.0.0' },
        files: [path],
        unasked: new Map([[path, await realpath(inner)]]),
      };
      const { facts, gaps } = await releaseSource.collect(target, { now: () => Date.now() });
      assert.deepEqual(
        gaps.flatMap((gap) => gap.types),
        types,
        spec,
      );
      assert.ok(
        facts.every(({ type }) => !types.includes(type)),
        spec,
      );
      for (const { reason } of gaps) assert.doesNotMatch(reason, /token/);
    }
  });

  it('waits for no pipe, and reads no device to its end, that a release file names', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const [name, proof] of [
      ['pipe', '{signature: tool.sig, key: pipe}'],
      ['zero', '{signature: tool.sig, keyring: /dev/zero}'],
      ['bundle', '{bundle: pipe}'],
    ]) {
      await writeFile(
        join(folder, `${name}.yaml`),
        `apiVersion: toolcrib.dev/v1alpha1\nkind: Release\nspec: {artefact: tool, proofs: [${proof}]}\n`,
      );
      await assert.rejects(collect(`${name}.yaml`), { code: 'bad-file' }, name);
    }
  });

  it('hashes the proof with the artefact: the same outcome from other files is another fact', async () => {
    const hashes = async (spec: string) => {
      await writeFile(
        join(folder, 'h.yaml'),
        `apiVersion: toolcrib.dev/v1alpha1\nkind: Release\nspec: ${spec}\n`,
      );
      return (await collect('h.yaml')).find(({ type }) => type === 'release.signature')?.sha256;
    };
    await writeFile(join(folder, 'key2.pem'), `${await readFile(join(folder, 'key.pem'), 'utf8')}\n`);
    const proofs = (key: string) => `{artefact: tool, proofs: [{signature: tool.sig, key: ${key}}]}`;
    const first = await hashes(proofs('key.pem'));
    assert.equal(await hashes(proofs('./key.pem')), first);
    assert.notEqual(await hashes(proofs('key2.pem')), first);
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
