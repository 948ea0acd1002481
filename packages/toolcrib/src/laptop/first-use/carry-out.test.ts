import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { patient } from '../doctor/testing/patient.ts';
import { carryOut, setupRecord, type Yes } from './carry-out.ts';
import { planSetup } from './plan.ts';

function aHome(rc?: string) {
  const one = patient({ SHELL: '/bin/bash' }, rc === undefined ? {} : { '.bashrc': rc });
  const bin = join(one.home, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'toolcrib'), '#!/bin/sh\n');
  chmodSync(join(bin, 'toolcrib'), 0o755);
  const here = { ...one, env: { ...one.env, PATH: bin } };
  const rcPath = join(one.home, '.bashrc');
  const plan = () => planSetup(here, ['prod'], { modes: {} });
  return { here, plan, rcPath, rc: () => readFileSync(rcPath, 'utf8') };
}
const yes = (...to: (keyof Yes)[]): Yes => ({
  policy: to.includes('policy'),
  hook: to.includes('hook'),
  completion: to.includes('completion'),
});

test('exactly what was shown is written, and nothing without its yes', () => {
  const { here, plan, rc, rcPath } = aHome('mine\n');
  assert.deepEqual(carryOut(here, plan(), yes()), []);
  assert.equal(rc(), 'mine\n');
  assert.ok(!existsSync(here.paths.policy) && !existsSync(here.paths.setup));
  const shown = plan();
  assert.deepEqual(carryOut(here, shown, yes('policy', 'hook')), [here.paths.policy, rcPath]);
  assert.equal(readFileSync(here.paths.policy, 'utf8'), shown.policy.text);
  assert.deepEqual(rc().split('\n').slice(2, -2), shown.shell.hook.lines);
  assert.ok(!rc().includes('completion'));
  assert.deepEqual(setupRecord(here.paths)?.files, [rcPath]);
});

test('once more adds what is missing, in the same place; a third time there is nothing to do', () => {
  const { here, plan, rc } = aHome('mine');
  carryOut(here, plan(), yes('hook'));
  carryOut(here, plan(), yes('policy', 'hook', 'completion'));
  const text = rc();
  assert.equal(text.match(/>>> toolcrib setup/g)?.length, 1);
  assert.match(
    text,
    /^mine\n# >>> toolcrib setup \[joined\] >>>\nif .*\n.*toolcrib on.*\nfi\nif .*\n.*completion bash.*\nfi\n# <<< toolcrib setup <<<\n$/,
  );
  assert.deepEqual(carryOut(here, plan(), yes('policy', 'hook', 'completion')), []);
  assert.equal(rc(), text);
});

test('what fails in the middle leaves nothing of it', () => {
  const { here, plan, rc, rcPath } = aHome('mine\n');
  const shown = plan();
  // Read-only since it was shown.
  chmodSync(rcPath, 0o444);
  assert.throws(() => carryOut(here, shown, yes('policy', 'hook')), { code: 'bad-file' });
  assert.equal(rc(), 'mine\n');
  assert.ok(!existsSync(here.paths.policy) && !existsSync(here.paths.setup));
});

test('a guard.yaml that came since it was shown is never written over', () => {
  const { here, plan } = aHome();
  const shown = plan();
  mkdirSync(here.paths.state, { recursive: true, mode: 0o700 });
  writeFileSync(here.paths.policy, 'theirs');
  assert.throws(() => carryOut(here, shown, yes('policy')), { code: 'conflict' });
  assert.equal(readFileSync(here.paths.policy, 'utf8'), 'theirs');
});

test('a record that is damaged is none', () => {
  const { here } = aHome();
  mkdirSync(here.paths.state, { recursive: true, mode: 0o700 });
  for (const text of ['', '[]', '{"version":2}', '] no']) {
    writeFileSync(here.paths.setup, text);
    assert.equal(setupRecord(here.paths), undefined);
  }
});
