import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { createStep } from './create.ts';
import type { Run } from './running.ts';
import { keyOfObject } from './steps.ts';
import { but, object, owned, runOver } from './testing/kept.ts';
import { custom, kinds, type MemoryCluster, memoryCluster } from './testing/memory-cluster.ts';

const infoOf = (kind: string) => {
  const found = [...kinds, custom].find((one) => one.kind === kind);
  assert.ok(found);
  return found;
};
const map = object('v1 ConfigMap', 'c', { data: { a: '1' } });
async function created(
  snapshot: KubeObject,
  standing: KubeObject[] | MemoryCluster,
  more: Partial<Run> = {},
  step: object = {},
) {
  const cluster = Array.isArray(standing) ? memoryCluster(standing) : standing;
  const run = runOver(cluster, more);
  const results = await createStep(run, { do: 'create', info: infoOf(snapshot.kind), snapshot, ...step });
  const now = cluster.objects.get(keyOfObject(snapshot));
  return { run, cluster, results, now, said: results.map(({ result, note = '' }) => `${result}: ${note}`) };
}

test('it is made as it was, and known by its UID of now', async () => {
  const { run, results, now } = await created(map, [], { coming: new Set(['ConfigMap-c']) });
  assert.deepEqual(results, [{ what: 'ConfigMap shop/c', result: 'done' }]);
  assert.deepEqual(now?.data, { a: '1' });
  assert.deepEqual([...run.uids], [['ConfigMap-c', 'new-0']]);
  assert.deepEqual([...run.made], [['ConfigMap-c', 'new-0']]);
  assert.equal(run.coming.size, 0);
});

test('what stands there again is known, and not told as made; another is in the way of what hangs on it', async () => {
  const same = await created(map, [but(map, { metadata: { uid: 'again' } })]);
  assert.deepEqual(same.said, ['unchanged: the same stands there again']);
  assert.deepEqual(
    [[...same.run.uids], same.run.made.size, same.run.missing.size],
    [[['ConfigMap-c', 'again']], 0, 0],
  );
  const other = await created(map, [but(map, { metadata: { uid: 'other' }, data: {} })]);
  assert.match(other.said.join(), /^conflict/);
  assert.deepEqual([other.run.uids.size, other.run.missing.has('ConfigMap-c')], [0, true]);
});

test('what its lost controller had is not made without it; of a mere owner it is', async () => {
  const pod = object('v1 Pod', 'p', { metadata: owned(object('apps/v1 ReplicaSet', 'set')) });
  const lost = await created(pod, [], { missing: new Set(['ReplicaSet-set']), coming: new Set(['Pod-p']) });
  assert.deepEqual(lost.said, ['skipped: ReplicaSet set, which controls it, did not come back']);
  assert.deepEqual(
    [lost.cluster.writes.length, lost.run.missing.has('Pod-p'), lost.run.coming.size],
    [0, true, 0],
  );
  const [reference] = owned(map).ownerReferences;
  const child = object('v1 Secret', 's', {
    metadata: { ownerReferences: [{ ...reference, controller: false }] },
  });
  const alone = await created(child, [], { missing: new Set(['ConfigMap-c']) });
  assert.deepEqual(alone.said, ['done: without its owner ConfigMap c, which is gone']);
});

test('the old one is waited for; where it stays, what is in a Namespace is not tried', async () => {
  const stays = await created(map, [map], {}, { waitGone: 'ConfigMap-c' });
  assert.match(stays.said.join(), /^failed: after 5 s it is still on its way out/);
  assert.deepEqual([stays.run.missing.has('ConfigMap-c'), stays.run.closed.size], [true, 0]);
  assert.deepEqual(stays.run.told, ['ConfigMap shop/c is still on its way out: waiting for it, up to 5 s']);
  const namespace = object('v1 Namespace', 'shop', { metadata: { namespace: undefined } });
  const held = await created(namespace, [namespace], {}, { waitGone: 'Namespace-shop' });
  assert.deepEqual([...held.run.closed], ['shop']);
  const cluster = memoryCluster([map]);
  let looks = 0;
  cluster.refuse = (method) => {
    if (method === 'get' && ++looks === 3) cluster.objects.delete(keyOfObject(map));
    return undefined;
  };
  const gone = await created(map, cluster, {}, { waitGone: 'ConfigMap-c' });
  assert.match(gone.said.join(), /^done/);
  assert.deepEqual(gone.run.told, [], 'a moment is not told');
});

