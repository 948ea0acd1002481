import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import fc from 'fast-check';
import { matchesConstraint } from './constraint.ts';
import { declaredFor } from './declared.ts';
import { readRegistry } from './registry.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aqua-'));
  await mkdir(join(folder, 'pkgs/acme/tool'), { recursive: true });
  await writeFile(
    join(folder, 'pkgs/acme/tool/registry.yaml'),
    `packages:
  - type: github_release
    repo_owner: acme
    repo_name: tool
    version_constraint: "false"
    version_overrides:
      - version_constraint: Version == "v0.9.0"
        no_asset: true
      - version_constraint: semver("<= 1.0.0")
        checksum: {type: github_release, asset: sums.txt, algorithm: sha256}
      - version_constraint: "true"
        checksum:
          type: github_release
          asset: sums.txt
          algorithm: sha256
          cosign:
            opts: [--certificate-identity, https://github.com/acme/tool/.github/workflows/release.yml@refs/heads/main, --certificate-oidc-issuer, https://token.actions.githubusercontent.com]
        slsa_provenance: {type: github_release, asset: multiple.intoto.jsonl, source_uri: github.com/acme/tool}
        github_artifact_attestations: {signer_workflow: acme/tool/.github/workflows/release.yml}
        minisign: {type: github_release, asset: "{{.Asset}}.minisig", public_key: RWQ}
`,
  );
});
after(() => rm(folder, { recursive: true }));

describe("aqua's registry", () => {
  it('says what to look for, by version, as declared', async () => {
    const packages = await readRegistry(folder);
    const schemes = (version: string) =>
      declaredFor(packages, 'pkg:github/acme/tool', version)?.methods.map(
        ({ scheme, over }) => `${scheme} over ${over}`,
      );
    assert.deepEqual(schemes('v0.9.0'), []);
    assert.deepEqual(schemes('v0.8.0'), ['checksums over artefact']);
    assert.deepEqual(schemes('v1.2.3'), [
      'checksums over artefact',
      'cosign over checksum file',
      'minisign over artefact',
      'github-attestation over artefact',
      'slsa-provenance over artefact',
    ]);
    assert.equal(declaredFor(packages, 'pkg:github/acme/other', 'v1'), undefined);
  });

  it('evaluates the constraints it understands, and says so where it does not', () => {
    const table: [string, string, boolean | undefined][] = [
      ['true', 'v1', true],
      ['false', 'v1', false],
      ['semver(">= 1.2.0")', 'v1.2.0', true],
      ['semver(">= 1.2.0, < 2")', 'v2.0.0', false],
      ['semver("<= 1.2.0")', 'v1.2.1', false],
      ['Version == "v1"', 'v1', true],
      ['Version in ["v1", "v2"]', 'v2', true],
      ['Version in ["v1", "v2"]', 'v3', false],
      ['semver("> 1") and Version != "v2"', 'v3', undefined],
      ['Version matches "^v(a+)+$"', 'v3', undefined],
    ];
    for (const [constraint, version, expected] of table) {
      assert.equal(matchesConstraint(constraint, version), expected, constraint);
    }
    assert.equal(matchesConstraint('semver(">= 5")', 'kustomize/v5.1.0', 'kustomize/'), true);
  });

  it('refuses a bad file with its place, and survives any text', async () => {
    const path = join(folder, 'bad.yaml');
    const read = async (text: string) => {
      await writeFile(path, text);
      return readRegistry(path);
    };
    await assert.rejects(
      read('packages:\n  - [\n'),
      (error) => error instanceof ToolcribError && /line \d/.test(error.message),
    );
    await assert.rejects(read('packages: 3'), ToolcribError);
    const laughs = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((one, at) => `${one}: &${one} [${Array(10).fill(`*${'abcdefgh'[at]}`).join(',')}]`).join('\n')}\npackages: *h\n`;
    await assert.rejects(read(laughs), ToolcribError);
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 200 }), async (text) => {
        await read(`packages:\n  - ${text}`).catch((error) =>
          assert.ok(error instanceof ToolcribError, String(error)),
        );
      }),
      { numRuns: 200 },
    );
  });
});
