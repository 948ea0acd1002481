import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, STORAGE_CLASSES } from '../common/types.ts';
import { asksOf, quietCluster, startAlone } from '../testing/alone.ts';
import { createClaim, createVolume } from '../testing/claims.ts';
import type { TestCluster } from '../testing/cluster.ts';
import { volumeBinder } from './binder.ts';

const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';

let cluster: TestCluster;

beforeEach(() => {
  cluster = quietCluster();
  startAlone(cluster, volumeBinder);
});

const claim = () => cluster.get(PERSISTENT_VOLUME_CLAIMS, 'data');
const volume = (name = 'v') => cluster.get(PERSISTENT_VOLUMES, name);
const phases = (name = 'v') => {
  assert.deepEqual(cluster.failures, []);
  return [claim().status.phase, volume(name).status.phase];
};
const changeClaim = (change: (object: KubeObject) => void) => {
  cluster.store.modify(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data', change);
  cluster.settle();
};
const changeVolume = (change: (object: KubeObject) => void) => {
  cluster.store.modify(PERSISTENT_VOLUMES, undefined, 'v', change);
  cluster.settle();
};
const touch = ({ metadata }: KubeObject) => void (metadata.labels = { seen: 'yes' });
const setPhase = (of: 'claim' | 'volume', phase: string) => {
  const put = ({ status }: KubeObject) => void (status.phase = phase);
  if (of === 'claim') {
    cluster.store.modify(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data', put, { subresource: 'status' });
  } else cluster.store.modify(PERSISTENT_VOLUMES, undefined, 'v', put, { subresource: 'status' });
  cluster.settle();
};

/** A claim without a class and the volume that it has. */
function bound(): void {
  createVolume(cluster, 'v');
  cluster.settle();
  createClaim(cluster, 'data', { storageClassName: '' });
  cluster.settle();
  assert.deepEqual(phases(), ['Bound', 'Bound']);
}

test('the volume is Bound before its claim says so, and nothing is written twice', () => {
  const told: string[] = [];
  cluster.store.subscribe(({ object, previous }) => {
    const { phase } = object.status ?? {};
    if (phase !== previous?.status?.phase) told.push(`${object.kind} ${phase}`);
  });
  bound();
  const [before, last] = told.slice(-2);
  assert.deepEqual([before, last], ['PersistentVolume Bound', 'PersistentVolumeClaim Bound']);
  assert.deepEqual(claim().status.capacity, { storage: '2Gi' });
  const asks = asksOf(cluster);
  changeClaim(touch);
  changeVolume(touch);
  assert.deepEqual(
    asks.filter((ask) => ask.startsWith('modify')),
    ['modify persistentvolumeclaims data', 'modify persistentvolumes v'],
  );
});

test('what somebody takes from a binding is put back', () => {
  bound();
  const { claimRef } = volume().spec;
  changeVolume(({ spec }) => delete spec.claimRef);
  assert.equal(volume().spec.claimRef.uid, claimRef.uid);
  setPhase('volume', 'Available');
  setPhase('claim', 'Pending');
  assert.deepEqual(phases(), ['Bound', 'Bound']);
});

test('a claim that goes leaves its volume Released, and not that of another', () => {
  bound();
  const finalizers = ({ metadata }: KubeObject) => void (metadata.finalizers = []);
  const elsewhere = { namespace: 'default', name: 'data', uid: 'other', kind: 'PersistentVolumeClaim' };
  createVolume(cluster, 'reserved', { claimRef: { namespace: 'shop', name: 'other' } });
  createVolume(cluster, 'far', { claimRef: { ...elsewhere, uid: undefined } });
  cluster.settle();
  changeClaim(finalizers);
  cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data');
  cluster.settle();
  const states = ['v', 'reserved', 'far'].map((name) => volume(name).status.phase);
  assert.deepEqual([states, cluster.failures], [['Released', 'Available', 'Available'], []]);
  changeVolume(finalizers);
  cluster.store.delete(PERSISTENT_VOLUMES, undefined, 'v');
  cluster.settle();
  assert.deepEqual(cluster.failures, []);
});

test('a claim that waits is Pending, whatever it was and whatever it waits for', () => {
  const waits = (why: string, spec: object, reason?: string) => {
    createClaim(cluster, 'data', { storageClassName: '', ...spec });
    cluster.settle();
    setPhase('claim', 'Lost');
    assert.equal(claim().status.phase, 'Pending', why);
    if (reason)
      assert.ok(
        cluster.events('data').some((event) => event.reason === reason),
        why,
      );
    changeClaim(({ metadata }) => void (metadata.finalizers = []));
    cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data');
    cluster.settle();
    assert.deepEqual(cluster.failures, [], why);
  };
  createVolume(cluster, 'taken', { claimRef: { namespace: 'default', name: 'data' } });
  createVolume(cluster, 'small', { capacity: { storage: '1Mi' } });
  waits('any', {}, 'FailedBinding');
  waits('one that is not there', { volumeName: 'none' });
  waits('one that is another’s', { volumeName: 'taken' }, 'FailedBinding');
  waits('one that is too small', { volumeName: 'small' }, 'VolumeMismatch');
});

test('a volume that is for a claim, but too small, waits with it', () => {
  createClaim(cluster, 'data', { storageClassName: '' });
  const { uid } = claim().metadata;
  const claimRef = { kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data', uid };
  createVolume(cluster, 'v', { capacity: { storage: '1Mi' }, claimRef });
  cluster.settle();
  assert.deepEqual([claim().status.phase, claim().spec.volumeName], ['Pending', undefined]);
  assert.deepEqual(volume().spec.claimRef, claimRef);
});

test('where there is no default class, a claim of none says so; where there is, it takes it in silence', () => {
  cluster.store.delete(STORAGE_CLASSES, undefined, 'standard');
  createClaim(cluster, 'data');
  cluster.settle();
  assert.deepEqual([claim().spec.storageClassName, cluster.failures], [undefined, []]);
  const told = () => cluster.events('data').map(({ reason, count }) => [reason, count]);
  const [[reason, count] = []] = told();
  assert.equal(reason, 'FailedBinding');
  const metadata = { name: 'late', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } };
  const provisioner = 'csi.example.com';
  cluster.store.create(STORAGE_CLASSES, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata,
    provisioner,
  });
  cluster.settle();
  assert.equal(claim().spec.storageClassName, 'late');
  assert.deepEqual(told()[0], ['FailedBinding', count]);
  assert.equal(told()[1]?.[0], 'ExternalProvisioning');
});

test('a class that is named by the old annotation is a class, and no default one is added', () => {
  const asked = { 'volume.beta.kubernetes.io/storage-class': 'old' };
  createClaim(cluster, 'data', {}, asked);
  cluster.settle();
  assert.equal(claim().spec.storageClassName, undefined);
  cluster.store.create(STORAGE_CLASSES, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'old' },
    provisioner: 'sandbox.toolcrib.dev',
  });
  cluster.settle();
  const name = `pvc-${claim().metadata.uid}`;
  assert.deepEqual([phases(name), volume(name).spec.storageClassName], [['Bound', 'Bound'], 'old']);
});

test('a volume that was made here is held for its deletion only while that is its policy', () => {
  createClaim(cluster, 'data');
  cluster.settle();
  const name = claim().spec.volumeName;
  const held = () =>
    volume(name).metadata.finalizers?.includes('external-provisioner.volume.kubernetes.io/finalizer');
  assert.deepEqual([held(), claim().metadata.annotations?.[BIND_COMPLETED]], [true, 'yes']);
  cluster.store.modify(
    PERSISTENT_VOLUMES,
    undefined,
    name,
    ({ spec }) => void (spec.persistentVolumeReclaimPolicy = 'Retain'),
  );
  cluster.settle();
  assert.equal(held(), false);
});
