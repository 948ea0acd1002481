import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PackageURL } from 'packageurl-js';
import { normalRepository, parsePurl, readProvenance, samePackage } from './provenance.ts';
import type { Statement } from './statement.ts';
import type { BuildClaims } from './verification.ts';

const REPOSITORY = 'https://github.com/acme/tool';
const REF = 'refs/tags/v1.2.3';
const COMMIT = 'c'.repeat(40);
const BUILD: BuildClaims = {
  sourceRepository: REPOSITORY,
  sourceRef: REF,
  sourceDigest: COMMIT,
  runner: 'github-hosted',
};
const HOSTED = 'https://github.com/actions/runner/github-hosted';

const statement = (version: string, predicate: unknown): Statement => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'tool', digest: {} }],
  predicateType: `https://slsa.dev/provenance/${version}`,
  predicate,
});
/** v1, of a workflow and of what was fetched; either may be missing. */
const v1 = ({
  workflow = { ref: REF, repository: REPOSITORY } as object,
  resolvedDependencies = [{ uri: `git+${REPOSITORY}@${REF}`, digest: { gitCommit: COMMIT } }] as object[],
  builder = HOSTED,
} = {}) =>
  statement('v1', {
    buildDefinition: {
      buildType: 'https://build.example/v1',
      externalParameters: { workflow },
      resolvedDependencies,
    },
    runDetails: { builder: { id: builder } },
  });
const v02 = (
  invocation: unknown = { configSource: { uri: `git+${REPOSITORY}@${REF}`, digest: { sha1: COMMIT } } },
) =>
  statement('v0.2', {
    buildType: 'https://build.example/v02',
    builder: { id: 'https://github.com/actions/runner' },
    invocation,
  });

