import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { marks } from '@toolcrib/model';
import { readoptStep } from './readopt.ts';
import { keyOfObject } from './steps.ts';
import { but, object, owned, runOver, softened } from './testing/kept.ts';
import { kinds, memoryCluster } from './testing/memory-cluster.ts';

const info = kinds.find(({ kind }) => kind === 'StatefulSet');
assert.ok(info);
const db = object('apps/v1 StatefulSet', 'db', { spec: { replicas: 2 } });
const ours = { labels: { [marks.act]: 'a' }, annotations: { [marks.softenedFrom]: 'StatefulSet/db' } };
const marked = (type: string, name: string, restartCount = 0) =>
  object(type, name, { metadata: ours, status: { containerStatuses: [{ restartCount }] } });
const [first, second] = [marked('v1 Pod', 'db-0', 3), marked('v1 Pod', 'db-1')];
const revision = marked('apps/v1 ControllerRevision', 'db-rev');
const claim = marked('v1 PersistentVolumeClaim', 'data-db-0');
const left = [first, second, revision, claim];

/** As the set's controller does it: the moment it stands it takes these back. */
async function readopted(
  standing: KubeObject[],
  takes: KubeObject[],
  restarts: Record<string, number> = {},
  gives: Record<string, unknown> = {},
) {
  const cluster = memoryCluster(standing);
  const create = cluster.create;
  cluster.create = async (type, one) => {
    const made = await create(type, one);
    for (const taken of takes) {
      const now = cluster.objects.get(keyOfObject(taken));
      if (now) cluster.objects.set(keyOfObject(taken), but(now, { metadata: owned(made), ...gives }));
    }
    return made;
  };
  const run = runOver(cluster);
  const record = softened(db, left, { note: 'x' });
  const results = await readoptStep(run, {
    do: 'readopt',
    info: info as never,
    snapshot: db,
    record,
    restarts,
  });
  const carry = [...cluster.objects.values()].filter(
    ({ metadata }) => metadata.labels?.[marks.act] !== undefined,
  );
  return { run, cluster, results, carry: carry.length, note: results[0]?.note };
}

test('the very same objects are its again, their marks are off, and it is written down as undone', async () => {
  const { run, results, carry } = await readopted(left, [first, second, revision], {
    'Pod-db-0': 3,
    'Pod-db-1': 0,
  });
  assert.deepEqual(results, [
    { what: 'StatefulSet shop/db', result: 'done', note: '2 of 2 Pods are the same ones, 0 restarts' },
  ]);
  assert.equal(carry, 0);
  assert.deepEqual(
    run.softenings.map(({ state, note }) => [state, note]),
    [['undone', undefined]],
  );
});

test('what restarted and what had gone is counted', async () => {
  const restarted = await readopted(left, [first, second, revision], { 'Pod-db-0': 1, 'Pod-db-1': 7 });
  assert.equal(restarted.note, '2 of 2 Pods are the same ones, 2 restarts');
  const one = await readopted([first, revision, claim], [first, revision], { 'Pod-db-0': 3 });
  assert.equal(one.note, '1 of 2 Pods are the same ones, 0 restarts; 1 had gone meanwhile and is made again');
  const going = but(first, { metadata: { deletionTimestamp: 'x' } });
  const none = await readopted([going, but(second, { metadata: { uid: 'other' } }), claim], []);
  assert.equal(
    none.note,
    '0 of 2 Pods are the same ones, 0 restarts; 2 had gone meanwhile and are made again; gone: ControllerRevision db-rev',
  );
});

test('what somebody else has by now is not waited for', async () => {
  const theirs = but(second, { metadata: owned(object('apps/v1 ReplicaSet', 'other')) });
  const { results } = await readopted([first, theirs, revision, claim], [first, revision], { 'Pod-db-0': 3 });
  assert.equal(results[0]?.result, 'done');
});

test('what is not taken back keeps its mark: by that it can be found', async () => {
  const cluster = memoryCluster(left);
  const run = runOver(cluster);
  const step = {
    do: 'readopt',
    info: info as never,
    snapshot: db,
    record: softened(db, left),
    restarts: {},
  } as const;
  await assert.rejects(
    readoptStep(run, step),
    /Pod shop\/db-0 was not taken back by StatefulSet shop\/db; its mark stays on/,
  );
  assert.equal(cluster.objects.get(keyOfObject(first))?.metadata.labels?.[marks.act], 'a');
  assert.deepEqual(run.softenings, []);
});

test('marks that stay on are an error, and the softening is not undone', async () => {
  const cluster = memoryCluster([claim]);
  cluster.refuse = (method) => (method === 'patch' ? 409 : undefined);
  const run = runOver(cluster);
  const record = softened(db, []);
  await assert.rejects(
    readoptStep(run, { do: 'readopt', info: info as never, snapshot: db, record, restarts: {} }),
    /could not be taken off 1 objects/,
  );
  assert.deepEqual(run.softenings, []);
});

test('an owner that could not be made again is all there is to tell', async () => {
  const other = but(db, { metadata: { uid: 'other' }, spec: { replicas: 9 } });
  const { results, carry, run } = await readopted([...left, other], []);
  assert.deepEqual(
    results.map(({ result }) => result),
    ['conflict'],
  );
  assert.equal(carry, 4);
  assert.deepEqual(run.softenings, []);
  const same = but(db, { metadata: { uid: 'again' } });
  const back = await readopted([same, ...left.map((one) => but(one, { metadata: owned(same) }))], []);
  assert.equal(back.results[0]?.result, 'unchanged');
  assert.equal(back.run.softenings.length, 1);
});

test('each controller takes its own kinds back, and of the rest nothing is waited for', async () => {
  const web = object('apps/v1 Deployment', 'web');
  const annotations = { [marks.softenedFrom]: 'Deployment/web' };
  const pod = object('v1 Pod', 'p', { metadata: { ...ours, annotations } });
  const cluster = memoryCluster([pod]);
  const record = softened(web, [pod]);
  const deployments = kinds.find(({ kind }) => kind === 'Deployment');
  const step = { do: 'readopt', info: deployments as never, snapshot: web, record, restarts: {} } as const;
  const [result] = await readoptStep(runOver(cluster), step);
  assert.equal(result?.result, 'done', 'a Deployment takes ReplicaSets, and those their Pods');
});
