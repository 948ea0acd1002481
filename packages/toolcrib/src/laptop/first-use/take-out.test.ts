import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesBelow, patient } from '../doctor/testing/patient.ts';
import { carryOut } from './carry-out.ts';
import { planSetup } from './plan.ts';
import type { RcShell } from './shell-lines.ts';
import { addedBySetup, takeOut } from './take-out.ts';

const FILES = { bash: '.bashrc', zsh: '.zshrc', fish: '.config/fish/config.fish' } as const;

function aHome(files: Record<string, string>, env: Record<string, string> = {}) {
  const one = patient({ SHELL: '/bin/bash', ...env }, files);
  const bin = join(one.home, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'toolcrib'), '#!/bin/sh\n');
  chmodSync(join(bin, 'toolcrib'), 0o755);
  return { ...one, env: { ...one.env, PATH: bin } };
}
const all = { policy: true, hook: true, completion: true };
const setUp = (here: ReturnType<typeof aHome>, shell: RcShell = 'bash') =>
  carryOut(here, planSetup(here, ['prod'], { modes: {}, shell }), all);
/** But for our own state, which uninstall removes by itself. */
const without = (here: ReturnType<typeof aHome>) =>
  filesBelow(here.home).filter((line) => !line.startsWith(`${here.paths.state}`));

for (const shell of ['bash', 'zsh', 'fish'] as const) {
  for (const [what, text] of Object.entries({
    'no file': undefined,
    'an empty one': '',
    'one as usual': 'export A=1\n',
    'one without a last line’s end': 'export A=1',
    'one with CRLF': 'export A=1\r\nexport B=2\r\n',
    'one with CRLF and no last line’s end': 'export A=1\r\nexport B=2',
    'one that is no text': '\u0000\u00ff\n\n',
  })) {
    test(`${shell}, ${what}: set up and taken out, every file is byte for byte what it was, and nothing is left`, () => {
      const here = aHome(text === undefined ? {} : { [FILES[shell]]: text });
      const before = without(here);
      assert.equal(setUp(here, shell).length, 2);
      assert.notDeepEqual(without(here), before);
      const shown = addedBySetup(here);
      assert.deepEqual(
        shown.lines.map(({ path }) => path),
        [join(here.home, FILES[shell])],
      );
      assert.equal(shown.policy, here.paths.policy);
      assert.deepEqual(takeOut(here), []);
      assert.deepEqual(without(here), before);
      assert.ok(!existsSync(here.paths.policy));
      assert.deepEqual(addedBySetup(here).lines, []);
    });
  }
}

test('through a link, in a file that has another place by now, and without any record', () => {
  const here = aHome({ 'dotfiles/bashrc': 'a' });
  symlinkSync('dotfiles/bashrc', join(here.home, '.bashrc'));
  setUp(here);
  rmSync(here.paths.setup);
  takeOut(here);
  assert.equal(readFileSync(join(here.home, 'dotfiles/bashrc'), 'utf8'), 'a');
  const moved = aHome({}, {});
  const zdot = { ...moved, env: { ...moved.env, ZDOTDIR: join(moved.home, 'zdot') } };
  setUp(zdot, 'zsh');
  assert.ok(existsSync(join(moved.home, 'zdot/.zshrc')));
  takeOut(moved);
  assert.ok(!existsSync(join(moved.home, 'zdot')));
});

test('what the person changed since stays theirs: lines around ours, and a guard.yaml', () => {
  const here = aHome({ '.bashrc': 'a' });
  setUp(here);
  const rc = join(here.home, '.bashrc');
  writeFileSync(rc, `first\n${readFileSync(rc, 'utf8')}last\n`);
  writeFileSync(here.paths.policy, `${readFileSync(here.paths.policy, 'utf8')}# mine\n`);
  assert.equal(addedBySetup(here).policy, undefined);
  takeOut(here);
  assert.equal(readFileSync(rc, 'utf8'), 'first\na\nlast\n');
  assert.match(readFileSync(here.paths.policy, 'utf8'), /# mine\n$/);
});

test('lines that somebody has copied go, each of them; below a mark without its end nothing does', () => {
  const here = aHome({ '.bashrc': 'a\n' });
  setUp(here);
  const rc = join(here.home, '.bashrc');
  const whole = readFileSync(rc, 'utf8');
  writeFileSync(rc, `${whole}between\n${whole}b\n`);
  assert.equal(addedBySetup(here).lines[0]?.lines.filter((line) => line.includes('toolcrib on')).length, 2);
  assert.deepEqual(takeOut(here), []);
  assert.equal(readFileSync(rc, 'utf8'), 'a\nbetween\na\nb\n');
  const torn = `${whole.replace(/^# <<<.*\n/m, '')}mine\n${whole}`;
  writeFileSync(rc, torn);
  assert.match(addedBySetup(here).stays[0]?.why ?? '', /a mark is missing/);
  takeOut(here);
  assert.equal(readFileSync(rc, 'utf8'), torn);
});

test('what can not be taken out is named, and left as it is', () => {
  const here = aHome({ '.bashrc': 'a\n' });
  setUp(here);
  const rc = join(here.home, '.bashrc');
  const whole = readFileSync(rc, 'utf8');
  chmodSync(rc, 0o444);
  assert.match(addedBySetup(here).stays[0]?.why ?? '', /read-only/);
  takeOut(here);
  assert.equal(readFileSync(rc, 'utf8'), whole);
  chmodSync(rc, 0o644);
  writeFileSync(rc, whole.replace(/^# <<<.*\n/m, ''));
  assert.match(addedBySetup(here).stays[0]?.why ?? '', /a mark is missing/);
});
