import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../common/types.ts';
import { claimTemplate, type TestCluster, testCluster } from '../testing/cluster.ts';

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
