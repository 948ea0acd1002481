import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Expected } from './expected.ts';
import { requireProvenance } from './expected-build.ts';
import { readProvenance } from './provenance.ts';
import type { Statement } from './statement.ts';
import { Stop } from './stop.ts';
import type { BuildClaims } from './verification.ts';

const REPOSITORY = 'https://github.com/acme/tool';
const COMMIT = 'c'.repeat(40);
const BUILD: BuildClaims = {
  sourceRepository: REPOSITORY,
  sourceRef: 'refs/tags/v1.2.3',
  sourceDigest: COMMIT,
  runner: 'github-hosted',
};

const v1 = (
  ref = 'refs/tags/v1.2.3',
  repository = REPOSITORY,
  builder = 'https://github.com/actions/runner/github-hosted',
): Statement => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'tool', digest: {} }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {
    buildDefinition: {
      buildType: 'https://actions.github.io/buildtypes/workflow/v1',
      externalParameters: { workflow: { ref, repository } },
      resolvedDependencies: [{ uri: `git+${repository}@${ref}`, digest: { gitCommit: COMMIT } }],
    },
    runDetails: { builder: { id: builder } },
  },
});
const v02 = (): Statement => ({
  ...v1(),
  predicateType: 'https://slsa.dev/provenance/v0.2',
  predicate: {
    buildType: 'https://github.com/npm/cli/gha/v2',
    builder: { id: 'https://github.com/actions/runner' },
    invocation: { configSource: { uri: `git+${REPOSITORY}@refs/tags/v1.2.3`, digest: { sha1: COMMIT } } },
  },
});

function judge(
  statement: Statement,
  expected: Omit<Expected, 'signers'>,
  build = BUILD,
  subject = 'tool',
): string {
  const provenance = readProvenance(statement, build);
  assert.ok(provenance);
  try {
    requireProvenance(provenance, { name: subject, digest: {} }, build, { signers: [], ...expected });
    return 'pass';
  } catch (error) {
    assert.ok(error instanceof Stop);
    return error.code;
  }
}

