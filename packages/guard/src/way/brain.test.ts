import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { mayArriveMs, type RequestRecord } from '@toolcrib/model';
import { anAct, aRequest, aSnapshot, aSoften } from '../journal/testing/records.ts';
import type { Outcome } from '../request.ts';
import { handClock } from '../testing/hand-clock.ts';
import { loneLease } from '../testing/lease.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { memoryCluster } from '../undo/testing/memory-cluster.ts';
import { brain, createWatches } from './brain.ts';

const NOW = 1_000_000;
const SENT = 60_000 + mayArriveMs();
const AT = '/api/v1/namespaces/shop/configmaps/a';
const map = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'shop', name, uid: name },
});

/** The thinking part over one ConfigMap, at a time that is moved by hand. */
async function opened(t: TestContext) {
  const hand = handClock(NOW);
  const memory = memoryCluster([map('a')]);
  memory.answers.set(AT, { status: 200, body: map('a') });
  const way = openWay(memory, policyOf('[]'), undefined, hand.clock);
  t.after(() => way.close());
  const told: { what: string; with: unknown }[] = [];
  const note = (what: string) => (given: unknown) => void told.push({ what, with: given });
  let runs = true;
  const lease = { ...loneLease, runs: () => runs, renew: async () => runs, until: () => 77 };
  const deps = {
    ...way.deps,
    lease,
    log: note('logged'),
    lookLater: () => note('look later')(''),
    notifier: { tell: note('notified') },
    letGo: { ...way.deps.letGo, forget: note('forgotten') },
    going: { ...way.deps.going, settled: (id: string, took: boolean) => note('went')([id, took]) },
  };
  const thinking = brain(deps);
  const { journal } = way;
  await journal.saveAct(anAct());
  const stored = async (id = 'req-1', actId = 'act-000001') =>
    (await journal.requests({ actId })).find((one) => one.id === id);
  return {
    deps,
    thinking,
    journal,
    hand,
    told: (what: string) => told.filter((one) => one.what === what).map((one) => one.with),
    stored,
    standStill: () => {
      runs = false;
    },
    /** A request that was kept and handed to the door. */
    async handedOver(more: Partial<RequestRecord> = {}) {
      const id = more.id ?? 'req-1';
      const request = aRequest({ state: 'kept', snapshotId: `snap-${id}`, ...more });
      await journal.keep(aSnapshot({ id: `snap-${id}`, requestId: id }), request);
      deps.onTheWay.handedOver(request);
      return request;
    },
    /** Its end, written down. */
    async end(outcome: Outcome, id = 'req-1') {
      thinking.settled(id, outcome);
      await thinking.close();
      return stored(id);
    },
  };
}

for (const [what, outcome, ends, took, forgotten] of [
  ['a yes', { status: 200, said: 'yes' }, ['answered', 200, undefined], true, []],
  ['a no', { status: 403, said: 'no' }, ['answered', 403, undefined], false, ['req-1']],
  [
    'never sent',
    { notSent: 'its client had gone' },
    ['not-sent', undefined, 'its client had gone'],
    false,
    ['req-1'],
  ],
  [
    'not told to its client',
    { status: 409, said: 'no', untold: true },
    ['answered', 409, 'it had changed since it was seen, so it was judged anew, and nobody was told of this'],
    false,
    ['req-1'],
  ],
] as [string, Outcome, unknown[], boolean, string[]][])
  test(`a certain end is written down: ${what}`, async (t) => {
    const { handedOver, end, told, deps } = await opened(t);
    await handedOver();
    const now = await end(outcome);
    assert.deepEqual([now?.state, now?.status, now?.note], ends);
    assert.deepEqual(told('went'), [['req-1', took]]);
    assert.deepEqual(told('forgotten'), forgotten);
    assert.deepEqual([told('look later'), deps.onTheWay.count()], [[], 0]);
  });

for (const [what, outcome, status, why] of [
  [
    'an answer that is neither',
    { status: 504, said: 'unknown' },
    504,
    'the answer was 504, which is neither a certain yes nor a certain no',
  ],
  ['no answer', { failed: 'the connection broke' }, undefined, 'no answer came (the connection broke)'],
] as [string, Outcome, number | undefined, string][])
  test(`${what}: nobody knows, and the cluster is asked in time`, async (t) => {
    const { handedOver, end, told } = await opened(t);
    await handedOver();
    const now = await end(outcome);
    assert.deepEqual([now?.state, now?.status], ['unsettled', status]);
    assert.deepEqual(now?.unsure, { why, until: NOW + mayArriveMs() });
    assert.equal(told('look later').length, 1);
    assert.deepEqual([told('went'), told('forgotten')], [[['req-1', false]], []]);
  });

