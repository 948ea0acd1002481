import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import type { Component, Sbom } from './model.ts';
import { vulnerabilitiesOf } from './vulnerabilities.ts';

const folder = mkdtempSync(join(tmpdir(), 'osv-'));
after(() => rmSync(folder, { recursive: true }));
let made = 0;
/** A folder of records, as OSV's own export is unpacked. */
function osv(...records: object[]): string {
  const path = join(folder, String(made++));
  mkdirSync(path);
  for (const [index, record] of records.entries())
    writeFileSync(join(path, `${index}.json`), JSON.stringify(record));
  return path;
}
const record = (id: string, affected: object[], more = {}) => ({
  id,
  modified: '2026-01-01T00:00:00Z',
  affected,
  ...more,
});
const all = { events: [{ introduced: '0' }] };
const of = (ecosystem: string, name: string, ranges: object[] = [{ type: 'SEMVER', ...all }]) => ({
  package: { ecosystem, name },
  ranges,
});
const component = (purl?: string, version?: string, name?: string): Component => ({
  ...(purl !== undefined && { purl }),
  ...(version !== undefined && { version }),
  ...(name !== undefined && { name }),
  identifiers: [],
  hashes: {},
  contradicting: [],
  licences: [],
});
const sbom = (components: Component[], subject?: Component): Sbom => ({
  format: 'cyclonedx',
  specVersion: '1.6',
  authors: [],
  tools: [],
  components,
  dependencies: 0,
  unrelated: 0,
  ...(subject && { subject }),
});
const found = async (purl: string, ...affected: object[]) =>
  (await vulnerabilitiesOf(sbom([component(purl)]), osv(record('A', affected)))).found.map(
    ({ id, affects }) => `${id} ${affects}`,
  );

it('a component is found in the records of its ecosystem, and what is found is told', async () => {
  const data = osv(
    record('A', [of('npm', 'a')], { summary: 's'.repeat(300) }),
    record('B', [of('npm', 'b')]),
    record('W', [of('npm', 'a')], { withdrawn: '2026-01-01T00:00:00Z' }),
  );
  const answer = await vulnerabilitiesOf(
    sbom([component('pkg:npm/c@1.0.0')], component('pkg:npm/a@1.0.0')),
    data,
  );
  assert.deepEqual(answer, {
    found: [{ component: 'pkg:npm/a@1.0.0', id: 'A', summary: 's'.repeat(200), affects: 'yes' }],
    asked: 2,
    total: 2,
    unasked: [],
    records: 3,
  });
});

it('a version counts, and one that cannot be compared is unknown', async () => {
  const ranges = [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }];
  assert.deepEqual(await found('pkg:npm/a@1.0.0', of('npm', 'a', ranges)), ['A yes']);
  assert.deepEqual(await found('pkg:npm/a@2.0.0', of('npm', 'a', ranges)), []);
  assert.deepEqual(await found('pkg:npm/a@may', of('npm', 'a', ranges)), ['A unknown']);
  const own = await vulnerabilitiesOf(
    sbom([component('pkg:npm/a', '1.0.0')]),
    osv(record('A', [of('npm', 'a', ranges)])),
  );
  assert.equal(own.found.length, 1);
});

