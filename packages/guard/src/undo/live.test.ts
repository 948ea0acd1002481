import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marks, ToolcribError } from '@toolcrib/model';
import { getAs, kindOf, liveOf, lookForUndo, markedBy } from './live.ts';
import { keyOfObject } from './steps.ts';
import { asked, but, live, object, owned, snapshotOf, softened, web } from './testing/kept.ts';
import { custom, kinds, memoryCluster } from './testing/memory-cluster.ts';

test('all that was kept, its namespace, owners and volume are looked for, each once', async () => {
  const owner = object('v1 Namespace', 'owner', { metadata: { namespace: undefined } });
  const map = object('v1 ConfigMap', 'c', { metadata: owned(owner) });
  const claim = object('v1 PersistentVolumeClaim', 'data', { spec: { volumeName: 'pv' } });
  const cluster = memoryCluster([map, owner]);
  const got: string[] = [];
  cluster.refuse = (method, key) => {
    if (method === 'get') got.push(key);
    return undefined;
  };
  const view = await lookForUndo(cluster, [snapshotOf([map, claim]), snapshotOf([map])], []);
  assert.deepEqual(got.sort(), [
    '/ConfigMap/shop/c',
    '/Namespace//owner',
    '/Namespace//shop',
    '/PersistentVolume//pv',
    '/PersistentVolumeClaim/shop/data',
  ]);
  assert.deepEqual(view.at['/ConfigMap/shop/c'], map);
  assert.deepEqual(view.at['/Namespace//owner'], owner);
  assert.deepEqual([view.at['/Namespace//shop'], view.at['/PersistentVolume//pv']], [null, null]);
  assert.deepEqual([view.unreadable, view.marked, view.pods], [{}, [], undefined]);
});

test('what a softening left, and the volumes that it kept', async () => {
  const db = object('apps/v1 StatefulSet', 'db');
  const pod = object('v1 Pod', 'db-0', {
    metadata: { labels: { [marks.act]: 'a' }, annotations: { [marks.softenedFrom]: 'StatefulSet/db' } },
  });
  const theirs = but(pod, {
    metadata: { name: 'other', annotations: { [marks.softenedFrom]: 'StatefulSet/other' } },
  });
  const record = softened(db, [pod], { volumes: [{ name: 'pv', uid: 'u', reclaimPolicy: 'Delete' }] });
  const cluster = memoryCluster([pod, theirs]);
  const view = await lookForUndo(cluster, [], [record]);
  assert.deepEqual(Object.keys(view.at).sort(), [
    '/PersistentVolume//pv',
    '/Pod/shop/db-0',
    'apps/StatefulSet/shop/db',
  ]);
  assert.deepEqual(view.marked, [pod]);
  assert.deepEqual(await markedBy(cluster, record), [pod]);
  assert.deepEqual(await markedBy(cluster, { ...record, actId: 'b' }), []);
});

test('what can’t be read is said; a kind that is served no more has no objects', async () => {
  const map = object('v1 ConfigMap', 'c');
  const ring = object('acme.io/v1 Ring', 'r');
  const cluster = memoryCluster([]);
  cluster.refuse = (method, key) => (method === 'get' && key.startsWith('/ConfigMap') ? 403 : undefined);
  const view = await lookForUndo(cluster, [snapshotOf([map, ring])], []);
  assert.deepEqual(view.unreadable, { [keyOfObject(map)]: 'said 403' });
  assert.equal(view.at[keyOfObject(ring)], null);
  assert.equal(keyOfObject(map) in view.at, false);
  const away = memoryCluster([]);
  away.get = () => Promise.reject(new ToolcribError('unreachable', 'away'));
  await assert.rejects(lookForUndo(away, [snapshotOf([map])], []), { code: 'unreachable' });
  const gone = async (status: number, answer: { status: number; body: unknown }) => {
    const served = memoryCluster([]);
    served.refuse = (method, key) => (method === 'get' && key.startsWith('k.io') ? status : undefined);
    served.answers.set('/apis', answer);
    served.answers.set('/apis/k.io', answer);
    const kafka = object('k.io/v1 Kafka', 'k');
    const found = await lookForUndo(served, [snapshotOf([kafka])], []);
    return keyOfObject(kafka) in found.unreadable;
  };
  assert.equal(await gone(403, { status: 404, body: {} }), true, 'no 404');
});