test('an end that can not be written down is logged, and the request stays kept', async (t) => {
  const { handedOver, deps, told, stored } = await opened(t);
  await handedOver();
  const saveRequest = async () => {
    throw new Error('locked');
  };
  const thinking = brain({ ...deps, journal: { ...deps.journal, saveRequest } });
  thinking.settled('req-1', { status: 200, said: 'yes' });
  await thinking.close();
  assert.deepEqual(
    [told('logged'), (await stored())?.state],
    [['an outcome could not be written down'], 'kept'],
  );
});

test('a claim whose volumes were retained is settled once its request is written down', async (t) => {
  const { handedOver, end, journal, deps, told } = await opened(t);
  await handedOver();
  const record = aSoften({ how: 'retain-first', volumes: [] });
  await journal.saveSoften(record);
  deps.onTheWay.ifDeleted('req-1', record);
  await end({ status: 200, said: 'yes' });
  assert.equal((await journal.softenings({ actId: 'act-000001' }))[0]?.state, 'softened');
  assert.equal(told('notified').length, 1);
});

test('a create in a window: what it takes over is written down, and what it ends is finished, once the cluster said yes', async (t) => {
  for (const [outcome, done] of [
    [{ status: 201, said: 'yes' }, true],
    [{ status: 409, said: 'no' }, false],
    [{ failed: 'broken' }, false],
  ] as [Outcome, boolean][]) {
    const { deps, journal, told } = await opened(t);
    const finished: unknown[] = [];
    const adopted = [aSoften({ state: 'undone' })];
    const ends = [aSoften({ requestId: 'req-2' }), aSoften({ requestId: 'req-3' })];
    deps.onTheWay.ifCreated('req-9', { adopted, ends });
    const finish: typeof deps.finish = async ({ requestId }, why) => {
      finished.push([requestId, why]);
      if (requestId === 'req-2') throw new Error('it is away.');
    };
    const thinking = brain({ ...deps, finish });
    thinking.settled('req-9', outcome);
    await thinking.close();
    const why = 'created again with another selector';
    const both = [
      ['req-2', why],
      ['req-3', why],
    ];
    assert.deepEqual(finished, done ? both : []);
    assert.deepEqual(
      (await journal.softenings({ actId: 'act-000001' })).map(({ state }) => state),
      done ? ['undone'] : [],
    );
    const text =
      'It was created again, and what was left still runs beside it: it is away. Again: toolcrib finish act-000001';
    const news = { kind: 'failed', title: 'Not finished: StatefulSet shop/kafka', text };
    assert.deepEqual(told('notified'), done ? [news] : []);
  }
});

test('what is let go has until its lease ends to leave; without a word it counts as unanswered in the end', async (t) => {
  const { thinking, hand, journal, deps } = await opened(t);
  const request = asked('DELETE', AT);
  const instruction = await thinking.judge(request);
  assert.equal(instruction.do, 'forward');
  assert.deepEqual(instruction.do === 'forward' && instruction.lease, {
    guard: loneLease.guard(),
    until: 77,
  });
  await hand.pass(SENT - 1);
  assert.equal(deps.onTheWay.count(), 1);
  await hand.pass(1, () => deps.onTheWay.count() === 0);
  await thinking.close();
  const [stored] = await journal.requests({ state: 'unsettled' });
  assert.equal(stored?.id, request.id);
  assert.equal(stored?.unsure?.why, 'no answer came (none within 135 s)');
});

test('once its end is known nobody is patient with it any more', async (t) => {
  for (const how of ['settled', 'passed', 'closed'] as const) {
    const { thinking, hand, handedOver } = await opened(t);
    await handedOver();
    const before = hand.waiting();
    thinking.late('unknown', 'prod');
    assert.equal(hand.waiting(), before);
    thinking.late('req-1', 'prod');
    assert.equal(hand.waiting(), before + 1);
    const outcome = { status: 200, said: 'yes' } as const;
    if (how === 'settled') thinking.settled('req-1', outcome);
    if (how === 'passed') thinking.passed([{ id: 'req-1', outcome }]);
    if (how === 'closed') await thinking.close();
    assert.equal(hand.waiting(), before, how);
    await thinking.close();
  }
});

