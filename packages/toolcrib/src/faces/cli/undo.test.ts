import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anAct, aRequest, aSoften } from '@toolcrib/guard/journal/testing/records.ts';
import type { UndoRecord } from '@toolcrib/model';
import { type RunningSandbox, startSandbox } from '@toolcrib/sandbox';
import { type GuardHome, guardHome } from '../../testing/running-guard.ts';
import { exitOf } from './undo.ts';

// The real command line over a journal that a guard left, and a real cluster; no guard runs.

let cluster: RunningSandbox;
let home: GuardHome;
const softened = { actId: 'act-overdue', requestId: 'req-overdue', state: 'softened' } as const;
before(async () => {
  cluster = await startSandbox({ name: 'prod', controllers: false, podStartMs: 20 });
  home = guardHome(cluster.kubeconfig());
  const journal = home.journal();
  for (const id of ['act-overdue', 'act-refused', 'act-empty']) await journal.saveAct(anAct({ id }));
  await journal.saveRequest(aRequest({ id: 'req-refused', actId: 'act-refused', state: 'refused' }));
  await journal.saveRequest(aRequest({ id: 'req-overdue', actId: 'act-overdue', state: 'softened' }));
  await journal.saveSoften(aSoften({ ...softened, finishAfter: 1_000 }));
  await journal.close();
});
after(async () => {
  home?.remove();
  await cluster?.close();
});

const result = (...results: UndoRecord['results'][number]['result'][]) =>
  exitOf(results.map((one) => ({ what: 'Pod shop/a', result: one })));

test('what is not back is a no, what can’t be told is neither, and the no is the worse', () => {
  assert.deepEqual(
    [result(), result('done', 'unchanged', 'skipped'), result('done', 'failed'), result('conflict')],
    [0, 0, 1, 1],
  );
  assert.deepEqual([result('done', 'unknown'), result('unknown', 'conflict')], [3, 1]);
});

test('an act that took nothing leaves nothing to undo, and that is no failure', async () => {
  const empty = await home.cli('undo', 'act-empty', '--same-cluster');
  assert.equal(empty.code, 0, empty.stderr);
  assert.match(
    empty.stdout,
    /^ {2}unchanged {2}the cluster of context prod {2}\S+ says that it is the same\n$/,
  );
  const said = await home.cli('undo', 'act-refused');
  assert.equal(said.code, 0, said.stderr);
  assert.match(said.stdout, /^ {2}unchanged {2}DELETE .*\/kafka {2}it took nothing: the guard refused it\n$/);
  const value = JSON.parse((await home.cli('undo', 'act-refused', '-o', 'json')).stdout);
  assert.deepEqual(
    [value.actId, value.kind, value.results.map((one: { result: string }) => one.result)],
    ['act-refused', 'undo', ['unchanged']],
  );
});

test('an act that is not there', async () => {
  for (const verb of ['undo', 'finish']) {
    const said = await home.cli(verb, 'act-none');
    assert.deepEqual([said.code, said.stdout], [2, ''], verb);
    assert.match(said.stderr, /act-none/);
  }
});

test('what is long overdue is not finished unasked, and where nobody can be asked that is the answer', async () => {
  const said = await home.cli('finish', 'act-overdue');
  assert.equal(said.code, 1, said.stdout + said.stderr);
  assert.match(said.stderr, /^toolcrib: StatefulSet shop\/kafka should have been finished by 1970-01-01/);
  assert.match(said.stderr, /confirm the finish or undo the act/);
  const done = await home.cli('finish', 'act-overdue', '--overdue', '-o', 'json');
  assert.equal(done.code, 0, done.stderr);
  const [record] = JSON.parse(done.stdout);
  assert.deepEqual([record.actId, record.kind], ['act-overdue', 'finish']);
  const again = await home.cli('finish', 'act-overdue', '--overdue');
  assert.equal(again.code, 1, 'nothing of it waits any more');
});
