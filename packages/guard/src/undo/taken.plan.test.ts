import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord, SoftenRecord } from '@toolcrib/model';
import { planUndo } from './plan.ts';
import { live, object, snapshotOf } from './testing/kept.ts';
import { said } from './testing/told-plan.ts';

test('a softening that was cut off is said, and a softened one is re-adopted', () => {
  const web = object('apps/v1 Deployment', 'web');
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'shop',
    name: 'web',
    uid: 'Deployment-web',
  };
  const record: SoftenRecord = {
    actId: 'a',
    requestId: 'r',
    context: '',
    owner,
    left: [],
    finishAfter: 0,
    state: 'softened',
  };
  const stepsOf = (state: SoftenRecord['state']) =>
    planUndo([snapshotOf([web])], [{ ...record, state }], live([web])).steps.map((step) => step.do);
  assert.deepEqual(stepsOf('softened'), ['readopt']);
  assert.deepEqual(stepsOf('finished'), ['create']);
  assert.deepEqual(stepsOf('failed'), ['none'], 'it took nothing');
  assert.deepEqual(stepsOf('started'), ['none'], 'its owner is still on its way');
});

test('only what its requests took, or may have taken, is brought back', () => {
  const map = object('v1 ConfigMap', 'c', { data: { a: '1' } });
  const target = { group: '', version: 'v1', resource: 'configmaps', namespace: 'shop', name: 'c' };
  const request = (more: Partial<RequestRecord>): RequestRecord => ({
    id: 'r',
    actId: 'a',
    at: 1,
    method: 'DELETE',
    path: '/c',
    effect: { verb: 'delete', target, options: {}, dryRun: false },
    decision: { then: 'allow', rule: '', reason: '' },
    state: 'answered',
    targetUids: ['ConfigMap-c'],
    ...more,
  });
  const took = (more: Partial<RequestRecord>) => said([map], [], [request(more)]);
  const create = ['create ConfigMap c'];
  for (const state of ['softened', 'carried-out', 'unsettled', 'kept', 'failed'] as const)
    assert.deepEqual(took({ state }), create, state);
  assert.deepEqual(took({ status: 200 }), create);
  assert.deepEqual(took({ status: 202 }), create);
  const none = ['unchanged DELETE /c'];
  for (const state of ['held', 'refused', 'not-sent'] as const)
    assert.deepEqual(took({ state }), none, state);
  // Sent it was, and it is gone: an answer can be wrong, what stands there is not.
  assert.deepEqual(took({ state: 'not-carried-out' }), create);
  for (const status of [403, 409, 422, 504]) assert.deepEqual(took({ status }), create, String(status));
  const collection = { verb: 'delete-collection', target, options: {}, dryRun: false } as const;
  assert.deepEqual(took({ status: 500, effect: collection }), create, 'part of it may have gone');
  // One of two requests of the act: only the other's snapshot counts.
  const other = object('v1 ConfigMap', 'd');
  const second = { ...snapshotOf([other]), id: 's2', requestId: 'r2' };
  const both = [request({ state: 'not-sent' }), request({ id: 'r2', status: 200 })];
  const steps = planUndo([snapshotOf([map]), second], [], live([map, other]), both).steps;
  assert.deepEqual(
    steps.map((step) => (step.do === 'create' ? step.snapshot.metadata.name : step.do)),
    ['none', 'd'],
  );
});

test('a scale that the cluster refused is not scaled back', () => {
  const web = object('apps/v1 Deployment', 'web', { spec: { replicas: 3 } });
  const target = { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'shop', name: 'web' };
  const request = (status: number): RequestRecord => ({
    id: 'r',
    actId: 'a',
    at: 1,
    method: 'PATCH',
    path: '/web',
    effect: { verb: 'scale', target, replicas: 0, dryRun: false },
    decision: { then: 'allow', rule: '', reason: '' },
    state: 'answered',
    status,
    targetUids: ['Deployment-web'],
  });
  const now = { ...web, spec: { replicas: 0 } } as KubeObject;
  assert.deepEqual(said([web], [now], [request(200)]), ['scale']);
  assert.deepEqual(said([web], [now], [request(403)]), ['unchanged PATCH /web']);
});

test('of several scales of one object it goes back to what was before the first', () => {
  const web = object('apps/v1 Deployment', 'web', { spec: { replicas: 3 } });
  const target = { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'shop', name: 'web' };
  const request = (at: number, was: number, replicas: number): RequestRecord => ({
    id: `r${at}`,
    actId: 'a',
    at,
    method: 'PATCH',
    path: '/web',
    effect: { verb: 'scale', target, replicas, was, dryRun: false },
    decision: { then: 'allow', rule: '', reason: '' },
    state: 'answered',
    status: 200,
    targetUids: ['Deployment-web'],
  });
  const sized = (replicas: number) => ({ ...web, spec: { replicas } }) as KubeObject;
  const snapshots = [3, 2].map((size, at) => ({
    ...snapshotOf([sized(size)]),
    id: `s${at + 1}`,
    requestId: `r${at + 1}`,
    takenAt: at + 1,
  }));
  const { steps } = planUndo(snapshots, [], live([web], [sized(0)]), [request(1, 3, 2), request(2, 2, 0)]);
  const [step] = steps;
  assert.deepEqual(step?.do === 'scale' && [step.at, step.from, step.to], ['object', 0, 3]);
});
