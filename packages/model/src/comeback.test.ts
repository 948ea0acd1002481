import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { type BeforeTheAct, comebackOf, remakerOf } from './comeback.ts';

function object(
  apiVersion: string,
  kind: string,
  name: string,
  more: object = {},
  by?: KubeObject,
): KubeObject {
  const owner = by && {
    ownerReferences: [
      {
        apiVersion: by.apiVersion,
        kind: by.kind,
        name: by.metadata.name,
        uid: `${by.metadata.uid}`,
        controller: true,
      },
    ],
  };
  return { apiVersion, kind, ...more, metadata: { name, namespace: 'shop', uid: name, ...owner } };
}
const revision = { annotations: { 'deployment.kubernetes.io/revision': '1' } };
const of = (one: KubeObject) => ({ ...one, metadata: { ...one.metadata, ...revision } });
const deployment = of(object('apps/v1', 'Deployment', 'web'));
const set = of(object('apps/v1', 'ReplicaSet', 'web-1', { spec: { replicas: 2 } }, deployment));
const pod = (by?: KubeObject, more: object = {}) => object('v1', 'Pod', 'web-1-x', more, by);
const job = (spec: object = {}, status: object = {}) => object('batch/v1', 'Job', 'load', { spec, status });

/** Those objects stood there, and the controllers named work on. */
function before(
  objects: KubeObject[],
  working: KubeObject[],
  more: Partial<BeforeTheAct> = {},
): BeforeTheAct {
  return {
    get: (uid) => objects.find(({ metadata }) => metadata.uid === uid),
    works: (controller) => working.some(({ metadata }) => metadata.uid === controller.metadata.uid),
    ...more,
  };
}

test('it returns where a controller that works makes it again, or one that another makes again', () => {
  const all = [deployment, set];
  assert.equal(remakerOf(before(all, [set]), pod(set)), set);
  assert.equal(remakerOf(before(all, [deployment]), pod(set)), set, 'the set comes back first, and makes it');
  assert.equal(remakerOf(before(all, [deployment]), set), deployment);
  assert.equal(remakerOf(before(all, []), pod(set)), undefined);
  assert.equal(remakerOf(before([deployment], [deployment]), pod(set)), undefined, 'the set was not seen');
  assert.equal(remakerOf(before(all, [set]), pod()), undefined);
  assert.deepEqual(comebackOf(before(all, [set]), pod(set)), { loss: 'returns', by: set });
  assert.deepEqual(comebackOf(before(all, []), pod(set)), { loss: 'restorable' });
  // Whose reference names another by that UID is nobody's.
  const isOwner = (controller: KubeObject) => controller !== set;
  assert.equal(remakerOf(before(all, [set], { isOwner }), pod(set)), undefined);
  assert.equal(remakerOf(before(all, [set], { isOwner: () => true }), pod(set)), set);
});

test('an operator is never taken for granted', () => {
  const kafka = object('kafka.strimzi.io/v1', 'Kafka', 'main');
  assert.deepEqual(comebackOf(before([kafka], [kafka]), pod(kafka)), { loss: 'restorable' });
});

test('controllers that name each other in a circle, or without end, make nothing', () => {
  const links = Array.from({ length: 12 }, (_, i) => `r${i}`);
  const objects = links.map((name, i) => {
    const next = object('apps/v1', 'Deployment', links[i + 1] ?? 'r0');
    return of(
      object('apps/v1', i % 2 === 0 ? 'ReplicaSet' : 'Deployment', name, {}, { ...next, kind: 'Deployment' }),
    );
  });
  const [first] = objects;
  assert.ok(first);
  assert.equal(remakerOf(before(objects, []), pod(first)), undefined);
});

test('the claim of an ephemeral volume is not made again while its Pod stays', () => {
  const holder = object('v1', 'Pod', 'web', { spec: { volumes: [{ name: 'tmp', ephemeral: {} }] } });
  const claim = object('v1', 'PersistentVolumeClaim', 'web-tmp', {}, holder);
  assert.equal(remakerOf(before([holder], [holder]), claim), holder);
  assert.equal(remakerOf(before([holder], [holder], { stays: () => false }), claim), holder);
  assert.equal(remakerOf(before([holder], [holder], { stays: () => true }), claim), undefined);
  assert.equal(
    remakerOf(before([set], [set], { stays: () => true }), pod(set)),
    set,
    'of others it says nothing',
  );
});

