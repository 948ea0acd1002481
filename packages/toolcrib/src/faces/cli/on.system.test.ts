// What is typed without eval, on a terminal of its own: needs script(1).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CLI, NODE } from '../../testing/programs.ts';

const home = mkdtempSync(join(tmpdir(), 'tc-on-terminal-'));
after(() => rmSync(home, { recursive: true }));

for (const command of ['on', 'off'])
  test(`toolcrib ${command} on a terminal: nothing is changed, nothing is started, and the line to type is there`, () => {
    const line = [process.execPath, ...NODE, CLI, command].map((word) => `'${word}'`).join(' ');
    const { stdout, status } = spawnSync('script', ['-qec', line, '/dev/null'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: home, SHELL: '/bin/bash', TERM: 'dumb' },
    });
    assert.equal(status, 2, stdout);
    assert.match(stdout, /toolcrib: Nothing was changed: no program can change the shell that/);
    assert.ok(stdout.includes(`\n  eval "$(toolcrib ${command})"`), stdout);
    assert.doesNotMatch(stdout, /export|unset/);
    assert.ok(!existsSync(join(home, '.local')), 'nothing is left in the home');
  });
