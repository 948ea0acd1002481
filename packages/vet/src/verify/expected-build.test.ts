import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Expected } from './expected.ts';
import { asksForProvenance, requireBuild, requireProvenance } from './expected-build.ts';
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

describe('provenance', () => {
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
});

/** As text: the code it stops with and what it says, or what is not checked. */
function said(judge: () => string[]): string {
  try {
    return judge().join('; ') || 'pass';
  } catch (error) {
    assert.ok(error instanceof Stop);
    return `${error.code}: ${error.message}`;
  }
}

describe('what is asked of provenance', () => {
  const provenance = readProvenance(v1(), BUILD);
  assert.ok(provenance);
  const ask = (expected: Omit<Expected, 'signers'>, name = 'tool', more = {}) =>
    said(() =>
      requireProvenance({ ...provenance, ...more }, { name, digest: {} }, BUILD, {
        signers: [],
        ...expected,
      }),
    );

  it('is each of the four, and not who signed', () => {
    for (const one of ['purl', 'sourceRepository', 'sourceRef', 'builder'])
      assert.equal(asksForProvenance({ signers: [], [one]: 'x' }), true, one);
    assert.equal(asksForProvenance({ signers: [{ kind: 'minisign', key: 'x' }] }), false);
  });

  it('is answered with what is, what was expected, and by whose word', () => {
    const table: [Omit<Expected, 'signers'>, object, string][] = [
      [{}, {}, 'pass'],
      [{ builder: 'b' }, {}, `builder is ${provenance.builder}, expected b`],
      [{ builder: provenance.builder }, {}, 'pass'],
      [{ sourceRepository: 'https://h/x' }, {}, `source repository is ${REPOSITORY}, expected https://h/x`],
      [
        { sourceRepository: REPOSITORY },
        { sourceRepository: undefined },
        `source repository is not given, expected ${REPOSITORY}`,
      ],
      [{ sourceRef: 'x' }, {}, 'source ref is refs/tags/v1.2.3, expected x'],
      [
        {},
        { certified: 'other' },
        `source in the provenance is ${REPOSITORY}@refs/tags/v1.2.3, expected ${REPOSITORY}@refs/tags/v1.2.3, as the certificate says`,
      ],
      [{ purl: 'pkg:github/acme/tool@9' }, {}, 'tag is v1.2.3, expected 9'],
    ];
    for (const [expected, more, outcome] of table) {
      const wanted = outcome === 'pass' ? outcome : `provenance-mismatch: ${outcome}`;
      assert.equal(ask(expected, 'tool', more), wanted);
    }
  });

  it('takes a repository in the forms it is written in, and no other by its letters', () => {
    for (const same of [
      `git+${REPOSITORY}`,
      `${REPOSITORY}.git`,
      `${REPOSITORY}/`,
      'https://github.com/Acme/Tool',
    ])
      assert.equal(ask({ sourceRepository: same }), 'pass', same);
    const elsewhere = { sourceRepository: 'https://gitlab.example/acme/tool' };
    assert.equal(
      ask({ sourceRepository: 'https://gitlab.example/acme/tool.git' }, 'tool', elsewhere),
      'pass',
    );
    assert.match(
      ask({ sourceRepository: 'https://gitlab.example/Acme/tool' }, 'tool', elsewhere),
      /^provenance-mismatch/,
    );
  });

  it('notes what nothing names, and is undecided where that is the version', () => {
    assert.equal(
      ask({ purl: 'pkg:npm/tool@1.2.3' }),
      'nothing in it names the package: that it is pkg:npm/tool@1.2.3 was not checked',
    );
    assert.equal(
      ask({ purl: 'pkg:npm/tool' }),
      'nothing in it names the package: that it is pkg:npm/tool was not checked',
    );
    assert.equal(ask({ purl: 'pkg:npm/tool@1.2.3', sourceRepository: REPOSITORY }), 'pass');
    assert.match(
      ask({ purl: 'pkg:npm/tool@1.2.3' }, 'tool', { sourceRef: undefined }),
      /^provenance-undecided: it was built from no named ref, so the version cannot/,
    );
    assert.match(
      ask({ purl: 'acme/tool' }),
      /^provenance-undecided: acme\/tool is no package URL \(pkg:TYPE/,
    );
    assert.match(
      ask({ purl: 'pkg:github/acme/tool@1.2.3' }, 'tool', { sourceRef: 'refs/tags/lib/v1.2.3' }),
      /^provenance-undecided: the tag lib\/v1\.2\.3 may be of another part of the repository than tool: name the ref/,
    );
  });

  it('in a registry is the version as it stands, elsewhere with or without a v before it', () => {
    for (const type of ['npm', 'pypi', 'gem', 'cargo', 'nuget', 'maven/g', 'composer/g', 'hex', 'pub']) {
      const purl = `pkg:${type}/tool@1.2.3`;
      const branch = { sourceRef: 'refs/heads/main' };
      assert.equal(ask({ purl }, purl, branch), 'pass', type);
      assert.match(
        ask({ purl }, `pkg:${type}/tool@v1.2.3`, branch),
        /^provenance-mismatch: subject is pkg:/,
        type,
      );
    }
    assert.equal(ask({ purl: 'pkg:github/acme/tool@1.2.3' }, 'pkg:github/acme/tool@v1.2.3'), 'pass');
    // The subject names no version, and a version is asked for.
    assert.match(ask({ purl: 'pkg:npm/tool@1.2.3' }, 'pkg:npm/tool'), /^provenance-mismatch/);
  });
});

describe('what is asked where there is no provenance', () => {
  const ask = (expected: Omit<Expected, 'signers'>, build: BuildClaims = BUILD, name?: string) =>
    said(() =>
      requireBuild(
        build,
        { signers: [], ...expected },
        name === undefined ? undefined : { name, digest: {} },
      ),
    );

  it('is answered by the certificate, and undecided where it does not say', () => {
    const undecided = (what: string) =>
      `provenance-undecided: it holds no provenance, so that its ${what} cannot be told`;
    const table: [Omit<Expected, 'signers'>, BuildClaims, string][] = [
      [{}, {}, 'pass'],
      [{ builder: 'b' }, BUILD, undecided('builder')],
      [{ sourceRepository: REPOSITORY }, BUILD, 'pass'],
      [{ sourceRepository: REPOSITORY }, {}, undecided('source repository')],
      [
        { sourceRepository: 'https://h/x' },
        BUILD,
        `provenance-mismatch: source repository is ${REPOSITORY}, expected https://h/x`,
      ],
      [{ sourceRef: 'refs/tags/v1.2.3' }, BUILD, 'pass'],
      [{ sourceRef: 'refs/tags/v1.2.3' }, {}, undecided('source ref')],
      [{ sourceRef: 'x' }, BUILD, 'provenance-mismatch: source ref is refs/tags/v1.2.3, expected x'],
      [
        { purl: 'pkg:github/evil/tool' },
        BUILD,
        `provenance-mismatch: source repository is ${REPOSITORY}, expected https://github.com/evil/tool`,
      ],
    ];
    for (const [expected, build, outcome] of table) assert.equal(ask(expected, build), outcome);
  });

  it('notes which of package and version nothing names', () => {
    const purl = 'pkg:github/acme/tool@1.2.3';
    const unchecked = (what: string, of = purl) =>
      `nothing in it names the ${what}: that it is ${of} was not checked`;
    assert.equal(ask({ purl }), 'pass');
    assert.equal(ask({ purl }, {}), unchecked('package and the version'));
    assert.equal(ask({ purl }, { sourceRepository: REPOSITORY }), unchecked('version'));
    assert.equal(ask({ purl: 'pkg:npm/tool@1.2.3' }), unchecked('package', 'pkg:npm/tool@1.2.3'));
    assert.equal(ask({ purl: 'pkg:npm/tool@1.2.3' }, {}, 'pkg:npm/tool@1.2.3'), 'pass');
  });

  it('is not of another package by its name', () => {
    const purl = 'pkg:npm/tool@1.2.3';
    const other = 'other-subject: it speaks of pkg:npm/other@1.2.3, not of pkg:npm/tool@1.2.3';
    assert.equal(ask({ purl }, {}, 'pkg:npm/other@1.2.3'), other);
    assert.match(
      ask({ purl }, { sourceRef: 'refs/tags/v9' }),
      /^provenance-mismatch: tag is v9, expected 1\.2\.3/,
    );
  });
});
