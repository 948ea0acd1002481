import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marks } from '@toolcrib/model';
import { keyOfObject } from './steps.ts';
import { but, object, owned, softened } from './testing/kept.ts';
import { memoryCluster } from './testing/memory-cluster.ts';
import { unmark, unmarkLeft } from './unmark.ts';

const web = object('apps/v1 Deployment', 'web');
const marked = (one: ReturnType<typeof object>) =>
  but(one, {
    metadata: {
      labels: { [marks.act]: 'a', app: 'web' },
      annotations: { [marks.softenedFrom]: 'Deployment/web', [marks.finishAfter]: '1', mine: 'x' },
    },
  });
const left = marked(object('v1 Pod', 'left'));
const taken = marked(object('v1 Pod', 'taken', { metadata: owned(object('apps/v1 ReplicaSet', 'set')) }));
const claim = marked(object('v1 PersistentVolumeClaim', 'data'));
const record = softened(web, [left, taken]);

test('the marks come off what is somebody’s again, and of the rest it is said how many carry them', async () => {
  const cluster = memoryCluster([left, taken, claim]);
  assert.equal(await unmarkLeft(cluster, record), 1);
  const metadata = (one: typeof left) => cluster.objects.get(keyOfObject(one))?.metadata;
  assert.deepEqual(metadata(left), left.metadata);
  for (const one of [taken, claim])
    assert.deepEqual([metadata(one)?.labels, metadata(one)?.annotations], [{ app: 'web' }, { mine: 'x' }]);
  assert.equal(await unmarkLeft(cluster, record, { all: true }), 0);
  assert.deepEqual(metadata(left)?.labels, { app: 'web' });
  const writes = cluster.writes.length;
  assert.equal(await unmarkLeft(cluster, record, { all: true }), 0);
  assert.equal(cluster.writes.length, writes);
});

test('one that is gone, or another one now, is passed over; what is refused is an error', async () => {
  const cluster = memoryCluster([but(left, { metadata: { uid: 'other' } })]);
  assert.equal(await unmark(cluster, left), false);
  assert.equal(cluster.writes.length, 0);
  assert.equal(await unmark(memoryCluster([]), left), false);
  assert.equal(await unmark(memoryCluster([left]), left), true);
  const refusing = memoryCluster([left]);
  refusing.refuse = (method) => (method === 'patch' ? 403 : undefined);
  await assert.rejects(unmark(refusing, left), /403/);
});

test('where our marks were the first labels, the map of them is nobody’s afterwards; that may fail', async () => {
  const entry = (manager: string, metadata: object) => ({
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:metadata': metadata },
  });
  const map = { '.': {} };
  const managedFields = [
    entry('helm', { 'f:finalizers': map }),
    entry('toolcrib', { 'f:labels': map, 'f:annotations': map }),
  ];
  const owns = but(left, { metadata: { managedFields } });
  const cluster = memoryCluster([owns]);
  assert.equal(await unmark(cluster, owns), true);
  const given = cluster.objects.get(keyOfObject(owns))?.metadata.managedFields;
  assert.deepEqual(
    given?.map((one) => (one as { manager: string }).manager),
    ['helm'],
  );
  assert.equal(cluster.writes.length, 2);
  const pinned = cluster.bodies[1] as { metadata: { uid: string; resourceVersion: string } };
  assert.deepEqual([pinned.metadata.uid, pinned.metadata.resourceVersion], ['Pod-left', '1000']);
  const once = memoryCluster([owns]);
  let calls = 0;
  once.refuse = (method) => (method === 'patch' && ++calls === 2 ? 409 : undefined);
  assert.equal(await unmark(once, owns), true);
});
