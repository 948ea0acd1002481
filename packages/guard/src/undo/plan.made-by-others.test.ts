import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord } from '@toolcrib/model';
import { planUndo } from './plan.ts';
import { live, object, owned, snapshotOf } from './testing/kept.ts';
import { said } from './testing/told-plan.ts';

test('what a controller makes again is left to it, down the chain', () => {
  const revision = { 'deployment.kubernetes.io/revision': '2' };
  const web = object('apps/v1 Deployment', 'web', { metadata: { annotations: revision } });
  const set = object('apps/v1 ReplicaSet', 'web-2', {
    metadata: { ...owned(web), annotations: revision },
    spec: { replicas: 1 },
  });
  const old = object('apps/v1 ReplicaSet', 'web-1', {
    metadata: { ...owned(web), annotations: { 'deployment.kubernetes.io/revision': '1' } },
    spec: { replicas: 0 },
  });
  const pod = object('v1 Pod', 'web-2-x', { metadata: owned(set) });
  const objects = [web, set, old, pod];
  assert.deepEqual(said(objects).sort(), [
    'create Deployment web',
    'create ReplicaSet web-1',
    'skipped Pod web-2-x',
    'skipped ReplicaSet web-2',
  ]);
  assert.deepEqual(said([pod, set], [set]), ['unchanged ReplicaSet web-2', 'skipped Pod web-2-x']);
  assert.deepEqual(said([pod]), ['conflict Pod web-2-x'], 'alone it would only get the traffic of others');
});

test('finished Pods and Jobs are not run again; mirror Pods are their node’s', () => {
  const done = { status: { phase: 'Succeeded' } };
  const over = { status: { conditions: [{ type: 'Complete', status: 'True' }] } };
  const mirror = { metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } };
  assert.deepEqual(said([object('v1 Pod', 'p', done)]), ['skipped Pod p']);
  assert.deepEqual(said([object('batch/v1 Job', 'j', over)]), ['skipped Job j']);
  assert.deepEqual(said([object('batch/v1 Job', 'j')]), ['create Job j']);
  assert.deepEqual(said([object('v1 Pod', 'm', mirror)]), ['skipped Pod m']);
});

test('Pods of a controller that is another one now are nobody’s to make; nor above a set’s replicas', () => {
  const set = (replicas: number, uid = 'StatefulSet-db') =>
    object('apps/v1 StatefulSet', 'db', { metadata: { uid }, spec: { replicas } });
  const pod = object('v1 Pod', 'db-2', { metadata: owned(set(3)) });
  const of = (standing: KubeObject[], requests: RequestRecord[] = [], pods = [pod]) => {
    const objects = [set(3), ...pods];
    const { steps } = planUndo([snapshotOf(objects)], [], live(objects, standing), requests);
    return steps
      .filter((step) => step.do === 'none' && step.result.what.startsWith('Pod'))
      .map((step) => (step.do === 'none' ? `${step.result.result}: ${step.result.note}` : ''))
      .join();
  };
  assert.match(of([set(3)]), /^skipped: StatefulSet db makes it again/);
  assert.match(of([set(1, 'other')]), /^skipped: StatefulSet db is another one now; .* not brought back/);
  const itsOwn = { ...pod, metadata: { ...pod.metadata, uid: 'theirs' } } as KubeObject;
  assert.match(of([set(1, 'other'), itsOwn]), /^skipped: StatefulSet db is another one now/);
  assert.match(of([set(3, 'the-same-again')]), /^skipped: StatefulSet db makes it again/);
  assert.match(of([set(2)]), /^conflict: StatefulSet db has 2 replicas now/);
  const first = object('v1 Pod', 'db-0', { metadata: owned(set(3)) });
  assert.match(of([set(2)], [], [first]), /^skipped: StatefulSet db makes it again/);
});

test('a Pod that was taken over and is not what its adopter makes is not told as made again, whichever of them was guessed', () => {
  const of = (image: string) => ({ spec: { containers: [{ name: 'c', image }] } });
  const template = of('web:1');
  const created = object('apps/v1 ReplicaSet', 'web', {
    metadata: { uid: 'created/apps/replicasets/shop/web' },
    spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template },
  });
  const now = { ...created, metadata: { ...created.metadata, uid: 'its own' } };
  const alike = object('v1 Pod', 'alike', of('web:1'));
  const other = object('v1 Pod', 'other', of('debug:1'));
  const target = { group: 'apps', version: 'v1', resource: 'replicasets', namespace: 'shop', name: 'web' };
  const request: RequestRecord = {
    id: 'r',
    actId: 'a',
    at: 1,
    method: 'POST',
    path: '/apis/apps/v1/namespaces/shop/replicasets',
    effect: { verb: 'scale', target, replicas: 1, was: 2, dryRun: false, adopts: 'it takes over 2 Pods' },
    decision: { then: 'allow', rule: 'default', reason: '' },
    state: 'answered',
    status: 201,
    targetUids: [created.metadata.uid ?? ''],
  };
  const noteOf = (gone: KubeObject, guessed: KubeObject): string | undefined => {
    const objects = [created, alike, other];
    const stays = { ...(gone === alike ? other : alike) };
    stays.metadata = { ...stays.metadata, ...owned(now) };
    const promised = [{ uid: guessed.metadata.uid ?? '', loss: 'restorable' as const }];
    const { steps } = planUndo([{ ...snapshotOf(objects), promised }], [], live(objects, [now, stays]), [
      request,
    ]);
    return steps
      .flatMap((step) => (step.do === 'none' ? [step.result] : []))
      .find(({ what }) => what.endsWith(gone.metadata.name))?.note;
  };
  assert.equal(noteOf(alike, alike), 'ReplicaSet web makes it again');
  assert.equal(noteOf(alike, other), 'ReplicaSet web makes it again');
  assert.equal(noteOf(other, alike), 'ReplicaSet web makes another in its place');
});
