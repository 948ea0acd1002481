import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { aHold, anAct, aRequest } from '@toolcrib/guard/journal/testing/records.ts';
import { openSandbox } from '@toolcrib/guard/testing/sandbox-target.ts';
import { playGuard } from '../../testing/played-guard.ts';
import { type GuardHome, guardHome } from '../../testing/running-guard.ts';
import { kinds, linesOf } from './complete.ts';

// The real command line. The guard is played; the journal is a real one.

let home: GuardHome;
before(() => {
  home = guardHome(
    JSON.stringify({
      'current-context': 'prod',
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'aiko', user: { token: 'secret' } }],
      contexts: ['prod', 'arn:aws:eks:eu-1:7:cluster/a', 'my own', 'bad\u001b[2J'].map((name) => ({
        name,
        context: { cluster: 'c', user: 'aiko', ...(name === 'prod' ? { namespace: 'shop' } : {}) },
      })),
    }),
  );
});
after(() => home?.remove());

const asked = async (what: string) => {
  const { code, stdout, stderr } = await home.cli('complete', what);
  assert.deepEqual([code, stderr], [0, ''], what);
  return stdout.split('\n').filter(Boolean);
};

test('where nothing can be told nothing is said, and no guard is started for it', async () => {
  for (const what of ['acts', 'codes']) assert.deepEqual(await asked(what), []);
  assert.ok(!existsSync(home.paths.socket));
  assert.ok(!existsSync(home.paths.journal));
  const direct = home.env.KUBECONFIG ?? '';
  home.env.KUBECONFIG = '/none';
  assert.deepEqual(await asked('contexts'), []);
  home.env.KUBECONFIG = direct;
});

test('contexts and namespaces are those of the terminal’s files; one that a terminal would obey is none', async () => {
  assert.deepEqual(await asked('contexts'), ['prod\tcurrent', 'arn:aws:eks:eu-1:7:cluster/a', 'my own']);
  assert.deepEqual(await asked('namespaces'), ['shop', 'default']);
});

test('acts are the journal’s, the last one first; codes are those that can be answered', async () => {
  const journal = home.journal();
  for (const [at, id] of ['act-bbbbbbb', 'act-ccccccc'].entries()) {
    await journal.saveAct(anAct({ id, title: `delete\tthing ${at}`, startedAt: 1_000 + at }));
    await journal.saveRequest(aRequest({ id: `req-${at}`, actId: id, at: 1_000 + at }));
  }
  journal.close();
  const acts = await asked('acts');
  assert.deepEqual(
    acts.map((line) => line.split('\t')[0]),
    ['act-ccccccc', 'act-bbbbbbb'],
  );
  for (const line of acts) assert.equal(line.split('\t').length, 2, line);
  const guard = await playGuard(home);
  try {
    guard.holds.push(aHold({ code: 'K7QMD', context: 'prod' }));
    const [code = ''] = await asked('codes');
    assert.match(code, /^K7QMD\t.* in prod$/);
  } finally {
    await guard.close();
    rmSync(home.paths.journal, { recursive: true });
  }
});

test('every kind that is offered is served, and ends with the slash that goes before a name', async () => {
  const target = await openSandbox();
  try {
    const { resources } = await target.cluster.resources();
    const served = new Set(
      resources.flatMap(({ kind, shortNames = [] }) => [kind.toLowerCase(), ...shortNames]),
    );
    for (const [word] of await kinds()) {
      assert.ok(word.endsWith('/'), word);
      assert.ok(served.has(word.slice(0, -1)), word);
    }
  } finally {
    await target.close();
  }
});

test('a line is a word and what it is: nothing else in it parts them', () => {
  assert.equal(
    linesOf([['a', 'b\tc\nd'], ['e'], [''], ['f\ng'], ['x\u202ey'], ['h', 'z'.repeat(90)]]),
    `a\tb c d\ne\nh\t${'z'.repeat(60)}\n`,
  );
});
