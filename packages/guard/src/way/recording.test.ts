import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestRecord } from '@toolcrib/model';
import { anAct, aRequest } from '../journal/testing/records.ts';
import { loadPolicy } from '../policy/policy.ts';
import { asked, policyOf } from '../testing/way.ts';
import { onTheWay } from './on-the-way.ts';
import { ownRadius } from './own-radius.ts';
import { type RecordingUnsure, record, recordUnsure, requestRecord } from './recording.ts';
import type { Step } from './step.ts';

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'shop', uid: 'u1' } };
const { effect } = aRequest();
const decision = { then: 'allow' as const, rule: 'default', reason: 'no rule speaks against it' };

function stepOf(more: Partial<Step> = {}): Step {
  const request = { ...asked('DELETE', '/api/v1/pods/a', { id: 'req-1', query: 'a=b' }) };
  return {
    request: { ...request, content: {} as Step['request']['content'] },
    as: undefined,
    sender: '',
    cluster: {} as Step['cluster'],
    subject: { kind: 'destructive', effect: effect as never, objects: [pod], aims: [] },
    seen: { radius: ownRadius([pod], 0) },
    live: { act: anAct(), expected: new Map() },
    decision,
    key: 'k',
    ...more,
  };
}

function writing(fails = false) {
  const saved: RequestRecord[] = [];
  const said: string[] = [];
  const ways = onTheWay();
  let later = 0;
  const deps: RecordingUnsure = {
    acts: { save: async ({ act }) => void said.push(`act ${act.id}`) },
    journal: {
      saveRequest: async (one) => {
        if (fails) throw new Error('the disk is full');
        saved.push(one);
      },
    },
    onTheWay: ways,
    letGo: { forget: (id) => void said.push(`forgotten ${id}`) },
    clock: { now: () => 1_000 },
    log: (line, detail) => void said.push(`${line}: ${String(detail?.why)}`),
    policy: () => loadPolicy(policyOf('[]'), 'guard.yaml'),
    lookLater: () => {
      later++;
    },
  };
  return { deps, saved, said, ways, later: () => later };
}

test('a request is written down as it was judged', () => {
  const unseen = [{ kind: 'Pod', why: 'forbidden' }];
  const radius = { ...ownRadius([pod], 0), unseen };
  const written = requestRecord(stepOf({ as: { 'impersonate-user': 'ben' }, seen: { radius } }), 'kept', {
    at: 7,
    snapshotId: 's1',
    ahead: true,
  });
  assert.deepEqual(written, {
    id: 'req-1',
    actId: 'act-000001',
    at: 7,
    method: 'DELETE',
    path: '/api/v1/pods/a?a=b',
    effect,
    decision,
    state: 'kept',
    targetUids: ['u1'],
    unseen,
    as: { 'impersonate-user': 'ben' },
    snapshotId: 's1',
    ahead: true,
  });
  assert.equal('as' in requestRecord(stepOf(), 'kept', { at: 7 }), false);
  assert.equal('unseen' in requestRecord(stepOf(), 'kept', { at: 7 }), false);
});

test('what became of it keeps its snapshot, and it is on its way no more', async () => {
  const { deps, saved, said, ways } = writing();
  ways.handedOver(aRequest({ id: 'req-1', snapshotId: 's1' }));
  await record(deps, stepOf(), 'answered', { status: 200, note: 'n' });
  assert.deepEqual(
    saved.map(({ state, status, note, snapshotId, at }) => [state, status, note, snapshotId, at]),
    [['answered', 200, 'n', 's1', 1_000]],
  );
  assert.equal(ways.of('req-1'), undefined);
  assert.deepEqual(said, ['act act-000001']);
});

test('what was held or refused lets go of nothing', async () => {
  for (const state of ['held', 'refused'] as const) {
    const { deps, said } = writing();
    await record(deps, stepOf(), state);
    assert.equal(said[0], 'forgotten req-1', state);
  }
});

test('a journal that can not be written stops no refusal: it is logged, and what is on its way stays so', async () => {
  const { deps, said, ways } = writing(true);
  ways.handedOver(aRequest({ id: 'req-1' }));
  await record(deps, stepOf(), 'refused');
  assert.equal(said.at(-1), 'the journal could not be written: Error: the disk is full');
  assert.equal(ways.count(), 1);
});

test('of what nobody knows it is said until when it may still come, and the cluster is asked in time', async () => {
  const { deps, saved, later } = writing();
  await recordUnsure(deps, stepOf(), 'no answer came', { status: 504 });
  const [one] = saved;
  const until = 1_000 + deps.policy().mayArriveMs('prod');
  assert.deepEqual(
    [one?.state, one?.status, one?.unsure],
    ['unsettled', 504, { why: 'no answer came', until }],
  );
  assert.match(one?.note ?? '', /^no answer came; it may still be carried out until/);
  assert.equal(later(), 1);
});
