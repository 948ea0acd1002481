import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import fc from 'fast-check';
import type { Subject } from '../../facts/evidence.ts';
import { affectsVersion } from '../../osv/version.ts';
import { NOW } from '../../testing/repository.ts';
import { collect } from '../index.ts';

const dir = mkdtempSync(join(tmpdir(), 'toolcrib-files-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const file = (name: string, content: unknown) => {
  const path = join(dir, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const K9S: Subject = { purl: 'pkg:github/derailed/k9s', name: 'k9s', version: '0.32.0' };
const look = (subject: Subject, ...files: string[]) =>
  collect({ spec: 'x', subject, files }, { now: () => NOW });
const osv = async (subject: Subject, ...files: string[]) => {
  const fact = (await look(subject, ...files)).facts.find(({ type }) => type === 'osv.records');
  assert.ok(fact?.type === 'osv.records');
  return fact.value;
};

const record = (id: string, affected: object, more = {}) => ({
  id,
  modified: '2026-11-01T00:00:00Z',
  affected: [affected],
  ...more,
});
const goModule = record(
  'GO-2026-1',
  {
    package: { ecosystem: 'Go', name: 'github.com/derailed/k9s' },
    ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '0.32.1' }] }],
  },
  { aliases: ['CVE-2026-1'] },
);
const ofNpm = record('GHSA-x', {
  package: { ecosystem: 'npm', name: '@bufbuild/buf' },
  ranges: [{ type: 'SEMVER', events: [{ introduced: '1.0.0' }, { last_affected: '1.40.0' }] }],
});

test('OSV: a record, an answer, a list, a folder and an export give the same', async () => {
  const zip = join(dir, 'all.zip');
  file('folder/GO-2026-1.json', goModule);
  file('folder/npm/GHSA-x.json', ofNpm);
  symlinkSync('/etc/passwd', join(dir, 'folder', 'passwd.json'));
  execFileSync('python3', [
    '-c',
    'import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],"w",zipfile.ZIP_DEFLATED)\n[z.write(p,str(i)+".json") for i,p in enumerate(sys.argv[2:])]',
    zip,
    join(dir, 'folder/GO-2026-1.json'),
    join(dir, 'folder/npm/GHSA-x.json'),
  ]);
  for (const path of [
    file('one.json', goModule),
    file('answer.json', { vulns: [goModule] }),
    file('list.json', [goModule, ofNpm]),
    join(dir, 'folder'),
    zip,
  ]) {
    const value = await osv(K9S, path);
    assert.deepEqual(
      value.ofPackage.map(({ id, affects, fixed }) => [id, affects, fixed]),
      [['GO-2026-1', 'yes', ['0.32.1']]],
      path,
    );
  }
  assert.deepEqual(
    (await osv({ ...K9S, version: '0.32.1' }, join(dir, 'folder'))).ofPackage.map(({ affects }) => affects),
    ['no'],
  );
});

test('OSV: an empty answer is data that proves nothing', async () => {
  assert.deepEqual(await osv(K9S, file('empty.json', '{}')), {
    records: 0,
    newest: null,
    partial: 'it is an answer, which does not say what was asked and when',
    ofPackage: [],
  });
});

test('OSV: a record, a list, an answer or one page of it is known to be a part', async () => {
  const partial = async (name: string, content: unknown) => (await osv(K9S, file(name, content))).partial;
  assert.match((await partial('one.json', goModule)) ?? '', /single record/);
  assert.match(
    (await partial('page.json', { vulns: [goModule], next_page_token: 'x' })) ?? '',
    /next_page_token/,
  );
  file('pages/1.json', { vulns: [goModule], next_page_token: 'x' });
  assert.match((await osv(K9S, join(dir, 'pages'))).partial ?? '', /next_page_token/);
  assert.match((await partial('answer-2020.json', { vulns: [goModule] })) ?? '', /what was asked and when/);
  assert.match((await partial('picked.json', [goModule])) ?? '', /list that somebody picked/);
  assert.equal((await osv(K9S, join(dir, 'folder'))).partial, null);
});

test('OSV: how new the data is, is its newest record that is not of the future', async () => {
  const dated = (...modified: string[]) =>
    modified.map((at, index) => ({ ...record(`R-${index}`, {}), modified: at }));
  const newest = async (...modified: string[]) =>
    (await osv(K9S, file('dated.json', dated(...modified)))).newest;
  assert.equal(
    await newest('2026-03-01T00:00:00Z', '2026-03-01T00:00:00.5Z', '2020-01-01T00:00:00Z'),
    '2026-03-01T00:00:00.5Z',
  );
  assert.equal(await newest('2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z'), '2020-01-01T00:00:00Z');
  await assert.rejects(osv(K9S, file('soon.json', dated('soon'))), { code: 'bad-file', message: /modified/ });
});