describe('SLSA provenance', () => {
  it('of either version says what built it, from which source', () => {
    const source = { sourceRepository: REPOSITORY, sourceRef: REF, sourceDigest: COMMIT, certified: 'same' };
    const slsaLevel = {
      level: 2,
      because: 'GitHub and npm document provenance of GitHub-hosted runners as SLSA Build L2',
    };
    assert.deepEqual(readProvenance(v1(), BUILD), {
      buildType: 'https://build.example/v1',
      builder: HOSTED,
      ...source,
      slsaLevel,
    });
    assert.deepEqual(readProvenance(v02(), BUILD), {
      buildType: 'https://build.example/v02',
      builder: 'https://github.com/actions/runner',
      ...source,
      slsaLevel,
    });
  });

  it('takes the source from what was fetched where the workflow does not name it, and nothing where nobody does', () => {
    const source = (given: Statement) => {
      const read = readProvenance(given, {});
      return [read?.sourceRepository, read?.sourceRef, read?.sourceDigest];
    };
    const other = { ref: 'refs/heads/main', repository: 'https://github.com/acme/other.git' };
    assert.deepEqual(source(v1({ workflow: other })), [
      'https://github.com/acme/other',
      'refs/heads/main',
      COMMIT,
    ]);
    assert.deepEqual(source(v1({ workflow: {} })), [REPOSITORY, REF, COMMIT]);
    assert.deepEqual(source(v1({ workflow: {}, resolvedDependencies: [] })), [
      undefined,
      undefined,
      undefined,
    ]);
    const sha1 = [{ uri: `git+${REPOSITORY}/`, digest: { sha1: COMMIT } }];
    assert.deepEqual(source(v1({ workflow: {}, resolvedDependencies: sha1 })), [
      REPOSITORY,
      undefined,
      COMMIT,
    ]);
    for (const uri of [
      REPOSITORY,
      `git+ssh://github.com/acme/tool@${REF}`,
      `x git+${REPOSITORY}`,
      `git+${REPOSITORY} @${REF}`,
    ])
      assert.deepEqual(source(v02({ configSource: { uri } })), [undefined, undefined, undefined], uri);
    assert.deepEqual(source(v02({})), [undefined, undefined, undefined]);
    const bare = { buildType: 'b', builder: { id: 'b' } };
    assert.deepEqual(source(statement('v0.2', bare)), [undefined, undefined, undefined]);
  });

  it('is nothing for another predicate, and not understood where it is not what it says it is', () => {
    assert.equal(readProvenance({ ...v1(), predicateType: 'https://spdx.dev/Document' }, BUILD), undefined);
    for (const version of ['v1', 'v0.2'])
      assert.throws(() => readProvenance(statement(version, { builder: 'x' }), BUILD), {
        code: 'not-understood',
        message: 'the provenance does not have the form it claims',
      });
  });

  it('is certified only where the certificate says all that it says', () => {
    const certified = (build: BuildClaims, given = v1()) => readProvenance(given, build)?.certified;
    assert.equal(certified(BUILD), 'same');
    assert.equal(certified({ ...BUILD, sourceDigest: undefined }), 'same');
    for (const field of ['sourceRepository', 'sourceRef', 'sourceDigest'] as const)
      assert.equal(certified({ ...BUILD, [field]: 'https://github.com/evil/fork' }), 'other', field);
    assert.equal(certified({ ...BUILD, sourceRef: undefined }), 'not said');
    assert.equal(certified({ ...BUILD, sourceRepository: undefined }), 'not said');
    assert.equal(certified({}), 'not said');
    // Where it names no ref, none need be certified.
    const noRef = v1({ workflow: { repository: REPOSITORY }, resolvedDependencies: [] });
    assert.equal(certified({ sourceRepository: REPOSITORY }, noRef), 'same');
  });

  it('has the SLSA level that its builder publishes, and only where the certificate names that builder', () => {
    const level = (builder: string, build: BuildClaims) =>
      readProvenance(v1({ builder }), build)?.slsaLevel.level;
    assert.equal(level(HOSTED, BUILD), 2);
    assert.equal(level(HOSTED, { ...BUILD, runner: 'self-hosted' }), 'not stated');
    assert.equal(level(`${HOSTED}/x`, BUILD), 'not stated');
    const generator =
      'https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@refs/tags/v2.0.0';
    assert.equal(level(generator, { ...BUILD, buildSigner: generator }), 3);
    assert.equal(level(generator, { ...BUILD, buildSigner: `${generator}x` }), 'not stated');
    assert.equal(level(generator, BUILD), 'not stated');
    const branch = generator.replace('refs/tags/v2.0.0', 'refs/heads/main');
    assert.equal(level(branch, { ...BUILD, buildSigner: branch }), 'not stated');
    assert.equal(level('https://example.org', BUILD), 'not stated');
    assert.equal(level('https://example.org', { buildSigner: 'https://example.org' }), 'not stated');
  });
});

describe('a repository', () => {
  it('is the same with and without what git leaves out', () => {
    for (const form of ['https://h/a', 'https://h/a.git', 'https://h/a/'])
      assert.equal(normalRepository(form), 'https://h/a');
    assert.equal(normalRepository('https://h/a.github'), 'https://h/a.github');
    assert.equal(normalRepository(undefined), undefined);
  });
});

describe('a package URL', () => {
  it('is read, or is none', () => {
    assert.deepEqual(
      parsePurl('pkg:npm/%40acme/tool@1.2.3'),
      new PackageURL('npm', '@acme', 'tool', '1.2.3', null, null),
    );
    for (const none of [undefined, '', 'npm/tool', 'PKG:npm/tool', 'pkg:npm', ' pkg:npm/tool'])
      assert.equal(parsePurl(none), undefined, none);
  });
  it('is of the same package with any version, and of another by type, owner or name', () => {
    const of = (text: string) => parsePurl(text) as PackageURL;
    const mine = of('pkg:npm/%40acme/tool@1');
    assert.ok(samePackage(mine, of('pkg:npm/%40acme/tool@2')));
    assert.ok(samePackage(of('pkg:npm/tool'), of('pkg:npm/tool')));
    for (const other of [
      'pkg:pypi/%40acme/tool@1',
      'pkg:npm/%40evil/tool@1',
      'pkg:npm/tool@1',
      'pkg:npm/%40acme/tools@1',
    ])
      assert.ok(!samePackage(mine, of(other)) && !samePackage(of(other), mine), other);
  });
});