test('what had done its work is lost, and nothing is to be restored', () => {
  for (const phase of ['Succeeded', 'Failed']) {
    assert.deepEqual(comebackOf(before([], []), pod(undefined, { status: { phase } })), {
      loss: 'lost',
      why: 'it had finished',
      spent: true,
    });
  }
  const over = job({}, { conditions: [{ type: 'Complete', status: 'True' }] });
  assert.deepEqual(comebackOf(before([], []), over), {
    loss: 'lost',
    why: 'it had finished; made again it would run again',
    spent: true,
  });
  assert.deepEqual(comebackOf(before([], []), job()), { loss: 'restorable' });
  const alike = { ...over, apiVersion: 'acme.io/v1' };
  assert.deepEqual(comebackOf(before([], []), alike), { loss: 'restorable' }, 'another kind of that name');
});

test('a Pod that its Job does not make again is lost while the Job stays', () => {
  const patient = job({ backoffLimit: 1 });
  const with1 = (working: KubeObject[], deaths: BeforeTheAct['deaths'], by = patient) =>
    comebackOf(before([by], working, deaths && { deaths }), pod(by));
  assert.deepEqual(
    with1([patient], () => 1),
    { loss: 'returns', by: patient },
  );
  assert.deepEqual(with1([patient], undefined), { loss: 'returns', by: patient }, 'none is known to die');
  assert.deepEqual(
    with1([patient], () => 2),
    { loss: 'lost', why: 'Job load fails with it, and makes no other' },
  );
  const suspended = job({ suspend: true });
  assert.deepEqual(
    with1([suspended], () => 1, suspended),
    { loss: 'lost', why: 'Job load makes no other' },
  );
  assert.deepEqual(with1([suspended], undefined, suspended), {
    loss: 'lost',
    why: 'Job load makes no other',
  });
  assert.deepEqual(
    with1([], () => 2),
    { loss: 'restorable' },
    'the Job goes too',
  );
  assert.deepEqual(
    with1([suspended], () => 'anew', suspended),
    { loss: 'restorable' },
  );
  const other = { ...suspended, apiVersion: 'acme.io/v1' };
  assert.deepEqual(
    with1([other], () => 1, other),
    { loss: 'restorable' },
  );
  const secret = object('v1', 'Secret', 's', {}, suspended);
  assert.deepEqual(comebackOf(before([suspended], [suspended]), secret), { loss: 'restorable' });
});

test('a volume is lost unless it is retained, a claim where its volume was not seen', () => {
  const volume = (policy?: string) =>
    object('v1', 'PersistentVolume', 'pv', policy ? { spec: { persistentVolumeReclaimPolicy: policy } } : {});
  assert.deepEqual(comebackOf(before([], []), volume('Retain')), { loss: 'restorable' });
  for (const [policy, word] of [
    ['Delete', 'Delete'],
    ['Recycle', 'Recycle'],
    [undefined, 'not known'],
  ] as const) {
    assert.deepEqual(comebackOf(before([], []), volume(policy)), {
      loss: 'lost',
      why: `reclaim policy ${word}: its data goes with it`,
    });
  }
  const claim = object('v1', 'PersistentVolumeClaim', 'data', { spec: { volumeName: 'pv-7' } });
  assert.deepEqual(comebackOf(before([], [], { volumeOf: () => 'unseen' }), claim), {
    loss: 'lost',
    why: 'its volume pv-7 was not seen: taken for lost',
  });
  for (const volumeOf of [undefined, () => undefined, () => volume('Delete')]) {
    assert.deepEqual(comebackOf(before([], [], volumeOf && { volumeOf }), claim), { loss: 'restorable' });
  }
});

test('where nobody says how many of its Pods die with it, none does', () => {
  const strict = job({ backoffLimit: 0, completions: 1 });
  assert.deepEqual(comebackOf(before([strict], [strict]), pod(strict)), { loss: 'returns', by: strict });
  const waits = job({ backoffLimit: 0, completions: 1, suspend: true });
  assert.deepEqual(comebackOf(before([waits], [waits]), pod(waits)), {
    loss: 'lost',
    why: 'Job load makes no other',
  });
});