it('names are compared as each registry does', async () => {
  const table: [purl: string, affected: object, matches: boolean][] = [
    ['pkg:npm/%40acme/a@1.0.0', of('npm', '@acme/a'), true],
    ['pkg:npm/ab@1.0.0', of('npm', 'a'), false],
    ['pkg:pypi/my.tool@1.0.0', of('PyPI', 'My_Tool'), true],
    ['pkg:nuget/tool@1.0.0', of('NuGet', 'Tool'), true],
    ['pkg:maven/org.acme/a@1.0.0', of('Maven', 'org.acme:a'), true],
    ['pkg:maven/org.acme/a@1.0.0', of('Maven', 'org.acme/a'), false],
    ['pkg:golang/github.com/Acme/a@1.0.0', of('Go', 'github.com/acme/a'), true],
    ['pkg:github/acme/a@1.0.0', of('Go', 'github.com/acme/a/v2'), true],
    [
      'pkg:github/acme/a@1.0.0',
      { ranges: [{ type: 'GIT', repo: 'https://github.com/Acme/a.git', ...all }] },
      true,
    ],
    [
      'pkg:github/acme/a@1.0.0',
      { ranges: [{ type: 'GIT', repo: 'https://github.com/acme/a/', ...all }] },
      true,
    ],
    [
      'pkg:github/acme/a@1.0.0',
      { ranges: [{ type: 'GIT', repo: 'https://github.com/acme/b', ...all }] },
      false,
    ],
    ['pkg:npm/a@1.0.0', of('npm:mirror', 'a'), true],
  ];
  for (const [purl, affected, matches] of table)
    assert.equal(
      (await found(purl, affected)).length,
      matches ? 1 : 0,
      `${purl} ${JSON.stringify(affected)}`,
    );
});

it('what could not be asked about is said, with the first five of each reason', async () => {
  const unnamed = Array.from({ length: 7 }, (_, index) => component(undefined, '1', `n${index}`));
  const others = [
    component(),
    component('x:y'),
    component('pkg:npm/a'),
    component('pkg:deb/a@1'),
    component('pkg:pypi/a@1'),
  ];
  const answer = await vulnerabilitiesOf(sbom([...unnamed, ...others]), osv(record('A', [of('npm', 'z')])));
  assert.deepEqual([answer.asked, answer.total], [0, 12]);
  assert.deepEqual(
    answer.unasked.filter(({ why }) => !why.includes('pkg:deb')),
    [
      { why: 'no purl', count: 8, components: ['n0', 'n1', 'n2', 'n3', 'n4'] },
      { why: 'its purl cannot be read', count: 1, components: ['x:y'] },
      { why: 'no version', count: 1, components: ['pkg:npm/a'] },
      { why: 'the data given has nothing of PyPI', count: 1, components: ['pkg:pypi/a@1'] },
    ],
  );
  const nameless = await vulnerabilitiesOf(sbom([component()]), osv(record('A', [])));
  assert.deepEqual(nameless.unasked[0]?.components, ['a component without a name']);
});

it('an ecosystem is covered where the data holds something of it', async () => {
  const covers = async (purl: string, affected: object) =>
    (await vulnerabilitiesOf(sbom([component(purl)]), osv(record('A', [affected])))).asked;
  assert.equal(await covers('pkg:npm/a@1', of('npm', 'z')), 1);
  assert.equal(await covers('pkg:github/a/b@1', of('Go', 'z')), 1);
  assert.equal(await covers('pkg:github/a/b@1', { ranges: [{ type: 'GIT', repo: 'https://x', ...all }] }), 1);
  assert.equal(await covers('pkg:github/a/b@1', of('npm', 'z')), 0);
  assert.equal(await covers('pkg:npm/a@1', { ranges: [{ type: 'GIT', repo: 'https://x', ...all }] }), 0);
});

it('a part of the data is none that silence can be read from, and other data is none at all', async () => {
  const single = join(folder, 'one.json');
  writeFileSync(single, JSON.stringify(record('A', [of('npm', 'a')])));
  const answer = await vulnerabilitiesOf(sbom([component('pkg:npm/a@1.0.0')]), single);
  assert.deepEqual([answer.asked, answer.found.length], [0, 1]);
  assert.match(answer.unasked[0]?.why ?? '', /single record/);
  const other = join(folder, 'scorecard.json');
  writeFileSync(other, JSON.stringify({ scorecard: {}, checks: [] }));
  await assert.rejects(vulnerabilitiesOf(sbom([]), other), {
    code: 'bad-file',
    message: `${other} is no OSV data`,
  });
});