test('a claim whose volume went meanwhile comes back empty, and the loss is told by itself', async () => {
  const claim = object('v1 PersistentVolumeClaim', 'data', { spec: { volumeName: 'pv', size: 1 } });
  const volume = { name: 'pv', uid: 'PersistentVolume-pv' };
  const lost = await created(claim, [], {}, { volume });
  assert.deepEqual(lost.results, [
    { what: 'PersistentVolume pv', result: 'failed', note: 'it went meanwhile, with its data' },
    {
      what: 'PersistentVolumeClaim shop/data',
      result: 'done',
      note: 'its volume pv is gone: it comes back empty',
    },
  ]);
  assert.deepEqual([lost.now?.spec, [...lost.run.missingVolumes]], [{ size: 1 }, ['pv']]);
  const pv = object('v1 PersistentVolume', 'pv', { metadata: { namespace: undefined }, spec: { size: 1 } });
  const bound = await created(claim, [pv], {}, { volume });
  assert.deepEqual(bound.said, ['done: ']);
  assert.deepEqual([bound.now?.spec, bound.run.missingVolumes.size], [{ volumeName: 'pv', size: 1 }, 0]);
});

test('what would take Pods of others over, and delete them, is not made', async () => {
  const labels = { app: 'web' };
  const set = object('apps/v1 ReplicaSet', 'set', {
    spec: { replicas: 0, selector: { matchLabels: labels } },
  });
  const theirs = object('v1 Pod', 'theirs', { metadata: { labels } });
  const { run, cluster, said } = await created(set, [theirs], { coming: new Set(['ReplicaSet-set']) });
  assert.match(said.join(), /^conflict: it would take over a Pod that runs/);
  assert.equal(cluster.writes.length, 0);
  for (const uids of [run.unmade, run.missing]) assert.deepEqual([...uids], ['ReplicaSet-set']);
  assert.equal(run.coming.size, 0);
});

test('an owner that comes later is named in it then, and it in what came before it', async () => {
  const child = object('v1 Secret', 's', { metadata: owned(map) });
  const { run } = await created(child, [], { coming: new Set(['ConfigMap-c', 'Secret-s']) });
  const [waiting] = run.unnamed.get('ConfigMap-c') ?? [];
  assert.deepEqual(waiting?.ref, {
    apiVersion: 'v1',
    kind: 'Secret',
    namespace: 'shop',
    name: 's',
    uid: 'new-0',
  });
  const cluster = run.cluster as MemoryCluster;
  const second = { ...child, metadata: { ...child.metadata, name: 't', uid: 'Secret-t' } };
  await createStep(run, { do: 'create', info: infoOf('Secret'), snapshot: second });
  assert.equal(run.unnamed.get('ConfigMap-c')?.length, 2);
  await createStep(run, { do: 'create', info: infoOf('ConfigMap'), snapshot: map });
  assert.equal(cluster.objects.get(keyOfObject(child))?.metadata.ownerReferences?.[0]?.uid, 'new-2');
  assert.equal(cluster.objects.get(keyOfObject(second))?.metadata.ownerReferences?.[0]?.uid, 'new-2');
});