describe('SLSA provenance', () => {
  it('of either version names builder, source and version, and is held against the purl', () => {
    for (const statement of [v1(), v02()]) {
      const table: [Omit<Expected, 'signers'>, string][] = [
        [{ purl: 'pkg:github/acme/tool@v1.2.3' }, 'pass'],
        [{ purl: 'pkg:github/Acme/Tool@1.2.3' }, 'pass'],
        [{ purl: 'pkg:github/acme/tool@1.2.4' }, 'provenance-mismatch'],
        [{ purl: 'pkg:github/acme/tool@2.3' }, 'provenance-mismatch'],
        [{ purl: 'pkg:github/evil/tool@1.2.3' }, 'provenance-mismatch'],
        [{ sourceRepository: REPOSITORY, sourceRef: 'refs/tags/v1.2.3' }, 'pass'],
        [{ sourceRef: 'refs/heads/main' }, 'provenance-mismatch'],
        // A ref that is as asked for answers nothing else that was asked.
        [{ purl: 'pkg:github/acme/tool@v1.2.3', sourceRef: 'refs/tags/v1.2.3' }, 'pass'],
        [{ purl: 'pkg:github/acme/tool@v9.9.9', sourceRef: 'refs/tags/v1.2.3' }, 'provenance-mismatch'],
        [{ purl: 'pkg:github/acme/other', sourceRef: 'refs/tags/v1.2.3' }, 'provenance-mismatch'],
        [{ builder: 'https://example.org/builder' }, 'provenance-mismatch'],
      ];
      for (const [expected, verdict] of table)
        assert.equal(judge(statement, expected), verdict, JSON.stringify(expected));
    }
  });

  it('from a branch cannot tell the version, unless its subject is the package itself', () => {
    const build = { ...BUILD, sourceRef: 'refs/heads/main' };
    const branch = v1('refs/heads/main');
    assert.equal(judge(branch, { purl: 'pkg:github/acme/tool@1.2.3' }, build), 'provenance-undecided');
    assert.equal(judge(branch, { purl: 'pkg:npm/tool@1.2.3' }, build, 'pkg:npm/tool@1.2.3'), 'pass');
    assert.equal(
      judge(branch, { purl: 'pkg:npm/tool@1.2.4' }, build, 'pkg:npm/tool@1.2.3'),
      'provenance-mismatch',
    );
    assert.equal(
      judge(branch, { purl: 'pkg:npm/tool@1.2.3' }, build, 'pkg:npm/other@1.2.3'),
      'provenance-mismatch',
    );
  });

  it('of a package is of that package, with or without a version, a ref, a tag', () => {
    const [branch, tag] = ['refs/heads/main', 'refs/tags/v1.2.3'];
    const npm = 'pkg:npm/tool@1.2.3';
    const github = 'pkg:github/acme/tool@v1.2.3';
    const table: [subject: string, ref: string, Omit<Expected, 'signers'>, string][] = [
      [npm, branch, { purl: 'pkg:npm/tool' }, 'pass'],
      [npm, branch, { purl: 'pkg:npm/other' }, 'provenance-mismatch'],
      [npm, branch, { purl: npm, sourceRef: branch }, 'pass'],
      [npm, branch, { purl: 'pkg:npm/other@9.9.9', sourceRef: branch }, 'provenance-mismatch'],
      [npm, branch, { purl: 'pkg:npm/tool@1.2.4', sourceRef: branch }, 'provenance-mismatch'],
      [npm, branch, { purl: 'pkg:npm/other', sourceRef: branch }, 'provenance-mismatch'],
      // A repository's version is its tag: what the signer calls the subject is not.
      [github, branch, { purl: github }, 'provenance-undecided'],
      [github, branch, { purl: github, sourceRef: branch }, 'provenance-undecided'],
      [github, tag, { purl: 'pkg:github/acme/tool@1.2.3' }, 'pass'],
      ['pkg:npm/tool@v1.2.3', tag, { purl: npm }, 'provenance-mismatch'],
      ['pkg:generic/tool@1.2.3', branch, { purl: 'pkg:generic/tool@1.2.3' }, 'provenance-undecided'],
      ['pkg:github/acme/other@v1.2.3', tag, { purl: github }, 'provenance-mismatch'],
      // Another part of the repository, unless the ref itself was asked for.
      ['tool', 'refs/tags/lib/v1.2.3', { purl: github }, 'provenance-undecided'],
      ['tool', 'refs/tags/lib/v1.2.3', { purl: github, sourceRef: 'refs/tags/lib/v1.2.3' }, 'pass'],
    ];
    for (const [subject, ref, expected, verdict] of table) {
      const found = judge(v1(ref), expected, { ...BUILD, sourceRef: ref }, subject);
      assert.equal(found, verdict, `${subject} ${ref} ${JSON.stringify(expected)}`);
    }
  });

  it('is not believed against the certificate', () => {
    const elsewhere = { ...BUILD, sourceRepository: 'https://github.com/evil/fork' };
    assert.equal(readProvenance(v1(), elsewhere)?.certified, 'other');
    assert.equal(judge(v1(), { purl: 'pkg:github/acme/tool@1.2.3' }, elsewhere), 'provenance-mismatch');
    assert.equal(readProvenance(v1(), {})?.certified, 'not said');
  });

  it('has the SLSA level that its builder publishes, and only where the certificate names that builder', () => {
    const level = (statement: Statement, build: BuildClaims) =>
      readProvenance(statement, build)?.slsaLevel.level;
    assert.equal(level(v1(), BUILD), 2);
    assert.equal(level(v1(), { ...BUILD, runner: 'self-hosted' }), 'not stated');
    const generator =
      'https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@refs/tags/v2.0.0';
    assert.equal(level(v1(undefined, undefined, generator), { ...BUILD, buildSigner: generator }), 3);
    assert.equal(level(v1(undefined, undefined, generator), BUILD), 'not stated');
    assert.equal(level(v1(undefined, undefined, 'https://example.org'), BUILD), 'not stated');
  });
});
