import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import type { Fact } from '../../facts/fact.ts';
import type { Target } from '../source.ts';
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
