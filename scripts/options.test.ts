import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

/** What it says where it is given that, in a process of its own. Milliseconds: whoever goes on is at work by then. */
function said(script: string, ...words: string[]) {
  const args = ['--conditions=toolcrib-source', '--no-warnings', script, ...words];
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env,
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

const SCRIPTS = [
  'scripts/plant-fault.ts',
  'scripts/check.ts',
  'scripts/docs.ts',
  'scripts/schemas.ts',
  'scripts/named-tests.ts',
  'scripts/sabotage.ts',
  'scripts/test.ts',
  'conformance/run.ts',
  'bench/run.ts',
  'deep/run.ts',
];
for (const script of SCRIPTS) {
  test(`${script}: an option that there is not ends it with 2 and a line, before anything is done`, () => {
    const { status, stdout, stderr } = said(script, '--no-such');
    assert.deepEqual([status, stdout], [2, ''], stderr);
    assert.match(stderr, /--no-such/);
    assert.match(stderr, /^[^\n]+\n$/);
  });
}

test('a number that is none is told with its option', () => {
  for (const [script, ...words] of [
    ['scripts/plant-fault.ts', 'x.ts', '--count', '0'],
    ['scripts/plant-fault.ts', 'x.ts', '--seed', ''],
    ['deep/run.ts', 'promise', '--count', '1e3'],
  ] as const) {
    const { status, stderr } = said(script, ...words);
    assert.equal(status, 2, stderr);
    assert.match(stderr, /^--(count|seed) takes a whole number[^\n]*\n$/);
  }
});

test('a file that is not there is no stack either', () => {
  const { status, stderr } = said('scripts/plant-fault.ts', 'packages/no/such.ts');
  assert.deepEqual([status, stderr], [2, 'There is no file packages/no/such.ts.\n']);
});
