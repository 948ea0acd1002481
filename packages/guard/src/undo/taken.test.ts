import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestRecord, Snapshot } from '@toolcrib/model';
import { takenBy } from './taken.ts';

const request = (id: string, state: RequestRecord['state']): RequestRecord => ({
  id,
  actId: 'a',
  at: 1,
  method: 'DELETE',
  path: `/${id}`,
  effect: {
    verb: 'scale',
    target: { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'shop', name: 'web' },
    replicas: 0,
    dryRun: false,
  },
  decision: { then: 'hold', rule: '', reason: '' },
  state,
  targetUids: [],
});
const kept = (requestId: string): Snapshot => ({
  id: `s-${requestId}`,
  actId: 'a',
  requestId,
  takenAt: 1,
  context: '',
  objects: [],
});
const told = (requests: RequestRecord[], snapshots: Snapshot[]) => {
  const { steps, snapshots: taken } = takenBy(snapshots, requests, [], {
    kinds: [],
    at: {},
    unreadable: {},
    marked: [],
  });
  return [
    steps.map((step) => (step.do === 'none' ? `${step.result.what}: ${step.result.note}` : '')),
    taken.map(({ requestId }) => requestId),
  ];
};

test('an act that took nothing says so of each request; a refused first try of one that did is no news', () => {
  const refused = request('r1', 'refused');
  assert.deepEqual(told([refused], []), [['DELETE /r1: it took nothing: the guard refused it'], []]);
  assert.deepEqual(told([refused, request('r2', 'answered')], [kept('r2')]), [[], ['r2']]);
});

test('what was kept and then not taken is told, and not brought back', () => {
  const requests = [request('r1', 'not-sent'), request('r2', 'answered')];
  assert.deepEqual(told(requests, [kept('r1'), kept('r2')]), [
    ['DELETE /r1: it took nothing: it was never sent (its client had gone)'],
    ['r2'],
  ]);
});
