import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { circlesOf, faultsOf } from './circles.ts';
import { plantedFaults } from './circles-planted.ts';
import { importsIn, importsOf } from './import-graph.ts';
import { knots } from './knots.ts';

const graph = (arrows: Record<string, string[]>) =>
  new Map(Object.entries(arrows).map(([from, to]) => [from, new Set(to)]));

test('what reaches itself is one knot with all that lies on the way, and only that', () => {
  assert.deepEqual(knots(graph({ a: ['b'], b: ['c', 'd'], c: ['a'], d: ['e'], e: ['d', 'f'], f: [] })), [
    ['a', 'b', 'c'],
    ['d', 'e'],
  ]);
  assert.deepEqual(knots(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [], e: ['e'] })), []);
});

test('the compiler’s list is read: what is imported, by whom, without tests and without packages', () => {
  const explained = [
    'node_modules/zod/index.d.ts',
    "  Imported via 'zod' from file 'src/a.ts' with packageId 'zod/index.d.ts@4.0.0'",
    'src/b.ts',
    "   Imported via './b.ts' from file 'src/a.ts'",
    "   Imported via './b.ts' from file 'src/a.test.ts'",
    "   Matched by include pattern 'src' in 'tsconfig.json'",
    'src/a.ts',
    "  Imported via '../a.ts' from file 'src/testing/c.ts'",
    "  Imported via './a.ts' from file 'src/b.ts'",
  ].join('\n');
  assert.deepEqual(importsIn(explained), graph({ 'src/a.ts': ['src/b.ts'], 'src/b.ts': ['src/a.ts'] }));
});

test('a project of which the compiler names no import is no project without circles', () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-no-imports-'));
  try {
    assert.throws(() => importsOf(folder), /names no import/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the planted circles are found, and nothing else', () => {
  assert.equal(plantedFaults(), undefined);
});

test('the list of known circles only shrinks: a new one is a fault, and so is one that is gone or smaller', () => {
  const imports = graph({ 'p/a.ts': ['p/b.ts'], 'p/b.ts': ['p/c.ts', 'p/a.ts'], 'p/c.ts': ['p/a.ts'] });
  const found = circlesOf(imports);
  const three = { members: ['p/a.ts', 'p/b.ts', 'p/c.ts'] };
  assert.deepEqual(found, [three]);
  assert.equal(faultsOf(found, [three], imports), undefined);
  assert.match(
    faultsOf(found, [], imports) ?? '',
    /a new circle, files: p\/a\.ts p\/b\.ts p\/c\.ts\n {2}p\/a\.ts → p\/b\.ts/,
  );
  assert.match(faultsOf([], [three], graph({})) ?? '', /^no longer this circle.*p\/a\.ts p\/b\.ts p\/c\.ts$/);
  const two = { members: ['p/a.ts', 'p/b.ts'] };
  const smaller = faultsOf([two], [three], imports) ?? '';
  assert.match(smaller, /a new circle, files: p\/a\.ts p\/b\.ts\n/);
  assert.match(smaller, /no longer this circle/);
});
