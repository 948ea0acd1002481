import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { SoftenRecord } from '@toolcrib/model';
import { marks } from '@toolcrib/model';
import { type LeftView, lookForFinish, planFinish, volumeResult } from './finish-plan.ts';
import { but, object, owned, softened } from './testing/kept.ts';
import { kinds, memoryCluster } from './testing/memory-cluster.ts';

const db = object('apps/v1 StatefulSet', 'db');
const carrying = {
  labels: { [marks.act]: 'a' },
  annotations: { [marks.softenedFrom]: 'StatefulSet/db' },
};
const pod = object('v1 Pod', 'db-0', { metadata: carrying });
const claim = object('v1 PersistentVolumeClaim', 'data-db-0', { metadata: carrying });
const volume = object('v1 PersistentVolume', 'pv', { metadata: { namespace: undefined } });
const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name).sort();
const look = (standing: KubeObject[], record: SoftenRecord, others: SoftenRecord[] = []) =>
  lookForFinish(memoryCluster(standing), record, undefined, others);

test('what was left is found by its mark, or by its name where it still is the same one', async () => {
  const unmarked = object('v1 Pod', 'db-1');
  const record = softened(db, [pod, unmarked]);
  assert.deepEqual(names((await look([pod, unmarked], record)).objects), ['db-0', 'db-1']);
  const anew = but(unmarked, { metadata: { uid: 'anew' } });
  assert.deepEqual(names((await look([pod, anew], record)).objects), ['db-0'], 'another of that name');
  assert.deepEqual(names((await look([pod], record)).objects), ['db-0']);
  const late = object('v1 Pod', 'late', { metadata: carrying });
  assert.deepEqual(names((await look([pod, late], record)).objects), ['db-0', 'late'], 'its mark says so');
  const ring = object('acme.io/v1 Ring', 'r');
  assert.deepEqual(names((await look([pod], softened(db, [pod, ring]))).objects), ['db-0'], 'served no more');
});

test('what carries the mark and was left by another of the act is that one’s', async () => {
  const other = softened(db, [pod], { requestId: 'r2' });
  assert.deepEqual(names((await look([pod, claim], softened(db), [other])).objects), ['data-db-0']);
  assert.deepEqual(names((await look([pod, claim], softened(db, [pod]), [other])).objects), [
    'data-db-0',
    'db-0',
  ]);
});

test('its volumes are those that still are the same', async () => {
  const record = softened(claim, [], {
    how: 'retain-first',
    volumes: [{ name: 'pv', uid: 'PersistentVolume-pv', reclaimPolicy: 'Delete' }],
  });
  assert.deepEqual(names((await look([volume], record)).volumes), ['pv']);
  assert.deepEqual((await look([but(volume, { metadata: { uid: 'other' } })], record)).volumes, []);
  assert.deepEqual((await look([], record)).volumes, []);
  assert.deepEqual((await look([volume], softened(claim))).volumes, []);
});

test('who uses the claims is looked at where they are to go', async () => {
  const user = object('v1 Pod', 'user');
  const of = async (standing: KubeObject[], claims?: SoftenRecord['claims']) =>
    (await look([...standing, user], softened(db, [], claims ? { claims } : {}))).use;
  assert.deepEqual(await of([claim], 'Delete'), { pods: [user] });
  assert.equal(await of([claim], 'Retain'), undefined);
  assert.equal(await of([claim]), undefined);
  assert.equal(await of([pod], 'Delete'), undefined, 'there is none');
});

/** What is done to what is left, a line a step; with its note. */
function steps(
  objects: KubeObject[],
  more: Partial<SoftenRecord> = {},
  view: Partial<LeftView> = {},
): string[] {
  const live: LeftView = { kinds, objects, volumes: [], use: { pods: [] }, ...view };
  return planFinish(softened(db, [], { claims: 'Delete', ...more }), live, 2_000).steps.map((step) => {
    if (step.do === 'none') return `${step.result.result} ${step.result.what}: ${step.result.note}`;
    if (step.do === 'reclaim') return `reclaim ${step.name} ${step.uid} ${step.to}`;
    if (step.do === 'unmark') return `unmark ${step.object.metadata.name}: ${step.note ?? ''}`;
    return `delete ${step.object.metadata.name} ${step.options.propagationPolicy}`;
  });
}

