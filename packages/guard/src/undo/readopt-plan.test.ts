import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { planReadopt, restartsOf } from './readopt-plan.ts';
import { but, live, object, softened } from './testing/kept.ts';

const restarted = (count: number) => ({ status: { containerStatuses: [{ restartCount: count }, {}] } });
const web = object('apps/v1 Deployment', 'web', { spec: { replicas: 2 } });
const first = object('v1 Pod', 'first', restarted(1));
const second = object('v1 Pod', 'second', restarted(5));
const set = object('apps/v1 ReplicaSet', 'set');
const record = softened(web, [set, first, second]);
const byUid = (...objects: KubeObject[]) => new Map(objects.map((one) => [one.metadata.uid ?? '', one]));
const noteOf = (step: ReturnType<typeof planReadopt>) =>
  step.do === 'none' ? `${step.result.result}: ${step.result.note}` : step.do;

test('the owner is created again, with the restarts that its Pods had', () => {
  const view = { ...live([web]), marked: [but(second, restarted(3)), but(first, restarted(9))] };
  const step = planReadopt(record, byUid(web, first, set), view);
  assert.equal(step.do, 'readopt');
  if (step.do !== 'readopt') return;
  assert.deepEqual(step.restarts, { 'Pod-first': 1, 'Pod-second': 3 });
  assert.deepEqual([step.snapshot, step.record, step.info.kind], [web, record, 'Deployment']);
});

test('what can’t be made again is said', () => {
  assert.equal(noteOf(planReadopt(record, byUid(), live([web]))), 'failed: no snapshot of it was found');
  const unserved = { ...live([web]), kinds: [] };
  assert.equal(
    noteOf(planReadopt(record, byUid(web), unserved)),
    'failed: the cluster serves no Deployment any more',
  );
});

test('another one under its name is left as it is; the same again is taken for it', () => {
  const standing = (more: Record<string, unknown>) => live([web], [but(web, more)]);
  const other = standing({ metadata: { uid: 'other' }, spec: { replicas: 3 } });
  assert.match(noteOf(planReadopt(record, byUid(web), other)), /^conflict: another one was created/);
  const same = standing({ metadata: { uid: 'other' } });
  assert.equal(planReadopt(record, byUid(web), same).do, 'readopt');
  const itself = standing({ spec: { replicas: 3 } });
  assert.equal(planReadopt(record, byUid(web), itself).do, 'readopt');
});

test('restarts are those of all containers', () => {
  assert.equal(restartsOf(object('v1 Pod', 'p')), 0);
  const containerStatuses = [{ restartCount: 2 }, { restartCount: 3 }];
  assert.equal(restartsOf(object('v1 Pod', 'p', { status: { containerStatuses } })), 5);
});
