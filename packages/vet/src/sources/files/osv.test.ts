import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Subject } from '../../facts/evidence.ts';
import { NOW } from '../../testing/repository.ts';
import { osvSource } from './osv.ts';

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
  osvSource.collect({ spec: 'x', subject, files }, { now: () => NOW });

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

test('OSV: what is told of a record is what the record says', async () => {
  const said = record(
    'GO-2026-2',
    {
      package: { ecosystem: 'Go', name: 'github.com/Derailed/K9s/v2' },
      ranges: [
        {
          type: 'SEMVER',
          events: [{ introduced: '0' }, { fixed: '0.31.0' }, { introduced: '0.32.0' }, { fixed: '0.31.0' }],
        },
        { type: 'GIT', repo: 'https://x.example', events: [{ introduced: '0' }, { fixed: 'abc' }] },
      ],
    },
    {
      aliases: ['CVE-2026-2'],
      summary: 's'.repeat(400),
      published: '2026-01-01T00:00:00Z',
      withdrawn: '2026-02-01T00:00:00Z',
      severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/x' }],
    },
  );
  const path = file('said.json', said);
  assert.deepEqual((await osv({ ...K9S, version: '0.30.0' }, path)).ofPackage, [
    {
      id: 'GO-2026-2',
      aliases: ['CVE-2026-2'],
      summary: 's'.repeat(300),
      published: '2026-01-01T00:00:00Z',
      withdrawn: true,
      severity: 'CVSS:3.1/x',
      affects: 'yes',
      fixed: ['0.31.0'],
    },
  ]);
  const bare = {
    id: 'B',
    modified: '2026-03-01T00:00:00Z',
    affected: [{ package: { ecosystem: 'Go', name: 'github.com/derailed/k9s' } }],
  };
  const [one] = (await osv(K9S, file('bare.json', bare))).ofPackage;
  assert.deepEqual(
    [one?.aliases, one?.summary, one?.published, one?.withdrawn, one?.severity, one?.fixed],
    [[], '', null, false, null, []],
  );
});

test('OSV: the fact is of the version, and counts all records, also those of others', async () => {
  const path = file('all.json', [goModule, ofNpm]);
  const { facts, gaps } = await look(K9S, path);
  assert.deepEqual(gaps, []);
  const [fact] = facts;
  assert.ok(fact?.type === 'osv.records');
  assert.deepEqual(
    [fact.subject, fact.source, fact.value.records],
    ['pkg:github/derailed/k9s@0.32.0', { kind: 'osv-file', location: path }, 2],
  );
  assert.match(fact.sha256, /^[0-9a-f]{64}$/);
  assert.deepEqual((await look(K9S, file('no.json', { scorecard: {}, checks: [] }))).facts, []);
});

test('OSV: a package is none of another ecosystem, of another name, or of another host', async () => {
  const found = async (purl: string, entry: object) =>
    (
      await osv(
        { purl, name: 'x', version: '1.0.0' },
        file('match.json', record('R', { ranges: [], ...entry })),
      )
    ).ofPackage.length;
  const pack = (ecosystem: string, name: string, more = {}) => ({ package: { ecosystem, name, ...more } });
  const range = (repo: string) => ({ ranges: [{ type: 'GIT', repo, events: [{ introduced: '0' }] }] });
  const table: [purl: string, entry: object, matches: number][] = [
    ['pkg:npm/x', pack('npm', 'x'), 1],
    ['pkg:npm/x', pack('npm:mirror', 'x'), 1],
    ['pkg:npm/x', pack('PyPI', 'x'), 0],
    ['pkg:npm/x', pack('npm', 'y'), 0],
    ['pkg:npm/x', pack('PyPI', 'y', { purl: 'pkg:npm/x@1.0.0' }), 1],
    ['pkg:npm/x', pack('PyPI', 'y', { purl: 'pkg:npm/xy' }), 0],
    ['pkg:maven/org.acme/x', pack('Maven', 'org.acme:x'), 1],
    ['pkg:maven/org.acme/x', pack('Maven', 'org.acme/x'), 0],
    ['pkg:npm/x', range('https://github.com/acme/x'), 0],
    ['pkg:github/acme/x', range('https://github.com/Acme/X.git'), 1],
    ['pkg:github/acme/x', range('http://github.com/acme/x/'), 1],
    ['pkg:github/acme/x', range('https://gitlab.com/acme/x'), 0],
    ['pkg:github/acme/x', pack('Go', 'github.com/acme/x/v12'), 1],
    ['pkg:github/acme/x', pack('npm', 'github.com/acme/x'), 0],
    ['pkg:github/acme/x', {}, 0],
  ];
  for (const [purl, entry, matches] of table)
    assert.equal(await found(purl, entry), matches, `${purl} ${JSON.stringify(entry)}`);
});

test('OSV: it applies where files are given', () => {
  const target = { spec: 'x', subject: K9S, files: [] };
  assert.equal(osvSource.appliesTo(target), false);
  assert.equal(osvSource.appliesTo({ ...target, files: ['a'] }), true);
});
