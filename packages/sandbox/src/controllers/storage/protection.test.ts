import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS } from '../common/types.ts';
import { claimTemplate, labelled, type TestCluster, testCluster } from '../testing/cluster.ts';

function createClaim(cluster: TestCluster, name: string, spec: Body = {}, annotations = {}): KubeObject {
  const template = claimTemplate(name);
  return cluster.store.create(PERSISTENT_VOLUME_CLAIMS, {
    ...template,
    metadata: { name, namespace: 'shop', annotations },
    spec: { ...template.spec, ...spec },
  });
}

function podUsing(cluster: TestCluster, claim: string): KubeObject {
  const { spec } = labelled('x');
  spec.volumes = [{ name: 'data', persistentVolumeClaim: { claimName: claim } }];
  const metadata = { name: `uses-${claim}`, namespace: 'shop' };
  return cluster.store.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata, spec });
}

const claim = (cluster: TestCluster, name: string) => cluster.get(PERSISTENT_VOLUME_CLAIMS, name);

const volumes = (cluster: TestCluster) => cluster.store.list(PERSISTENT_VOLUMES);

const volumeOf = (cluster: TestCluster, name: string) =>
  cluster.get(PERSISTENT_VOLUMES, claim(cluster, name).spec.volumeName);

test('a claim in use is held until its Pod has gone', () => {
  const cluster = testCluster();
  createClaim(cluster, 'data');
  podUsing(cluster, 'data');
  cluster.settle();
  cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data');
  cluster.settle();
  assert.ok(claim(cluster, 'data').metadata.deletionTimestamp);
  assert.equal(volumes(cluster).length, 1);
  cluster.store.delete(PODS, 'shop', 'uses-data');
  cluster.settle();
  assert.equal(cluster.exists(PERSISTENT_VOLUME_CLAIMS, 'data'), false);
  assert.equal(volumes(cluster).length, 0);
});

test('a bound volume that is deleted waits for its claim', () => {
  const cluster = testCluster();
  createClaim(cluster, 'data');
  cluster.settle();
  const { name } = volumeOf(cluster, 'data').metadata;
  cluster.store.delete(PERSISTENT_VOLUMES, undefined, name);
  cluster.settle();
  assert.equal(cluster.get(PERSISTENT_VOLUMES, name).status.phase, 'Bound');
  cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data');
  cluster.settle();
  assert.equal(cluster.exists(PERSISTENT_VOLUMES, name), false);
});