test('what is back and not as it was is said', async () => {
  const said = async (one: KubeObject) => (await created(one, [])).said.join();
  const balancer = (status: object = {}) =>
    object('v1 Service', 's', { spec: { type: 'LoadBalancer' }, status });
  const ingress = [{ ip: '1.2.3.4' }, { hostname: 'lb' }];
  assert.equal(
    await said(balancer({ loadBalancer: { ingress } })),
    'done: its load balancer is made anew and may get another address than 1.2.3.4, lb',
  );
  assert.equal(await said(balancer()), 'done: its load balancer is made anew and may get another address');
  assert.equal(await said(object('v1 Service', 's', { spec: {} })), 'done: ');
  assert.equal(
    await said(object('batch/v1 Job', 'j')),
    'done: it starts over: what it had done is not remembered',
  );
  assert.match(await said(object('v1 Pod', 'p')), /^done: its containers start anew/);
  const token = object('v1 Secret', 's', { type: 'kubernetes.io/service-account-token' });
  assert.equal(await said(token), 'done: with a new token: the old one stays void');
});

test('what the cluster changed on a Pod’s way in is named', async () => {
  const pod = object('v1 Pod', 'p', { spec: { a: 1 } });
  const cluster = memoryCluster([]);
  const create = cluster.create;
  cluster.create = (type, one) => create(type, but(one, { spec: { a: 2 } }));
  assert.match((await created(pod, cluster)).said.join(), /the cluster changed it on the way in: spec\.a/);
  const config = memoryCluster([]);
  const make = config.create;
  config.create = (type, one) => make(type, but(one, { data: {} }));
  assert.deepEqual(
    (await created(map, config)).said,
    ['done: '],
    'of all else a server’s defaults are no change',
  );
});

test('a custom resource has its status back, where that is served', async () => {
  const kafka = object('k.io/v1 Kafka', 'k', { status: { clusterId: 'abc' } });
  const back = await created(kafka, []);
  assert.deepEqual(back.said, ['done: with its status']);
  assert.deepEqual(back.now?.status, { clusterId: 'abc' });
  const refused = async (status: number) => {
    const cluster = memoryCluster([]);
    cluster.refuse = (method) => (method === 'replace' ? status : undefined);
    return (await created(kafka, cluster)).said.join();
  };
  for (const status of [404, 405]) assert.equal(await refused(status), 'done: its status is not served');
  assert.equal(await refused(403), 'done: its status could not be written back (said 403)');
  assert.deepEqual((await created(object('k.io/v1 Kafka', 'k'), [])).said, ['done: ']);
  assert.deepEqual((await created(but(map, { status: {} }), [])).said, ['done: ']);
});

test('a definition is waited for until its kind is served', async () => {
  const spec = {
    group: 'acme.io',
    names: { plural: 'rings', kind: 'Ring' },
    versions: [{ name: 'v1', served: true }],
  };
  const crd = object('apiextensions.k8s.io/v1 CustomResourceDefinition', 'rings.acme.io', {
    metadata: { namespace: undefined },
    spec,
  });
  const established = (status: string) => ({ conditions: [{ type: 'Established', status }] });
  const tried = async (status: object, asked: { status: number; body: unknown }, more: object = {}) => {
    const cluster = memoryCluster([]);
    const create = cluster.create;
    cluster.create = async (type, one) => {
      const made = await create(type, one);
      Object.assign(cluster.objects.get(keyOfObject(crd)) ?? {}, { status });
      return made;
    };
    cluster.answers.set('/apis', asked);
    cluster.answers.set('/apis/acme.io', asked);
    cluster.answers.set('/apis/acme.io/v1', { status: 200, body: { resources: [{ name: 'rings' }] } });
    return createStep(runOver(cluster), {
      do: 'create',
      info: infoOf(crd.kind),
      snapshot: but(crd, more as never),
    });
  };
  const groups = {
    status: 200,
    body: { kind: 'APIGroup', versions: [{ version: 'v1', groupVersion: 'acme.io/v1' }] },
  };
  await assert.rejects(tried(established('False'), groups), /is not established/);
  await assert.rejects(
    tried({ conditions: [{ type: 'NamesAccepted', status: 'True' }] }, groups),
    /is not established/,
  );
  const unserved = { spec: { ...spec, versions: [{ name: 'v1', served: false }] } };
  assert.equal((await tried(established('True'), { status: 500, body: {} }, unserved))[0]?.result, 'done');
});
