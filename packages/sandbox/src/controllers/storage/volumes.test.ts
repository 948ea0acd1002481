import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import type { Tools } from '../common/loop.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../common/types.ts';
import { borrowView } from '../common/view.ts';
import { createVolume } from '../testing/claims.ts';
import { claimTemplate, type TestCluster, testCluster } from '../testing/cluster.ts';
import { reclaimVolume, settleProvisionerFinalizer, setVolumePhase } from './volumes.ts';

function createClaim(cluster: TestCluster, name: string, spec: Body = {}, annotations = {}): KubeObject {
  const template = claimTemplate(name);
  return cluster.store.create(PERSISTENT_VOLUME_CLAIMS, {
    ...template,
    metadata: { name, namespace: 'shop', annotations },
    spec: { ...template.spec, ...spec },
  });
}

const claim = (cluster: TestCluster, name: string) => cluster.get(PERSISTENT_VOLUME_CLAIMS, name);

const volumes = (cluster: TestCluster) => cluster.store.list(PERSISTENT_VOLUMES);

const volumeOf = (cluster: TestCluster, name: string) =>
  cluster.get(PERSISTENT_VOLUMES, claim(cluster, name).spec.volumeName);

test('reclaim policy Delete takes the volume with the claim; Retain leaves it Released', () => {
  const cluster = testCluster();
  createClaim(cluster, 'goes');
  createClaim(cluster, 'stays');
  cluster.settle();
  const kept = volumeOf(cluster, 'stays').metadata.name;
  cluster.store.modify(PERSISTENT_VOLUMES, undefined, kept, (volume) => {
    volume.spec.persistentVolumeReclaimPolicy = 'Retain';
  });
  for (const name of ['goes', 'stays']) cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', name);
  cluster.settle();
  assert.deepEqual(
    volumes(cluster).map((volume) => [volume.metadata.name, volume.status.phase]),
    [[kept, 'Released']],
  );
});

const FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';
const OURS = { 'pv.kubernetes.io/provisioned-by': 'sandbox.toolcrib.dev' };

/** A volume in a cluster in which nothing happens by itself. */
function scene(spec: Body, annotations: Record<string, string> = {}, phase?: string) {
  const cluster = testCluster({ noControllers: true });
  const { store, clock } = cluster;
  const told: string[] = [];
  const record: Tools['record'] = (_, type, reason, message) =>
    void told.push(`${type} ${reason}: ${message}`);
  const tools: Tools = { store, clock, record, view: borrowView(store).view, queue: undefined as never };
  createVolume(cluster, 'v', spec, annotations);
  // The protection of volumes that are bound is not what this is about.
  store.modify(PERSISTENT_VOLUMES, undefined, 'v', ({ metadata }) => void delete metadata.finalizers);
  const set = (status: Body) =>
    store.modify(PERSISTENT_VOLUMES, undefined, 'v', (fresh) => void (fresh.status = status), {
      subresource: 'status',
    });
  const volume = phase ? set({ phase }) : store.get(PERSISTENT_VOLUMES, undefined, 'v');
  const edit = (change: (metadata: KubeObject['metadata']) => void) =>
    store.modify(PERSISTENT_VOLUMES, undefined, 'v', ({ metadata }) => change(metadata));
  return { cluster, tools, told, volume, edit, now: () => store.get(PERSISTENT_VOLUMES, undefined, 'v') };
}

test('a phase is written with its time, and its reason where there is one; the same one is not written again', () => {
  const { cluster, tools, volume, now } = scene({}, {}, 'Available');
  setVolumePhase(volume, 'Bound', tools);
  assert.deepEqual(now().status, { phase: 'Bound', lastPhaseTransitionTime: '2026-11-02T10:00:05Z' });
  cluster.clock.advance(1000);
  setVolumePhase(now(), 'Bound', tools);
  assert.equal(now().status.lastPhaseTransitionTime, '2026-11-02T10:00:05Z');
  setVolumePhase(now(), 'Failed', tools, 'why');
  assert.deepEqual(now().status, {
    phase: 'Failed',
    lastPhaseTransitionTime: '2026-11-02T10:00:06Z',
    message: 'why',
  });
});

test('another volume of the name, or none, is left', () => {
  const { cluster, tools, volume, now } = scene({}, {}, 'Available');
  setVolumePhase({ ...volume, metadata: { ...volume.metadata, uid: 'earlier' } }, 'Released', tools);
  assert.equal(now().status.phase, 'Available');
  cluster.store.delete(PERSISTENT_VOLUMES, undefined, 'v');
  setVolumePhase(volume, 'Released', tools);
  reclaimVolume({ ...volume, spec: { ...volume.spec, persistentVolumeReclaimPolicy: 'Delete' } }, tools);
  assert.equal(cluster.exists(PERSISTENT_VOLUMES, 'v'), false);
});

test('the provisioner holds what it has made and is to delete', () => {
  for (const [annotations, policy, before, held] of [
    [OURS, 'Delete', [], true],
    [OURS, 'Retain', [FINALIZER], false],
    [{ 'pv.kubernetes.io/provisioned-by': 'ebs.csi.aws.com' }, 'Delete', [], false],
    [{}, 'Delete', [], false],
    [{}, 'Retain', [FINALIZER], true],
  ] as const) {
    const { tools, edit, now } = scene({ persistentVolumeReclaimPolicy: policy }, annotations);
    settleProvisionerFinalizer(
      edit((metadata) => void (metadata.finalizers = [...before])),
      tools,
    );
    assert.equal(now().metadata.finalizers?.includes(FINALIZER) === true, held, `${policy} ${held}`);
  }
});

test('the claim has gone: what becomes of the volume', () => {
  const csi = { hostPath: undefined, csi: { driver: 'ebs.csi.aws.com', volumeHandle: 'h' } };
  const reclaimed = (policy: string, annotations: Record<string, string>, phase: string, spec: Body = {}) => {
    const { tools, told, volume, cluster } = scene(
      { persistentVolumeReclaimPolicy: policy, ...spec },
      annotations,
      phase,
    );
    reclaimVolume(volume, tools);
    const [left] = cluster.store.list(PERSISTENT_VOLUMES);
    return [left?.status.phase, ...told];
  };
  assert.deepEqual(reclaimed('Retain', OURS, 'Bound'), ['Released']);
  assert.deepEqual(reclaimed('Delete', OURS, 'Bound'), [undefined]);
  assert.deepEqual(reclaimed('Delete', {}, 'Bound', csi), ['Released'], 'its driver will see to it');
  const why =
    'Warning VolumeFailedDelete: error getting deleter volume plugin for volume "v": no deletable volume plugin matched';
  assert.deepEqual(reclaimed('Delete', {}, 'Bound'), ['Failed', why]);
  assert.deepEqual(reclaimed('Delete', {}, 'Failed'), ['Failed'], 'it has been told');
  assert.deepEqual(reclaimed('Retain', {}, 'Failed'), ['Failed']);
});

test('one that others hold is let go by the provisioner, and stays until they let go too', () => {
  const { tools, edit, now } = scene({ persistentVolumeReclaimPolicy: 'Delete' }, OURS, 'Bound');
  reclaimVolume(
    edit((metadata) => void (metadata.finalizers = [FINALIZER, 'example.com/hold'])),
    tools,
  );
  assert.deepEqual(now().metadata.finalizers, ['example.com/hold']);
  assert.ok(now().metadata.deletionTimestamp);
});
