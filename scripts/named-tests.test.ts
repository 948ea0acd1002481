import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { testsOf, wantsTest } from './named-tests.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-named-'));
after(() => rmSync(root, { recursive: true }));

function put(file: string, text = ''): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

test('a test of its name, or of its name and a situation, stands beside the source', () => {
  for (const file of ['way.ts', 'way.test.ts', 'way.alone.test.ts', 'way-out.test.ts', 'deep/way.test.ts'])
    put(`packages/a/src/${file}`);
  assert.deepEqual(testsOf(root, 'packages/a/src/way.ts'), [
    'packages/a/src/way.alone.test.ts',
    'packages/a/src/way.test.ts',
  ]);
});

test('a contract of its name counts by the tests that run it, and not where none does', () => {
  put('packages/b/src/store.ts');
  put('packages/b/src/store.contract.ts');
  assert.deepEqual(testsOf(root, 'packages/b/src/store.ts'), []);
  put('packages/b/src/sqlite/sqlite.test.ts', "import { storeContract } from '../store.contract.ts';\n");
  put('packages/b/src/sqlite/other.test.ts', "import { other } from './store.contract.ts';\n");
  assert.deepEqual(testsOf(root, 'packages/b/src/store.ts'), ['packages/b/src/sqlite/sqlite.test.ts']);
});

test('a source wants one from 60 lines on, and only where it does something', () => {
  const filled = (lines: number, last: string) => `${'//\n'.repeat(lines - 1)}${last}\n`;
  assert.equal(wantsTest(filled(60, 'export const f = () => 1;')), true);
  assert.equal(wantsTest(filled(59, 'export const f = () => 1;')), false);
  assert.equal(wantsTest(filled(60, 'export type F = () => void;')), false);
});