test('OSV: packages are matched by name in their ecosystem, by purl, and by repository', async () => {
  const buf: Subject = { purl: 'pkg:npm/%40bufbuild/buf', name: '@bufbuild/buf', version: '1.50.0' };
  assert.deepEqual(
    (await osv(buf, file('buf.json', ofNpm))).ofPackage.map(({ affects }) => affects),
    ['no'],
  );
  const byRepository = record('OSV-1', {
    ranges: [{ type: 'GIT', repo: 'https://github.com/derailed/k9s.git', events: [{ introduced: '0' }] }],
    versions: ['v0.32.0'],
  });
  assert.deepEqual(
    (await osv(K9S, file('git.json', byRepository))).ofPackage.map(({ affects }) => affects),
    ['yes'],
  );
  assert.deepEqual(
    (await osv({ ...K9S, version: '0.40.0' }, file('git2.json', byRepository))).ofPackage.map(
      ({ affects }) => affects,
    ),
    ['no'],
  );
  const commitsOnly = record('OSV-2', {
    ranges: [{ type: 'GIT', repo: 'https://github.com/derailed/k9s', events: [{ introduced: '0' }] }],
  });
  assert.deepEqual(
    (await osv(K9S, file('git3.json', commitsOnly))).ofPackage.map(({ affects }) => affects),
    ['unknown'],
  );
  const other = record('GO-2', {
    package: { ecosystem: 'Go', name: 'github.com/derailed/k9s-other' },
    ranges: [],
  });
  assert.deepEqual((await osv(K9S, file('other.json', other))).ofPackage, []);
});

test('OSV: a version lies in a range exactly when it is between introduced and fixed', () => {
  const entry = (events: Record<string, string>[]) => [
    { package: { ecosystem: 'npm', name: 'x' }, versions: [], ranges: [{ type: 'SEMVER', events }] },
  ];
  const number = fc.integer({ min: 0, max: 30 });
  fc.assert(
    fc.property(number, number, number, (introduced, fixed, version) => {
      fc.pre(introduced < fixed);
      const answer = affectsVersion(
        entry([{ fixed: `${fixed}.0.0` }, { introduced: `${introduced}.0.0` }]),
        `${version}.0.0`,
      );
      assert.equal(answer, version >= introduced && version < fixed ? 'yes' : 'no');
    }),
  );
  assert.equal(affectsVersion(entry([{ introduced: '0' }]), '2026-may'), 'unknown');
  assert.equal(affectsVersion(entry([{ introduced: '0' }]), undefined), 'unknown');
  assert.equal(affectsVersion(entry([{ introduced: '1.0.0' }, { last_affected: '2.0.0' }]), 'v2.0.0'), 'yes');
  assert.equal(
    affectsVersion(
      [
        {
          package: { ecosystem: 'PyPI', name: 'x' },
          versions: [],
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }],
        },
      ],
      '1.0',
    ),
    'unknown',
  );
});

test('Scorecard: kept with its date; of another repository it is a gap', async () => {
  const result = (name: string) => ({
    date: '2026-11-01',
    repo: { name, commit: 'c' },
    scorecard: { version: 'v5' },
    score: 6.1,
    checks: [{ name: 'Maintained', score: -1, reason: 'none' }],
  });
  const { facts } = await look(K9S, file('scorecard.json', result('github.com/Derailed/K9s')));
  assert.ok(facts[0]?.type === 'scorecard.result' && facts[0].value.checks.Maintained?.score === -1);
  const { gaps } = await look(K9S, file('scorecard2.json', result('github.com/other/tool')));
  assert.match(gaps[0]?.reason ?? '', /speaks of github\.com\/other\/tool/);
});

test('deps.dev: of this version it is a fact, of another a gap', async () => {
  const answer = (version: string) => ({
    versionKey: { system: 'GO', name: 'github.com/derailed/k9s', version },
    publishedAt: '2026-01-01T00:00:00Z',
    licenses: ['Apache-2.0'],
    slsaProvenances: [{}],
  });
  assert.equal((await look(K9S, file('deps.json', answer('v0.32.0')))).facts[0]?.type, 'depsdev.version');
  const of = async (subject: Subject, name: string) =>
    (await look(subject, file('other-deps.json', { versionKey: { system: 'GO', name, version: 'v0.32.0' } })))
      .facts.length;
  assert.equal(await of(K9S, 'github.com/derailed/k9s/v2'), 1);
  for (const other of ['github.com/evil/k9s', 'github.com/derailed/evil-k9s', 'k9s'])
    assert.equal(await of(K9S, other), 0, other);
  assert.equal(await of({ ...K9S, version: undefined }, 'github.com/derailed/k9s'), 0, 'no version chosen');
  assert.match((await look(K9S, file('deps2.json', answer('v0.1.0')))).gaps[0]?.reason ?? '', /v0\.1\.0/);
});

