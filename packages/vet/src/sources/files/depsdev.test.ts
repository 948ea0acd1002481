import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Subject } from '../../facts/evidence.ts';
import { NOW } from '../../testing/repository.ts';
import { depsDevSource, speaksOfPackage } from './depsdev.ts';

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
  depsDevSource.collect({ spec: 'x', subject, files }, { now: () => NOW });

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

test('deps.dev: what it says is told as it stands, with where it came from', async () => {
  const versionKey = { system: 'GO', name: 'github.com/derailed/k9s', version: 'v0.32.0' };
  const full = {
    versionKey,
    publishedAt: '2026-01-01T00:00:00Z',
    isDeprecated: true,
    licenses: ['MIT'],
    advisoryKeys: [{ id: 'GHSA-1' }],
    slsaProvenances: [{}, {}],
  };
  const path = file('full.json', full);
  const { facts, gaps } = await look(K9S, path);
  assert.deepEqual(gaps, []);
  assert.deepEqual(
    facts.map(({ type, subject, source, value }) => ({ type, subject, source, value })),
    [
      {
        type: 'depsdev.version',
        subject: 'pkg:github/derailed/k9s@0.32.0',
        source: { kind: 'depsdev-file', location: path },
        value: {
          ...versionKey,
          publishedAt: '2026-01-01T00:00:00Z',
          deprecated: true,
          licences: ['MIT'],
          advisories: ['GHSA-1'],
          provenances: 2,
        },
      },
    ],
  );
  const [bare] = (await look(K9S, file('bare.json', { versionKey }))).facts;
  assert.deepEqual(bare?.value, {
    ...versionKey,
    publishedAt: null,
    deprecated: null,
    licences: [],
    advisories: [],
    provenances: 0,
  });
});

test('deps.dev: an answer on another version or package is a gap with its reason, and a broken one an error', async () => {
  const path = file('gap.json', {
    versionKey: { system: 'GO', name: 'github.com/derailed/k9s', version: 'v0.1.0' },
  });
  const gap = { source: 'depsdev-file', types: ['depsdev.version'] };
  const reason = `${path} speaks of github.com/derailed/k9s v0.1.0`;
  assert.deepEqual((await look(K9S, path)).gaps, [{ ...gap, reason }]);
  const unchosen = await look({ ...K9S, version: undefined }, path);
  assert.deepEqual(unchosen.gaps, [{ ...gap, reason: `${reason}, and no version was chosen` }]);
  const broken = file('broken.json', { versionKey: { system: 'GO', name: 1, version: 'v1' } });
  await assert.rejects(look(K9S, broken), {
    code: 'bad-file',
    message: new RegExp(`^${broken} is no deps\\.dev version: versionKey\\.name `),
  });
  assert.deepEqual(await look(K9S, file('other.json', { scorecard: {}, checks: [] })), {
    facts: [],
    gaps: [],
  });
});

test('deps.dev: it applies where files are given', () => {
  const target = { spec: 'x', subject: K9S, files: [] };
  assert.equal(depsDevSource.appliesTo(target), false);
  assert.equal(depsDevSource.appliesTo({ ...target, files: ['a'] }), true);
});

test('deps.dev: a package is named as its registry names it', () => {
  const table: [name: string, purl: string, same: boolean][] = [
    ['@acme/tool', 'pkg:npm/%40acme/tool', true],
    ['tool', 'pkg:npm/%40acme/tool', false],
    ['x/tool', 'pkg:npm/tool', false],
    ['org.acme:tool', 'pkg:maven/org.acme/tool', true],
    ['org.acme/tool', 'pkg:maven/org.acme/tool', false],
    ['Tool', 'pkg:pypi/tool', true],
    ['github.com/acme/tool/v12', 'pkg:github/acme/tool', true],
    ['github.com/acme/toolv2', 'pkg:github/acme/tool', false],
  ];
  for (const [name, purl, same] of table)
    assert.equal(speaksOfPackage(name, { purl, name: 'x' }), same, `${name} ${purl}`);
});
