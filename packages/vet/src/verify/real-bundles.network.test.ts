/**
 * Real bundles over the real tarballs they were made for, verified with the vendored root alone. The registries are
 * only asked for the inputs, through the person's own npm and go.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { releaseSource } from '../sources/release/source.ts';
import type { Expected } from './expected.ts';
import { openArtefact, type Verification, verifyArtefact } from './index.ts';
import { vendoredRoot } from './trust/root.ts';
import type { ReasonCode } from './verification.ts';

const IDENTITY = 'https://github.com/sigstore/sigstore-js/.github/workflows/release.yml@refs/heads/main';
const ISSUER = 'https://token.actions.githubusercontent.com';
const PINNED: Expected = { signers: [{ kind: 'certificate', identity: IDENTITY, issuer: ISSUER }] };
const NOW = new Date();

let folder: string;
let sigstoreGo: string;
let ghCli: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundles-'));
  const packages = ['sigstore@1.3.0', 'sigstore@2.0.0', 'sigstore@2.1.0'];
  execFileSync('npm', ['pack', '--silent', ...packages], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  sigstoreGo = goModule('github.com/sigstore/sigstore-go@v1.1.4');
  ghCli = goModule('github.com/cli/cli/v2@v2.67.0');
});
after(() => rmSync(folder, { recursive: true, force: true }));

function goModule(module: string): string {
  const answer = execFileSync('go', ['mod', 'download', '-json', module], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  });
  return (JSON.parse(answer) as { Dir: string }).Dir;
}

const bundles = {
  '1.3.0': () => readFileSync(join(sigstoreGo, 'examples/bundle-provenance.json')),
  '1.3.0 publish': () => readFileSync(join(sigstoreGo, 'examples/bundle-publish.json')),
  '2.0.0': () =>
    readFileSync(join(sigstoreGo, 'pkg/testing/data/bundles/sigstore.js@2.0.0-provenance.sigstore.json')),
  '2.1.0': () => readFileSync(join(ghCli, 'pkg/cmd/attestation/test/data/sigstore-js-2.1.0-bundle.json')),
} as const;
type Version = '1.3.0' | '2.0.0' | '2.1.0';

async function verify(version: Version, bundle: Uint8Array, expected: Expected): Promise<Verification> {
  const artefact = await openArtefact(join(folder, `sigstore-${version}.tgz`));
  try {
    return await verifyArtefact(
      artefact,
      { proof: { name: 'bundle', bytes: bundle } },
      expected,
      vendoredRoot(),
      NOW,
    );
  } finally {
    await artefact.close();
  }
}

const versions: Version[] = ['1.3.0', '2.0.0', '2.1.0'];

describe('real Sigstore bundles', () => {
  for (const version of versions) {
    it(`pass: sigstore ${version}, provenance`, async () => {
      const found = await verify(version, bundles[version](), {
        ...PINNED,
        purl: `pkg:npm/sigstore@${version}`,
      });
      assert.equal(found.verdict, 'pass', found.reason);
      assert.equal(found.time?.from, 'transparency-log');
      assert.equal(found.statement?.provenance?.sourceRepository, 'https://github.com/sigstore/sigstore-js');
      assert.equal(found.statement?.provenance?.certified, 'same');
    });
  }

  it("pass: sigstore 1.3.0, npm's publish attestation by the registry's key", async () => {
    const found = await verify('1.3.0', bundles['1.3.0 publish'](), {
      signers: [],
      purl: 'pkg:npm/sigstore@1.3.0',
    });
    assert.deepEqual([found.verdict, found.time?.from], ['pass', 'transparency-log'], found.reason);
    const other = await verify('1.3.0', bundles['1.3.0 publish'](), {
      signers: [],
      purl: 'pkg:npm/sigstore@1.3.1',
    });
    assert.deepEqual([other.verdict, other.code], ['fail', 'other-subject']);
  });

  it("pass: both as the registry's own answer holds them, within a release that vet is given", async () => {
    const attestations = (['1.3.0 publish', '1.3.0'] as const).map((name) => {
      const bundle = JSON.parse(bundles[name]().toString('utf8'));
      const { predicateType } = JSON.parse(
        Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString('utf8'),
      );
      return { predicateType, bundle };
    });
    writeFileSync(join(folder, 'attestations.json'), JSON.stringify({ attestations }));
    const path = join(folder, 'release.yaml');
    writeFileSync(
      path,
      `apiVersion: toolcrib.dev/v1alpha1
kind: Release
spec:
  artefact: sigstore-1.3.0.tgz
  proofs: [{bundle: attestations.json}]
  sourceRepository: https://github.com/sigstore/sigstore-js
`,
    );
    const subject = { purl: 'pkg:npm/sigstore', name: 'sigstore', version: '1.3.0' };
    const { facts } = await releaseSource.collect(
      { spec: 'x', subject, files: [path] },
      { now: () => NOW.getTime() },
    );
    const [signature] = facts.flatMap((one) => (one.type === 'release.signature' ? [one.value] : []));
    assert.deepEqual(
      [signature?.scheme, signature?.cryptography, signature?.provenance?.matches, signature?.signer?.issuer],
      ['npm-attestations', 'pass', 'pass', ISSUER],
      signature?.reason,
    );
  });

  it('pass: a JSON Lines file of GitHub attestations', async () => {
    const lines = readFileSync(
      join(ghCli, 'pkg/cmd/attestation/test/data/sigstore-js-2.1.0_with_2_bundles.jsonl'),
    );
    const found = await verify('2.1.0', lines, PINNED);
    assert.deepEqual([found.verdict, found.scheme], ['pass', 'github-attestation']);
  });

  it('fail: another identity, another artefact, another version, another repository', async () => {
    const bundle = bundles['2.0.0']();
    const code = async (version: Version, expected: Expected) =>
      (await verify(version, bundle, expected)).code;
    const other = { kind: 'certificate', identity: `${IDENTITY}x`, issuer: ISSUER } as const;
    assert.equal(await code('2.0.0', { signers: [other] }), 'other-identity');
    assert.equal(await code('2.1.0', PINNED), 'other-subject');
    assert.equal(await code('2.0.0', { ...PINNED, purl: 'pkg:npm/sigstore@2.0.1' }), 'provenance-mismatch');
    assert.equal(
      await code('2.0.0', { ...PINNED, sourceRepository: 'https://github.com/x/y' }),
      'provenance-mismatch',
    );
    assert.equal(await code('2.0.0', { ...PINNED, sourceRef: 'refs/tags/v2.0.0' }), 'provenance-mismatch');
  });

  it('fail with a flipped bit, each part by its own name', async () => {
    const seen = new Map<string, number>();
    for (const version of versions) {
      const original = JSON.parse(bundles[version]().toString('utf8'));
      for (const { path, holder, key, code } of parts(original)) {
        const good = holder[key] ?? '';
        // A bit flipped at eight places of each.
        for (let part = 0; part < 8; part++) {
          const bytes = Buffer.from(good, 'base64');
          const at = Math.floor((bytes.length * part) / 8);
          bytes[at] = (bytes[at] ?? 0) ^ 4;
          holder[key] = bytes.toString('base64');
          const found = await verify(version, Buffer.from(JSON.stringify(original)), PINNED);
          const where = `${version}: ${path} at ${at}: ${found.reason}`;
          assert.deepEqual([found.verdict, found.code], ['fail', code], where);
          seen.set(code, (seen.get(code) ?? 0) + 1);
        }
        holder[key] = good;
      }
    }
    for (const code of Object.values(PARTS)) assert.ok((seen.get(code) ?? 0) > 20, code);
  });
});

/** Members of a bundle that hold base64, and what it means when one is not what it was. */
const PARTS: Record<string, ReasonCode> = {
  rawBytes: 'certificate-invalid',
  payload: 'signature-invalid',
  sig: 'signature-invalid',
  canonicalizedBody: 'log-entry-invalid',
  signedEntryTimestamp: 'log-entry-invalid',
  rootHash: 'log-entry-invalid',
  hashes: 'log-entry-invalid',
};

interface Part {
  path: string;
  holder: Record<string, string>;
  key: string;
  code: ReasonCode;
}

function parts(value: unknown, path: string[] = []): Part[] {
  if (typeof value !== 'object' || value === null) return [];
  // Certificates above the signer's own are never read from a bundle: they come from the root.
  const above = path.at(-1) === 'certificates' ? 1 : undefined;
  return Object.entries(value)
    .slice(0, above)
    .flatMap(([key, one]) => {
      const code = PARTS[Array.isArray(value) ? (path.at(-1) ?? '') : key];
      if (typeof one !== 'string' || code === undefined) return parts(one, [...path, key]);
      return [{ path: [...path, key].join('.'), holder: value as Record<string, string>, key, code }];
    });
}
