import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import { assignments, fishQuoted, quoted, type Shell, shellOf } from './shell.ts';

const SHELLS: Shell[] = ['bash', 'zsh', 'fish', 'sh'];

test('the shell is that of SHELL, or the one named; others are asked about', () => {
  assert.equal(shellOf(undefined, { SHELL: '/usr/local/bin/fish' }), 'fish');
  assert.equal(shellOf('zsh', { SHELL: '/bin/bash' }), 'zsh');
  for (const [given, SHELL] of [
    [undefined, undefined],
    [undefined, '/usr/bin/nu'],
    ['powershell', '/bin/bash'],
    ['constructor', '/bin/bash'],
  ] as const) {
    assert.throws(() => shellOf(given, { SHELL }, 1), { code: 'usage', exitCode: 2 });
  }
});

test('without SHELL it is the shell that asks: the nearest one above', async () => {
  for (const shell of SHELLS) {
    if (spawnSync(shell, ['-c', 'true']).error) continue;
    const asking = spawn(shell, ['-c', 'read line; true'], { stdio: ['pipe', 'ignore', 'ignore'] });
    try {
      await once(asking, 'spawn');
      assert.equal(shellOf(undefined, {}, asking.pid), shell);
      assert.equal(shellOf(undefined, { SHELL: '/bin/bash' }, asking.pid), 'bash', 'SHELL goes before');
    } finally {
      asking.stdin?.end('\n');
    }
    await once(asking, 'exit');
  }
});

test('every shell that speaks the language of one is taken for it', () => {
  for (const [name, shell] of [
    ['dash', 'sh'],
    ['ksh', 'sh'],
    ['ash', 'sh'],
    ['sh', 'sh'],
    ['bash', 'bash'],
  ] as const) {
    assert.equal(shellOf(name, {}), shell);
    assert.equal(shellOf(undefined, { SHELL: `/bin/${name}` }), shell);
  }
});

test('what is asked back says why, and what to type', () => {
  assert.throws(() => shellOf(undefined, {}, 1), { message: /SHELL is not set, and no shell is above/ });
  assert.throws(() => shellOf('nu', {}, 1), { message: /the shell nu is not known/, next: /--shell bash/ });
});

test('a word comes out of its quotes as it went in, whatever is in it', () => {
  const shells = SHELLS.filter((shell) => !spawnSync(shell, ['-c', 'true']).error);
  const nasty = ["it's", '$HOME `x` "y"', 'a\\b', "\\'", 'line\nline', '', '!!', '*', '~', 'é %s'];
  for (const shell of shells) {
    const quote = shell === 'fish' ? fishQuoted : quoted;
    const words = nasty.map(quote).join(' ');
    const { stdout } = spawnSync(shell, ['-c', `printf '%s\\0' ${words}`], { encoding: 'utf8' });
    assert.deepEqual(stdout.split('\0').slice(0, -1), nasty, shell);
  }
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 20 }), (given) => {
      const texts = given.map((text) => text.replaceAll('\0', ''));
      const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${texts.map(quoted).join(' ')}`], {
        encoding: 'utf8',
      });
      assert.deepEqual(stdout.split('\0').slice(0, -1), texts);
    }),
    { numRuns: 20 },
  );
});

test('lines for eval, in the language of each', () => {
  const variables = { A: "it's", B: undefined };
  for (const shell of ['bash', 'zsh', 'sh'] as const) {
    assert.equal(assignments(shell, variables), "export A='it'\\''s';\nunset B;");
  }
  assert.equal(assignments('fish', variables), "set -gx A 'it\\'s';\nset -e B;");
});
