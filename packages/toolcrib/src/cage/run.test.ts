import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { runGuarded } from './run.ts';

// A run that never gets as far as a guard: which program is meant, and what is said where it can't be started. What a run
// with a guard does stands in end-to-end (two-terminals, run-token, run-again, nobody-himself).

const root = mkdtempSync(join(tmpdir(), 'toolcrib-run-'));
const [folder, { HOME }] = [process.cwd(), process.env];
after(() => {
  process.chdir(folder);
  process.env.HOME = HOME;
  rmSync(root, { recursive: true });
});

process.chdir(root);
process.env.HOME = root;

/** How it ended, and what it said of it. */
async function run(t: TestContext, command: string, env: Record<string, string>) {
  let said = '';
  const write = t.mock.method(process.stderr, 'write', (text: string) => {
    said += text;
    return true;
  });
  const code = await runGuarded([command], { agent: false, env });
  write.mock.restore();
  return { code, said };
}

test('as a shell says it: 127 for what is not found, 126 for what can not be executed', async (t) => {
  mkdirSync(join(root, 'bin', 'folder'), { recursive: true });
  mkdirSync(join(root, 'more'));
  writeFileSync(join(root, 'bin', 'plain'), 'no program', { mode: 0o644 });
  symlinkSync('nowhere', join(root, 'bin', 'dangling'));
  const env = { PATH: `${join(root, 'bin')}:${join(root, 'more')}`, TOOLCRIB_HOME: join(root, 'state') };
  const cases: [command: string, code: number, said: RegExp][] = [
    ['nothing-of-that-name', 127, /^toolcrib run: nothing-of-that-name was not found in PATH\.$/],
    ['./nothing', 127, /^toolcrib run: \.\/nothing was not found\.$/],
    ['dangling', 127, /dangling was not found in PATH/],
    ['folder', 127, /folder was not found in PATH/],
    [join(root, 'bin', 'folder'), 126, /is a folder, or no file that can be executed/],
    ['', 127, /was not found in PATH/],
    // Only the superuser may execute nothing either: the bit counts for everybody.
    ['plain', 126, /^toolcrib run: plain can't be executed \(EACCES\)\.$/],
    ['./bin/plain', 126, /can't be executed \(EACCES\)/],
    ['./bin/plain/below', 126, /can't be executed \(ENOTDIR\)/],
  ];
  for (const [command, code, said] of cases) {
    const ended = await run(t, command, env);
    assert.equal(ended.code, code, `${command}: ${ended.said}`);
    assert.match(ended.said.trim(), said, command);
  }
});

test('what is found later in PATH counts where the first is none; an empty part is this folder', async (t) => {
  const [first, second] = [join(root, 'first'), join(root, 'second')];
  mkdirSync(join(first, 'tool'), { recursive: true });
  mkdirSync(second, { recursive: true });
  writeFileSync(join(second, 'tool'), '#!/bin/sh\ntouch started\n');
  chmodSync(join(second, 'tool'), 0o755);
  // It is found, so it is the guard that is missing: there is nothing to guard.
  for (const PATH of [`${first}:${second}`, '']) {
    if (PATH === '') writeFileSync(join(root, 'tool'), '#!/bin/sh\n', { mode: 0o755 });
    const { code, said } = await run(t, 'tool', { PATH, TOOLCRIB_HOME: join(root, 'state') });
    assert.equal(code, 125, said);
    assert.match(said, /^toolcrib run: There is no context to guard: .*Set KUBECONFIG/);
  }
});
