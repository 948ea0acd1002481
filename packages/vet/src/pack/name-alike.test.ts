import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from '../facts/fact.ts';
import { nameAlike } from './name-alike.ts';

const at = (location: string, type: string, proof: string[] = [], id = type) =>
  ({
    id,
    type,
    source: { kind: type === 'osv.records' ? 'osv-file' : 'release', location },
    value: { proof },
  }) as unknown as Fact;

/** Two release files with a signature of each, as the pack numbers them. */
const pack = (one: string, other: string) => [
  at(one, 'release.artefact'),
  at(one, 'release.signature', ['one.sig']),
  at(other, 'release.artefact', [], 'release.artefact-2'),
  at(other, 'release.signature', ['other.sig'], 'release.signature-2'),
];

const TABLE: [why: string, inPack: Fact[], read: string, artefact: string, asked: string][] = [
  ['the same place', pack('/a/one', '/a/other'), '/a/other.yaml', '/a/other', '/a/other.yaml'],
  ['another machine', pack('/a/one', '/a/other'), '/home/b/other.yaml', '/home/b/other', '/a/other.yaml'],
  ['artefacts of one name', pack('/a/x86/tool', '/a/arm/tool'), '/b/arm.yaml', '/b/arm/tool', '/a/arm.yaml'],
  ['release files of one name', pack('/a/1/tool', '/a/2/tool'), '/b/r.yaml', '/b/tool', '/a/2/r.yaml'],
  ['named from where it was made', pack('/a/1/tool', '/a/2/tool'), '/b/r.yaml', '/b/tool', '2/r.yaml'],
  ['an artefact above', pack('/a/one', '/a/dist/other'), '/b/x/r.yaml', '/b/dist/other', '/a/x/r.yaml'],
  ['two releases of one artefact', pack('/a/tool', '/a/tool'), '/b/other.yaml', '/b/tool', '/a/other.yaml'],
];
for (const [why, inPack, read, artefact, asked] of TABLE)
  test(`the second of two release files is told, without the first: ${why}`, () => {
    const facts = [at(artefact, 'release.signature', ['other.sig'])];
    nameAlike(facts, inPack, new Map([[read, asked]]));
    assert.equal(facts[0]?.id, 'release.signature-2');
  });

test('what the pack has nothing of is taken for none of its facts', () => {
  const facts = [at('/b/strange', 'release.artefact'), at('/b/one', 'release.artefact')];
  nameAlike(facts, pack('/a/one', '/a/other').slice(0, 2), new Map([['/b/one.yaml', '/a/one.yaml']]));
  assert.equal(facts[1]?.id, 'release.artefact');
  assert.equal(facts[0]?.id, 'release.artefact-2');
});

test('a file that the reader named is the pack’s of that path, and no other of its name', () => {
  const facts = [at('/b/all.zip', 'osv.records')];
  const inPack = [
    at('/a/npm/all.zip', 'osv.records'),
    at('/a/go/all.zip', 'osv.records', [], 'osv.records-2'),
  ];
  nameAlike(facts, inPack, new Map([['/b/all.zip', '/a/go/all.zip']]));
  assert.equal(facts[0]?.id, 'osv.records-2');
});

test('several facts of one place are the pack’s in their order; one too many is none of them', () => {
  const inPack = [
    at('/a/one', 'release.artefact', [], 'first'),
    at('/a/one', 'release.artefact', [], 'second'),
  ];
  const facts = [1, 2, 3].map(() => at('/a/one', 'release.artefact'));
  nameAlike(facts, inPack, new Map());
  assert.deepEqual(
    facts.map(({ id }) => id),
    ['first', 'second', 'release.artefact'],
  );
});

test('strangers of one type are told apart among each other, too', () => {
  const facts = [
    at('/b/x', 'release.artefact'),
    at('/b/y', 'release.artefact'),
    at('/a/one', 'release.artefact'),
  ];
  nameAlike(facts, [at('/a/one', 'release.artefact')], new Map());
  assert.deepEqual(
    facts.map(({ id }) => id),
    ['release.artefact-2', 'release.artefact-3', 'release.artefact'],
  );
});

test('only what a release file names is looked for elsewhere, among facts of its own type', () => {
  const [record] = [at('/b/all.zip', 'osv.records')];
  nameAlike([record], [at('/a/all.zip', 'osv.records', [], 'osv.records-9')], new Map());
  assert.equal(record.id, 'osv.records');
  const artefact = at('/b/tool', 'release.artefact');
  const inPack = [
    at('/b/tool', 'release.signature', [], 'signature'),
    at('/a/tool', 'release.artefact', [], 'artefact'),
  ];
  nameAlike([artefact], inPack, new Map());
  assert.equal(artefact.id, 'artefact');
});

test('what lies where the pack has it is that, whatever else agrees', () => {
  const artefact = at('/a/tool', 'release.artefact');
  const inPack = [
    at('/z/tool', 'release.artefact', [], 'other'),
    at('/a/tool', 'release.artefact', [], 'own'),
  ];
  nameAlike([artefact], inPack, new Map([['/a/r.yaml', '/z/r.yaml']]));
  assert.equal(artefact.id, 'own');
});
