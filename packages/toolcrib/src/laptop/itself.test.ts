import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { asStarted, inheritedOptions, inPath, itself } from './itself.ts';

// What the single executable says here is tried by starting one: scripts/binary.system.test.ts.

test('the guard runs as its starter does, without test runner or debugger', () => {
  assert.deepEqual(
    inheritedOptions([
      '--conditions=toolcrib-source',
      '--test',
      '--inspect=9229',
      '-C',
      'x',
      '--no-warnings',
      '-e',
      '1',
    ]),
    ['--conditions=toolcrib-source', '--conditions=x', '--no-warnings'],
  );
});

test('the command line is started by its file, with what it is asked', () => {
  const [program, args] = itself('command', ['--version']);
  assert.match(execFileSync(program, args, { encoding: 'utf8' }), /^\d+\.\d+\.\d+\n$/);
});

test('a part is a file that is there, and the arguments come after it', () => {
  const [, args] = itself('guard-main', ['a']);
  assert.match(args.join(' '), /compose\/guard-main\.(ts|js) a$/);
});

test('as it was started: Node, its options, the file', () => {
  assert.deepEqual(asStarted(), [process.execPath, ...process.execArgv, process.argv[1]]);
});

test('by its name in PATH where that leads to it, and to no other program of that name', () => {
  const root = mkdtempSync(join(tmpdir(), 'toolcrib-itself-'));
  try {
    const [cellar, other, bin] = ['Cellar/0.2.0', 'other', 'bin'].map((name) => {
      mkdirSync(join(root, name), { recursive: true });
      return join(root, name);
    }) as [string, string, string];
    writeFileSync(join(cellar, 'toolcrib'), '');
    writeFileSync(join(other, 'toolcrib'), '');
    symlinkSync(join(cellar, 'toolcrib'), join(bin, 'toolcrib'));
    const program = join(cellar, 'toolcrib');
    assert.equal(inPath([other, join(root, 'none'), bin, cellar].join(':'), program), join(bin, 'toolcrib'));
    assert.equal(inPath(`${other}:.:`, program), undefined);
  } finally {
    rmSync(root, { recursive: true });
  }
});