test('what is gone, goes, or lost its mark is left alone, and told', () => {
  assert.deepEqual(steps([], { left: softened(db, [pod]).left }), [
    'unchanged Pod shop/db-0: it is gone already',
  ]);
  assert.deepEqual(steps([pod], { left: softened(db, [pod]).left }), ['delete db-0 Background']);
  assert.deepEqual(steps([but(pod, { metadata: { deletionTimestamp: 'x' } })]), [
    'unchanged Pod shop/db-0: it is being deleted already',
  ]);
  assert.deepEqual(steps([but(pod, { metadata: { labels: { [marks.act]: 'other' } } })]), [
    'skipped Pod shop/db-0: it does not carry the mark of the act any more',
  ]);
  assert.deepEqual(steps([object('k.io/v1 Kafka', 'k', { metadata: carrying })]), [
    'skipped Kafka shop/k: its kind is not served any more',
  ]);
});

test('Pods go after their sets, claims last; who has a controller that goes, goes along', () => {
  const set = object('apps/v1 ReplicaSet', 'web-1', { metadata: carrying });
  const below = object('v1 Pod', 'web-1-a', { metadata: { ...carrying, ...owned(set) } });
  const along = 'skipped Pod shop/web-1-a: it goes with ReplicaSet web-1';
  assert.deepEqual(steps([claim, below, pod, set]), [
    'delete web-1 Background',
    along,
    'delete db-0 Background',
    'delete data-db-0 Background',
  ]);
  assert.deepEqual(steps([below]), ['unmark web-1-a: '], 'its set does not stand');
  const foreign = but(set, { metadata: { labels: {} } });
  assert.ok(steps([foreign, below]).includes('unmark web-1-a: '), 'its set is nobody’s of this act');
  const owner = object('apps/v1 Deployment', 'new');
  const taken = but(set, { metadata: owned(owner) });
  assert.deepEqual(steps([taken, below]), ['unmark web-1: ', 'unmark web-1-a: '], 'its set has been adopted');
});

test('a claim goes where the set deleted its claims, and nobody uses it', () => {
  assert.deepEqual(steps([claim], { claims: 'Retain' }), ['unmark data-db-0: ']);
  assert.deepEqual(steps([claim], {}, { use: undefined }), [
    'skipped PersistentVolumeClaim shop/data-db-0: who uses it is not known',
  ]);
  const user = (metadata: object) =>
    object('v1 Pod', 'user', {
      metadata,
      spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data-db-0' } }] },
    });
  assert.deepEqual(steps([claim], {}, { use: { pods: [user({})] } }), ['unmark data-db-0: Pod user uses it']);
  assert.deepEqual(steps([claim], {}, { use: { pods: [user(carrying)] } }), ['delete data-db-0 Background']);
});

test('a kept volume gets its policy back, unless it is gone, or bound again', () => {
  const volumes = [{ name: 'pv', uid: 'PersistentVolume-pv', reclaimPolicy: 'Delete' }];
  const bound = but(volume, { status: { phase: 'Bound' } });
  const released = but(volume, { status: { phase: 'Released' } });
  const of = (...standing: KubeObject[]) =>
    steps([], { how: 'retain-first', volumes }, { volumes: standing });
  assert.deepEqual(of(released), ['reclaim pv PersistentVolume-pv Delete']);
  assert.deepEqual(of(volume), ['reclaim pv PersistentVolume-pv Delete']);
  assert.deepEqual(of(bound), ['skipped PersistentVolume pv: it is bound to a claim again']);
  const gone = ['unchanged PersistentVolume pv: it is gone already'];
  assert.deepEqual(of(), gone);
  assert.deepEqual(of(but(released, { metadata: { uid: 'other' } })), gone);
  assert.equal(volumeResult('pv', released), undefined);
});

test('only what is overdue by more than a window is asked about first; what a person finishes is never late', () => {
  const asks = (now: number, more: Partial<SoftenRecord> = {}, window = 100) =>
    planFinish(
      softened(db, [], { finishAfter: 1_000, ...more }),
      { kinds, objects: [], volumes: [] },
      now,
      window,
    ).askFirst;
  assert.equal(asks(1_100), false);
  assert.equal(asks(1_101), true);
  assert.equal(asks(900), false);
  assert.equal(asks(9_999, { how: 'retain-first' }), false);
  assert.equal(asks(9_999, { undoAsked: 5 } as Partial<SoftenRecord>), false);
  assert.equal(asks(9_999, { state: 'undone' }), true);
});