test('a kind that discovery does not know yet is asked for', async () => {
  const kafka = object('k.io/v1 Kafka', 'k');
  const cluster = memoryCluster([kafka]);
  cluster.resources = async () => ({ resources: kinds, failed: [] });
  const view = await lookForUndo(cluster, [snapshotOf([kafka])], []);
  assert.ok(kindOf(view.kinds, kafka));
  assert.deepEqual(view.at[keyOfObject(kafka)], kafka);
});

test('an object is read in the version in which it was kept, and else in the one of today', async () => {
  const kafka = object('k.io/v1beta1 Kafka', 'k');
  const versions: string[] = [];
  const reading = (refused: number | undefined) => {
    versions.length = 0;
    const cluster = memoryCluster([]);
    cluster.get = async (type) => {
      versions.push(type.version);
      if (type.version === 'v1beta1' && refused !== undefined)
        throw new ToolcribError('api', `said ${refused}`, { cause: { status: refused, message: '' } });
      return kafka;
    };
    return getAs(cluster, custom, 'k.io/v1beta1', { namespace: 'shop', name: 'k' });
  };
  assert.equal(await reading(undefined), kafka);
  assert.deepEqual(versions, ['v1beta1']);
  assert.equal(await reading(404), kafka);
  assert.deepEqual(versions, ['v1beta1', 'v1']);
  await assert.rejects(reading(403), /403/);
  const cluster = memoryCluster([object('k.io/v1 Kafka', 'k')]);
  assert.ok(await getAs(cluster, custom, 'k.io/v1', { namespace: 'shop', name: 'k' }));
});

test('a size that stands elsewhere is asked of /scale, of what was scaled and is still it', async () => {
  const ring = object('k.io/v1 Kafka', 'k', { spec: { size: 3 } });
  const scale = asked({
    effect: { verb: 'scale', target: web, replicas: 0, was: 3, dryRun: false },
    targetUids: ['Kafka-k'],
  });
  const sizes = async (requests = [scale], uid = 'Kafka-k', status = 200) => {
    const cluster = memoryCluster([ring]);
    const body = {
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name: 'k', uid },
      spec: { replicas: 1 },
    };
    cluster.answers.set('/apis/k.io/v1/namespaces/shop/kafkas/k/scale', { status, body });
    return (await lookForUndo(cluster, [snapshotOf([ring])], [], undefined, requests)).sizes;
  };
  assert.deepEqual(await sizes(), { 'k.io/Kafka/shop/k': 1 });
  assert.deepEqual(await sizes([scale], 'other'), {});
  assert.deepEqual(await sizes([scale], 'Kafka-k', 500), {});
  assert.deepEqual(await sizes([]), {});
  assert.deepEqual(await sizes([{ ...scale, targetUids: ['x'] }]), {});
  const adopting = { ...scale, effect: { ...scale.effect, adopts: 'x' } as never };
  assert.deepEqual(await sizes([adopting]), {});
});

test('where a kept Pod was an operator’s, the Pods of today are looked at', async () => {
  const kafka = object('k.io/v1 Kafka', 'k');
  const broker = object('v1 Pod', 'k-0', { metadata: owned(kafka) });
  const now = object('v1 Pod', 'k-1');
  assert.deepEqual((await lookForUndo(memoryCluster([now]), [snapshotOf([broker])], [])).pods, [now]);
  const refusing = memoryCluster([now]);
  refusing.refuse = (method) => (method === 'list' ? 403 : undefined);
  assert.deepEqual((await lookForUndo(refusing, [snapshotOf([broker])], [])).pods, []);
  const plain = object('v1 Pod', 'p', { metadata: owned(object('apps/v1 ReplicaSet', 's')) });
  assert.equal((await lookForUndo(memoryCluster([now]), [snapshotOf([plain])], [])).pods, undefined);
  const map = object('v1 ConfigMap', 'm', { metadata: owned(kafka) });
  assert.equal((await lookForUndo(memoryCluster([now]), [snapshotOf([map])], [])).pods, undefined);
});

test('a kind is found by group and kind, whatever the version; an object by its name', () => {
  assert.equal(kindOf(kinds, { apiVersion: 'apps/v1beta2', kind: 'Deployment' })?.resource, 'deployments');
  assert.equal(kindOf(kinds, { apiVersion: 'v1', kind: 'Deployment' }), undefined);
  assert.equal(kindOf(kinds, { apiVersion: 'v1', kind: 'Pod' })?.group, '');
  const map = object('v1 ConfigMap', 'c');
  assert.equal(liveOf(live([map], [map]), map), map);
  assert.equal(liveOf(live([]), map), undefined);
});
