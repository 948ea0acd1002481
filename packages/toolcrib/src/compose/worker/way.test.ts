import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { loadKey, openJournal, type SqliteJournal } from '@toolcrib/guard/journal';
import { aHold, anAct, anUndo, aRequest, aSoften } from '@toolcrib/guard/journal/testing/records.ts';
import { leaseView } from '@toolcrib/guard/lease/lease';
import { judgements } from '@toolcrib/guard/port/judgements';
import type { FromJudge } from '@toolcrib/guard/port/messages';
import { asked as askedFor } from '@toolcrib/guard/testing/way.ts';
import { type Cluster, type Effect, ToolcribError } from '@toolcrib/model';
import { policyFile } from '../../laptop/policy-file.ts';
import { systemClock } from '../../laptop/system-clock.ts';
import { recalls } from '../recalls.ts';
import { ownDesk } from './desk.ts';
import { type Way, wayOver } from './way.ts';

// A real journal, a real desk and the real parts of a way; the threads at its ends are played, and no cluster answers.

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-way-'));
const clock = systemClock;
const posted: FromJudge[] = [];
const counted: number[] = [];
const asked: string[] = [];
let journal: SqliteJournal;
let way: Way;
function makeWay(): Way {
  const lease = leaseView(
    { journal, clock },
    { guard: 'guard-1', until: clock.now() + 600_000, inherited: [] },
  );
  const desk = ownDesk({ journal, lease }, clock, [], () => undefined);
  return wayOver({
    opened: {
      journal,
      lease,
      policy: policyFile(join(folder, 'guard.yaml')),
      cluster(context) {
        asked.push(context);
        throw new ToolcribError('unreachable', 'no cluster');
      },
      close: async () => undefined,
    },
    desk,
    running: judgements(() => undefined),
    recalling: recalls((call, actId) => posted.push({ type: 'recall', call, actId })),
    clock,
    startedAt: clock.now(),
    env: {},
    policyPath: join(folder, 'guard.yaml'),
    post: (message) => posted.push(message),
    unsettled: (count) => counted.push(count),
  });
}
before(async () => {
  journal = openJournal({ folder, key: loadKey({ folder, env: {} }), clock });
  await journal.renewLease('guard-1', clock.now() + 600_000);
  way = makeWay();
});
after(async () => {
  way?.windows.close();
  way?.settle.close();
  await way?.thinking.close();
  await journal?.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  posted.length = 0;
  counted.length = 0;
});

test('of a journal in which nothing is open nobody is told anything', () => {
  assert.deepEqual([posted, counted, asked], [[], [], []]);
});

test('a cluster is asked for by its name, and what it refuses is said', async () => {
  await assert.rejects(way.deps.clusterFor('prod'), { code: 'unreachable' });
  assert.deepEqual(asked, ['prod']);
});

test('while a request waits for a person the door knows, and knows when it waits no more', async () => {
  const hold = aHold({
    code: 'AAAAA',
    requestId: 'request-1',
    createdAt: clock.now(),
    expiresAt: clock.now() + 600_000,
    state: 'open',
  });
  const placed = way.deps.desk.place(hold, 600_000);
  assert.deepEqual(posted, [{ type: 'waiting', id: 'request-1', code: 'AAAAA' }]);
  await way.deps.desk.answer('AAAAA', { as: 'denied', by: 'aiko' }, 1_000);
  await placed;
  assert.deepEqual(posted.at(-1), { type: 'waiting', id: 'request-1' });
});

test('what is softened has the door judge creates into it, as soon as that is told', async () => {
  await journal.saveAct(anAct({ id: 'act-soft' }));
  await journal.saveRequest(aRequest({ id: 'soft', actId: 'act-soft', state: 'softened' }));
  await journal.saveSoften(
    aSoften({
      actId: 'act-soft',
      requestId: 'soft',
      state: 'softened',
      guard: 'guard-1',
      finishAfter: clock.now() + 600_000,
    }),
  );
  await way.deps.windowOpened();
  const watches = posted.flatMap((message) => (message.type === 'create-watches' ? message.keys : []));
  assert.equal(watches.length, 1);
  assert.match(watches[0] ?? '', /statefulsets.*shop|shop.*statefulsets/);
});

test('what nobody knows what became of is counted for who asks', async () => {
  await journal.saveRequest(
    aRequest({ id: 'left', actId: 'act-soft', state: 'unsettled', guard: 'guard-1' }),
  );
  await way.settle.pass();
  assert.deepEqual(counted, [1]);
});

const effect: Effect = {
  verb: 'delete',
  target: { group: '', version: 'v1', resource: 'configmaps', namespace: 'default', name: 'x' },
  options: {},
  dryRun: false,
};

test('what a person was asked, or said no to, holds an act together although its undo would end it', async () => {
  const next = async (program: string) => {
    const request = askedFor('DELETE', '/api/v1/namespaces/default/configmaps/x', {
      headers: { 'user-agent': program },
    });
    return (await way.deps.acts.assign(request, effect)).act;
  };
  const undoneAct = async (program: string) => {
    const act = await next(program);
    await journal.saveAct(act);
    await journal.saveUndo(anUndo({ id: `undo-${program}`, actId: act.id }));
    return act.id;
  };
  const ask = (actId: string, code: string) =>
    way.deps.desk.place(
      aHold({ code, actId, createdAt: clock.now(), expiresAt: clock.now() + 600_000, state: 'open' }),
      600_000,
    );
  const free = await undoneAct('free/1');
  assert.notEqual((await next('free/1')).id, free);
  const held = await undoneAct('held/1');
  void ask(held, 'HELDD');
  assert.equal((await next('held/1')).id, held);
  const denied = await undoneAct('denied/1');
  const answered = ask(denied, 'DENYY');
  way.deps.desk.answer('DENYY', { as: 'denied', by: 'aiko' }, 1_000);
  await answered;
  assert.equal((await next('denied/1')).id, denied);
});

test('a softened act whose time has come is finished, and its cluster asked for that', async () => {
  asked.length = 0;
  await journal.saveAct(anAct({ id: 'act-due', context: 'due' }));
  await journal.saveSoften(
    aSoften({
      actId: 'act-due',
      requestId: 'due',
      context: 'due',
      state: 'softened',
      guard: 'guard-1',
      finishAfter: clock.now() - 1,
    }),
  );
  // Another life of the same journal looks at once.
  const again = makeWay();
  while (!asked.includes('due')) await new Promise(setImmediate);
  again.windows.close();
  again.settle.close();
  await again.thinking.close();
});

test('marks are looked for in the cluster that is named, by the act, and none are left of none', async () => {
  const selectors: (string | undefined)[] = [];
  const list: Cluster['list'] = async (_, query) => {
    selectors.push(query?.labelSelector);
    return [];
  };
  assert.equal(await way.deps.unmark({ list } as Cluster, aSoften({ actId: 'act-marked' }), true), 0);
  assert.ok(
    selectors.length > 0 && selectors.every((one) => one?.endsWith('=act-marked')),
    String(selectors),
  );
});
