import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packOf, resealed } from '../testing/pack.ts';
import { NOW } from '../testing/repository.ts';
import { contradictions } from './consistent.ts';
import type { EvidencePack } from './schema.ts';

const DAY = 86_400_000;
const pack = packOf();
type Fact = EvidencePack['evidence'][number];
const at = (copy: EvidencePack, index: number) => copy.evidence[index] as Fact;
const valueIn = (copy: EvidencePack, type: string) =>
  copy.evidence.find((fact) => fact.type === type)?.value as Record<string, unknown>;
const found = (change: (copy: EvidencePack) => void, now = NOW) =>
  contradictions(resealed(pack, change), now);
/** One more fact, of a source that has a name of its own for what it speaks of. */
const add = (copy: EvidencePack, type: string, value: unknown) =>
  void copy.evidence.push({ ...at(copy, 0), id: type, type, value });
/** Another tool: each of its facts speaks of it. */
const call = (copy: EvidencePack, purl: string, name: string) => {
  copy.subject = { ...copy.subject, purl, name };
  for (const fact of copy.evidence) fact.subject = purl;
};

test('an honest pack contradicts itself in nothing', () => {
  assert.deepEqual(
    found(() => {}),
    [],
  );
});

test('a clock may be a day behind, and no more', () => {
  assert.deepEqual(
    found(() => {}, NOW - DAY),
    [],
  );
  assert.deepEqual(
    found(() => {}, NOW - DAY - 1),
    ['it was assessed on 2026-03-23, which is yet to come'],
  );
});

test('each fact is called by its type, the second of a type by its number', () => {
  const second = (id: string) => (copy: EvidencePack) => void copy.evidence.push({ ...at(copy, 0), id });
  assert.deepEqual(found(second('git.history-2')), []);
  assert.deepEqual(found(second('git.history')), ['git.history should be called git.history-2']);
  assert.deepEqual(found(second('git.history-3')), ['git.history-3 should be called git.history-2']);
  assert.deepEqual(
    found((copy) => void (at(copy, 0).id = 'git.history-1')),
    ['git.history-1 should be called git.history'],
  );
});

test('a fact speaks of the tool or of its version, and of nothing else', () => {
  const of = (subject: string) => found((copy) => void (at(copy, 0).subject = subject));
  assert.deepEqual(of('pkg:npm/tool'), []);
  assert.deepEqual(of('pkg:npm/tool@1.5.0'), []);
  for (const other of ['pkg:npm/tool@1.4.0', 'pkg:npm/tools', ''])
    assert.deepEqual(of(other), [`git.history speaks of ${other}, the pack of pkg:npm/tool@1.5.0`]);
});

test('the name and the purl are of one tool', () => {
  const named = (purl: string, name: string) => found((copy) => call(copy, purl, name)).length === 0;
  assert.deepEqual(
    found((copy) => void (copy.subject.name = 'popular')),
    ['its subject is called popular, and its purl is pkg:npm/tool'],
  );
  assert.equal(named('pkg:npm/%40scope/tool', '@scope/tool'), true);
  assert.equal(named('pkg:npm/%40scope/tool', 'tool'), false);
  assert.equal(named('pkg:npm/my-tool', 'my_tool'), false, 'npm has each name in one spelling');
  assert.equal(named('pkg:pypi/my-tool', 'My__Tool'), true);
  assert.equal(named('pkg:pypi/my-tool', 'my.tool'), true);
  assert.equal(named('pkg:pypi/my-tool', 'mytool'), false);
  assert.equal(named('pkg:github/example/tool', 'tool'), true, 'without its owner');
});