test('a guard that stood still lets nothing go: it was not sent, and the client is told to send it again', async (t) => {
  const { thinking, standStill, journal } = await opened(t);
  standStill();
  const told = await thinking.judge(asked('DELETE', AT));
  assert.equal(told.do === 'answer' && told.status, 503);
  await thinking.close();
  const [act] = await journal.acts({ context: 'prod', since: NOW });
  const [request] = await journal.requests({ actId: act?.id ?? '' });
  assert.equal(request?.state, 'not-sent');
  assert.match(request?.note ?? '', /stood still/);
});

test('what goes on untouched nobody follows, and no lease ends it', async (t) => {
  const { thinking, standStill, hand } = await opened(t);
  standStill();
  const before = hand.waiting();
  const told = await thinking.judge(asked('POST', '/api/v1/namespaces/shop/configmaps'));
  assert.deepEqual([told.do, 'lease' in told, hand.waiting()], ['forward', false, before]);
});

test('what passed is written down in one transaction; what nobody knows of it one by one', async (t) => {
  const { deps, handedOver, stored, told } = await opened(t);
  for (const id of ['req-1', 'req-2', 'req-3', 'req-4']) await handedOver({ id });
  const moments: (string[] | undefined)[] = [];
  const together: typeof deps.journal.together = (moment) => {
    moments.push(moment.requests?.map(({ id }) => id));
    return deps.journal.together(moment);
  };
  const thinking = brain({ ...deps, journal: { ...deps.journal, together } });
  thinking.passed([
    { id: 'req-1', outcome: { status: 200, said: 'yes' } },
    { id: 'req-2', outcome: { status: 504, said: 'unknown' } },
    { id: 'req-3', outcome: { status: 404, said: 'no' } },
    { id: 'req-4', outcome: { failed: 'broken' } },
    { id: 'never-seen', outcome: { status: 200, said: 'yes' } },
  ]);
  await thinking.close();
  assert.deepEqual(moments, [['req-1', 'req-3']]);
  const states = await Promise.all(['req-1', 'req-2', 'req-3', 'req-4'].map((id) => stored(id)));
  assert.deepEqual(
    states.map((one) => one?.state),
    ['answered', 'unsettled', 'answered', 'unsettled'],
  );
  assert.deepEqual(told('went').slice(0, 2), [
    ['req-1', true],
    ['req-3', false],
  ]);
  assert.deepEqual([told('logged'), deps.onTheWay.count()], [[], 0]);
});

test('a client that leaves: the desk is told, and while its request is judged that is known', async (t) => {
  const { thinking, deps } = await opened(t);
  const gone: string[] = [];
  const other = brain({ ...deps, desk: { ...deps.desk, gone: (id) => void gone.push(id) } });
  other.gone('req-1');
  assert.deepEqual([gone, deps.onTheWay.hasClientLeft('req-1')], [['req-1'], true]);
  // Judged, it is forgotten.
  await thinking.judge(asked('DELETE', AT, { id: 'req-1' }));
  assert.equal(deps.onTheWay.hasClientLeft('req-1'), false);
  await thinking.close();
});

test('what an act has at the door is taken back when its client leaves, and all of it at the end', async (t) => {
  const { deps } = await opened(t);
  const back: string[] = [];
  let closed = 0;
  const ahead = {
    ...deps.ahead,
    recall: async (id: string) => void back.push(id),
    recallAll: async () => void back.push('all'),
  };
  const desk = { ...deps.desk, close: () => void closed++ };
  const thinking = brain({ ...deps, ahead, desk });
  thinking.left(['act-1', 'act-2']);
  await thinking.close();
  assert.deepEqual([back, closed], [['act-1', 'act-2', 'all'], 1]);
});

test('a list of a session is remembered, and begins a look', async (t) => {
  const { thinking, deps } = await opened(t);
  const headers = { 'kubectl-command': 'kubectl delete' };
  thinking.noticed({
    context: 'prod',
    session: 's1',
    path: '/api/v1/namespaces/shop/configmaps',
    query: '',
    headers,
  });
  assert.equal(deps.sessions.of('prod', 's1').length, 1);
  assert.ok(deps.early.take('prod', 's1'));
});

test('creates are judged where softened acts wait, by the type of their owner', () => {
  const core = { ...aSoften().owner, apiVersion: 'v1', namespace: 'shop' };
  const whole = { ...core, namespace: undefined };
  assert.deepEqual(
    createWatches(
      [aSoften(), aSoften({ owner: core }), aSoften({ owner: whole })],
      ({ owner }) => `the-${owner.apiVersion}`,
    ),
    ['["prod","apps","the-apps/v1","shop"]', '["prod","","the-v1","shop"]', '["prod","","the-v1",""]'],
  );
});
