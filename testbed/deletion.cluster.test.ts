// Proves with a real kubectl that the testbed deletes as Kubernetes does: by its own controllers. Needs Go.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, type Harness, startHarness, workloads } from './harness.ts';
import type { Testbed } from './start.ts';

const n = 'gone';
let testbed: Testbed;
let kubectl: Harness['kubectl'];
let names: Harness['names'];
let uids: Harness['uids'];
let audit: Harness['audit'];
let furnish: Harness['furnish'];
before(async () => {
  ({ testbed, kubectl, names, uids, audit, furnish } = await startHarness());
  await furnish(n);
});
after(() => testbed?.stop());

test('background: the Deployment goes at once, its ReplicaSet and Pods follow', async () => {
  await kubectl(`delete deployment web -n ${n} --cascade=background`);
  await eventually(
    'nothing left',
    () => names(`get replicasets,pods -n ${n} -l app=web`),
    (left) => left.length === 0,
  );
});

test('foreground: the owner stays until its Pods are gone', async () => {
  await kubectl(`delete daemonset agent -n ${n} --cascade=foreground --wait=false`);
  const finalizers = await kubectl(`get daemonset agent -n ${n} -o jsonpath={.metadata.finalizers[*]}`);
  assert.match(finalizers, /foregroundDeletion/);
  await kubectl(`wait -n ${n} --for=delete daemonset/agent --timeout=30s`);
  assert.deepEqual(await names(`get pods -n ${n} -l app=agent`), []);
});

test('orphan: the Pods keep running, and a StatefulSet created again adopts them', async () => {
  const running = await uids(`get pods -n ${n} -l app=db`);
  assert.equal(running.length, 2);
  await kubectl(`delete statefulset db -n ${n} --cascade=orphan`);
  await sleep(3000); // long enough for a wrong collector
  assert.deepEqual(await uids(`get pods -n ${n} -l app=db`), running);
  assert.equal(
    await kubectl(`get pods -n ${n} -l app=db -o jsonpath={.items[*].metadata.ownerReferences}`),
    '',
  );
  await kubectl(`apply -n ${n} -f ${workloads}`);
  const owner = await kubectl(`get statefulset db -n ${n} -o jsonpath={.metadata.uid}`);
  const owners = () =>
    kubectl(`get pods -n ${n} -l app=db -o jsonpath={.items[*].metadata.ownerReferences[0].uid}`);
  await eventually('adopted', owners, (text) => text === `${owner} ${owner}`);
  assert.deepEqual(await uids(`get pods -n ${n} -l app=db`), running);
});

test('a claim in use waits for its Pod; then volume and data go', async () => {
  const volume = await kubectl(`get pvc data-db-1 -n ${n} -o jsonpath={.spec.volumeName}`);
  await writeFile(join(testbed.state.volumes, volume, 'orders'), 'precious');
  await kubectl(`delete pvc data-db-1 -n ${n} --wait=false`);
  await sleep(1000);
  assert.notEqual(await kubectl(`get pvc data-db-1 -n ${n} -o jsonpath={.metadata.deletionTimestamp}`), '');
  await kubectl(`scale statefulset db -n ${n} --replicas=1`);
  await kubectl(`wait -n ${n} --for=delete pvc/data-db-1 --timeout=30s`);
  await kubectl(`wait --for=delete pv/${volume} --timeout=30s`);
  assert.equal((await readdir(testbed.state.volumes)).includes(volume), false);
});

test('a volume whose policy was changed to Retain keeps its data', async () => {
  const volume = await kubectl(`get pvc data-db-0 -n ${n} -o jsonpath={.spec.volumeName}`);
  await writeFile(join(testbed.state.volumes, volume, 'orders'), 'precious');
  await kubectl(`patch pv ${volume} -p {"spec":{"persistentVolumeReclaimPolicy":"Retain"}}`);
  await kubectl(`delete statefulset db -n ${n}`);
  await kubectl(`delete pvc data-db-0 -n ${n} --timeout=30s`);
  await eventually(
    'released',
    () => kubectl(`get pv ${volume} -o jsonpath={.status.phase}`),
    (p) => p === 'Released',
  );
  await sleep(2000); // long enough for a wrong provisioner
  assert.equal(await readFile(join(testbed.state.volumes, volume, 'orders'), 'utf8'), 'precious');
});

test('a namespace full of things ends, Pods first', async () => {
  await furnish('full');
  assert.match(await kubectl('get pv -o jsonpath={.items[*].spec.claimRef.namespace}'), /full/);
  await kubectl('delete namespace full --timeout=80s');
  const claimed = () => kubectl('get pv -o jsonpath={.items[*].spec.claimRef.namespace}');
  await eventually('its volumes go too', claimed, (namespaces) => !namespaces.includes('full'));
  const removed = (
    await audit((e) => e.verb === 'deletecollection' && e.objectRef?.namespace === 'full')
  ).map((e) => e.objectRef?.resource);
  assert.ok(removed.includes('deployments'), removed.join());
  assert.ok(removed.indexOf('pods') < removed.indexOf('deployments'), removed.join());
});
