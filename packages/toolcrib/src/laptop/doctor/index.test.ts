import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { GuardStatus } from '../api/schema.ts';
import { loadPerson } from '../person-kubeconfig.ts';
import { type Check, diagnosisSchema, type Finding, type Patient } from './check.ts';
import { checks, diagnose } from './index.ts';
import { config, filesBelow, patient } from './testing/patient.ts';

const failing = () => Promise.reject(new Error('The journal is damaged.'));
const status = (more: Partial<GuardStatus> = {}): GuardStatus => ({
  version: '0.0.1',
  pid: 1,
  port: 1,
  startedAt: 1,
  contexts: [{ context: 'prod', mode: 'enforce' }],
  held: 1,
  journal: 'no space left on device',
  unsettled: 1,
  ending: null,
  policy: { file: null, error: 'guard.yaml:1:1: no.', rules: [], disabled: [] },
  softened: [{ actId: 'act-1', what: 'Deployment shop/web', finishAfter: 1, state: 'overdue' }],
  ...more,
});
const withPerson = (one: Patient): Patient => ({ ...one, person: loadPerson(one.paths, one.env, one.home) });

/** Machines on which little is as it should be. */
const ruined: Record<string, () => Patient> = {
  'nothing is there': () => patient(),
  'the cluster is gone, and no guard runs': () =>
    withPerson(patient({ PATH: '/none' }, { '.kube/config': config('https://127.0.0.1:1') })),
  'the guard is alive, and unwell': () => ({
    ...withPerson(patient({}, { '.kube/config': config('https://127.0.0.1:1') })),
    guard: status(),
  }),
  'the guard does not answer': () => ({ ...patient(), silence: 'It hung up.' }),
  'the journal and guard.yaml are damaged': () => {
    const one = patient({}, { 'state/journal/journal.db': 'no database', 'state/guard.yaml': '] no file' });
    return { ...one, holdings: failing };
  },
  'the kubeconfig is damaged': () => patient({}, { '.kube/config': '] no file' }),
  'a file stands where the state folder would': () => patient({}, { state: 'a file' }),
  'home can only be read': () => {
    const one = patient({ PATH: '/none' });
    chmodSync(one.home, 0o500);
    return one;
  },
  'there is no environment': () => patient({ PATH: '', KUBECONFIG: '', SHELL: '', HOME: '' }),
};

for (const [name, make] of Object.entries(ruined)) {
  for (const check of checks) {
    test(`${name}: ${check.name} says something, throws nothing, changes nothing, and nothing went by a request`, async () => {
      const one = make();
      const before = filesBelow(one.home);
      const found = await check.look(one);
      assert.ok(found.length > 0, 'a line comes of every check');
      for (const { state, text, next } of found) {
        assert.ok(text.length > 10 && /[.)]$/.test(text), text);
        assert.ok(next === undefined || next.length > 5, next);
        if (check.name === 'this terminal' || check.name === 'kubectl') assert.notEqual(state, 'guarded');
      }
      if (check.name === 'programs now' && !one.person)
        assert.deepEqual(
          found.map(({ state }) => state),
          ['unknown'],
        );
      assert.deepEqual(filesBelow(one.home), before);
    });
  }
}

test('a check that fails is told as not known; nothing found and something not known is no all-clear', async () => {
  const broken = { ...patient(), env: new Proxy({}, { get: () => assert.fail('no environment') }) };
  const told = await diagnose(broken as Patient);
  assert.notEqual(told.verdict, 'all-guarded');
  assert.equal(told.terminal, 'unknown');
  assert.deepEqual(
    told.checks.map(({ name }) => name),
    checks.map(({ name }) => name),
  );
  diagnosisSchema.parse(told);
});

const saying = (name: string, state: Finding['state'], aside?: true): Check => ({
  name,
  aside,
  look: async () => [{ state, text: 'So it is.' }],
});

test('one that never ends costs its limit and nothing else', async () => {
  const never: Check = { name: 'never', look: () => new Promise(() => undefined) };
  const { checks: told } = await diagnose(patient(), { limit: 20, asked: [never, saying('b', 'fine')] });
  assert.deepEqual(
    told.map(({ findings }) => findings.map(({ state }) => state)),
    [['unknown'], ['fine']],
  );
  assert.match(told[0]?.findings[0]?.text ?? '', /within 0\.02 s/);
});

test('the verdict: what was found counts wherever it was, what was not told only where it is about this terminal', async () => {
  const verdict = async (...asked: Check[]) => {
    const { verdict, terminal } = await diagnose(patient(), { asked });
    return `${verdict} ${terminal}`;
  };
  const here = saying('this terminal', 'guarded');
  assert.equal(await verdict(here), 'all-guarded guarded');
  assert.equal(await verdict(here, saying('kubectl', 'note')), 'all-guarded guarded');
  assert.equal(await verdict(here, saying('kubectl', 'unknown')), 'not-told unknown');
  assert.equal(await verdict(here, saying('kubectl', 'finding')), 'findings outside');
  assert.equal(await verdict(here, saying('clients', 'unknown', true)), 'all-guarded guarded');
  assert.equal(await verdict(here, saying('shell', 'unknown')), 'not-told guarded');
  assert.equal(await verdict(here, saying('disk', 'fault', true)), 'findings guarded');
  assert.equal(await verdict(here, saying('desktop', 'finding')), 'findings guarded');
  assert.equal(await verdict(saying('desktop', 'guarded')), 'all-guarded unknown');
});

test('what a check does not say of itself is the cautious answer', () => {
  const cautious = checks.filter(({ aside }) => aside === undefined).map(({ name }) => name);
  assert.deepEqual(cautious, [
    'this terminal',
    'kubectl',
    'environment',
    'shell',
    'desktop programs',
    'programs now',
  ]);
  const quoting = checks.filter(({ ownWords }) => ownWords === undefined).map(({ name }) => name);
  assert.deepEqual(quoting, ['environment', 'shell', 'desktop programs', 'programs now', 'softened']);
});

test('a journal is not made by looking for it', async () => {
  const one = patient();
  mkdirSync(join(one.paths.journal), { recursive: true });
  writeFileSync(join(one.paths.journal, 'note'), '');
  const opened = { ...one, holdings: () => assert.fail('it would be made') };
  for (const { findings } of (await diagnose(opened as Patient)).checks)
    for (const { text } of findings) assert.doesNotMatch(text, /would be made/);
});