test('so are the names within the facts', () => {
  const PACKAGE = {
    name: 'tool',
    repository: null,
    latest: '1.5.0',
    versions: [],
    maintainers: 1,
  };
  assert.ok(
    found((copy) => add(copy, 'npm.package', { ...PACKAGE, name: 'other' })).includes(
      'npm.package is of other, the pack of pkg:npm/tool',
    ),
  );
  assert.deepEqual(
    found((copy) => add(copy, 'npm.package', PACKAGE)),
    [],
  );
  const elsewhere = found((copy) => {
    call(copy, 'pkg:generic/tool', 'tool');
    add(copy, 'npm.package', PACKAGE);
  });
  assert.deepEqual(elsewhere, ['npm.package is of tool, the pack of pkg:generic/tool']);
  assert.deepEqual(
    found((copy) => add(copy, 'depsdev.version', { name: 'tool', version: '1.5.0' })),
    [],
  );
  assert.deepEqual(
    found((copy) => add(copy, 'depsdev.version', { name: 'other', version: '1.5.0' })),
    ['depsdev.version is of other, the pack of pkg:npm/tool'],
  );
  const scorecard = (repository: string) =>
    found((copy) => {
      call(copy, 'pkg:github/example/tool', 'tool');
      add(copy, 'scorecard.result', { repository });
    });
  assert.deepEqual(scorecard('github.com/Example/Tool'), []);
  assert.deepEqual(scorecard('github.com/example/other'), [
    'scorecard.result is of github.com/example/other, the pack of pkg:github/example/tool',
  ]);
});

test('the files are those of the version', () => {
  const of = (revision: string) => found((copy) => void (valueIn(copy, 'git.files').revision = revision));
  assert.deepEqual(of('tool-1.5.0'), [], 'by its name');
  assert.deepEqual(of('v1.4.0'), ['its files are those of v1.4.0, not of 1.5.0']);
  assert.deepEqual(of('main'), ['its files are those of main, not of 1.5.0']);
  const tagged = (copy: EvidencePack, tag: string) => {
    valueIn(copy, 'git.files').revision = tag;
    (valueIn(copy, 'git.releases').releases as { tag: string }[])[5] = {
      ...(valueIn(copy, 'git.releases').releases as { tag: string }[])[5],
      tag,
    };
  };
  assert.deepEqual(
    found((copy) => tagged(copy, 'spring')),
    [],
    'by what its tag is of',
  );
});

test('without a version the files are those of the commit that the history ends with', () => {
  const without = (change: (copy: EvidencePack) => void = () => {}) =>
    found((copy) => {
      delete copy.subject.version;
      copy.evidence = copy.evidence.filter(({ type }) => type !== 'npm.version');
      valueIn(copy, 'git.releases').chosen = null;
      change(copy);
    });
  assert.deepEqual(without(), []);
  const other = (copy: EvidencePack) => void (valueIn(copy, 'git.files').commit = 'c'.repeat(40));
  assert.deepEqual(without(other), ['its files are those of v1.5.0, not of the main branch']);
  assert.deepEqual(
    without((copy) => {
      other(copy);
      copy.evidence = copy.evidence.filter(({ type }) => type !== 'git.history');
    }),
    [],
    'where no history was read',
  );
  assert.deepEqual(
    without((copy) => void (valueIn(copy, 'git.releases').chosen = 'v1.5.0')),
    ['its chosen release is v1.5.0, not none'],
  );
});

test('the chosen release, and what registries say, are of the version', () => {
  const chosen = (tag: string | null) => found((copy) => void (valueIn(copy, 'git.releases').chosen = tag));
  assert.deepEqual(chosen(null), []);
  assert.deepEqual(chosen('v1.4.0'), ['its chosen release is v1.4.0, not 1.5.0']);
  assert.deepEqual(
    found((copy) => void (valueIn(copy, 'npm.version').version = '1.4.0')),
    ["the registry's facts are of 1.4.0"],
  );
  const answer = (version: string) =>
    found((copy) => add(copy, 'depsdev.version', { name: 'tool', version }));
  assert.deepEqual(answer('v1.5.0'), []);
  assert.deepEqual(answer('1.4.0'), ["deps.dev's facts are of 1.4.0"]);
});