test('SBOMs: CycloneDX and SPDX say what they describe', async () => {
  const cases: [unknown, object][] = [
    [
      {
        bomFormat: 'CycloneDX',
        specVersion: '1.6',
        metadata: { component: { name: 'k9s', version: '0.32.0' } },
        components: [{}, {}],
      },
      { format: 'cyclonedx', specVersion: '1.6', describes: 'k9s@0.32.0', components: 2 },
    ],
    [
      {
        spdxVersion: 'SPDX-2.3',
        packages: [{ SPDXID: 'SPDXRef-1', name: 'k9s', versionInfo: '0.32.0' }],
        relationships: [
          {
            spdxElementId: 'SPDXRef-DOCUMENT',
            relationshipType: 'DESCRIBES',
            relatedSpdxElement: 'SPDXRef-1',
          },
        ],
      },
      { format: 'spdx', specVersion: '2.3', describes: 'k9s@0.32.0', components: 0 },
    ],
    [
      'SPDXVersion: SPDX-2.3\nPackageName: a\n',
      { format: 'spdx', specVersion: '2.3', describes: null, components: 1 },
    ],
    [
      '<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components><component/></components></bom>',
      { format: 'cyclonedx', specVersion: '1.5', describes: null, components: 1 },
    ],
    [
      {
        spdxVersion: 'SPDX-2.3',
        packages: [
          {
            SPDXID: 'SPDXRef-1',
            name: 'left-pad',
            versionInfo: '1.3.0',
            externalRefs: [
              {
                referenceCategory: 'PACKAGE-MANAGER',
                referenceType: 'purl',
                referenceLocator: 'pkg:npm/left-pad@1.3.0',
              },
            ],
          },
        ],
        documentDescribes: ['SPDXRef-1'],
      },
      { format: 'spdx', specVersion: '2.3', describes: 'pkg:npm/left-pad@1.3.0', components: 0 },
    ],
    [
      [
        'SPDXVersion: SPDX-2.3',
        'PackageName: k9s',
        'SPDXID: SPDXRef-1',
        'PackageVersion: 0.32.0',
        'ExternalRef: PACKAGE-MANAGER purl pkg:github/derailed/k9s@v0.32.0',
        'Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-1',
        '',
      ].join('\n'),
      { format: 'spdx', specVersion: '2.3', describes: 'pkg:github/derailed/k9s@v0.32.0', components: 0 },
    ],
    [
      '<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5"><metadata><component type="application"><name>k9s</name><version>0.32.0</version><purl>pkg:github/derailed/k9s@v0.32.0</purl></component></metadata></bom>',
      {
        format: 'cyclonedx',
        specVersion: '1.5',
        describes: 'pkg:github/derailed/k9s@v0.32.0',
        components: 0,
      },
    ],
  ];
  for (const [index, [content, wanted]] of cases.entries())
    assert.deepEqual((await look(K9S, file(`sbom${index}`, content))).facts[0]?.value, wanted);
});

test('hostile and broken files are one clear error each', async () => {
  const cases: [string, unknown, string, RegExp][] = [
    ['deep.json', `{"vulns":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 'limit', /nested/],
    ['cut.json', JSON.stringify(goModule).slice(0, 80), 'bad-file', /not JSON/],
    ['other.json', '{"hello":1}', 'bad-file', /none of: OSV/],
    ['text.txt', 'hello', 'bad-file', /none of: OSV/],
    ['batch.json', { vulns: [{ id: 'x' }] }, 'bad-file', /modified/],
    ['bad.zip', 'PK\x03\x04nonsense', 'bad-file', /zip/],
    ['scorecard-cut.json', { scorecard: {}, checks: [] }, 'bad-file', /no Scorecard result/],
  ];
  for (const [name, content, code, message] of cases)
    await assert.rejects(
      look(K9S, file(name, content)),
      (error) =>
        error instanceof ToolcribError &&
        error.code === code &&
        message.test(error.message) &&
        error.message.includes(name),
      name,
    );
  await assert.rejects(look(K9S, join(dir, 'nowhere.json')), { code: 'not-found' });
});
