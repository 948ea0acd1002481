import type { Body, KubeObject } from '@toolcrib/kube';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../common/types.ts';
import { claimTemplate, type TestCluster } from './cluster.ts';

/** A claim for 1Gi in the namespace `shop`, of no class where `spec` says none. */
export function createClaim(
  cluster: TestCluster,
  name: string,
  spec: Body = {},
  annotations = {},
): KubeObject {
  const template = claimTemplate(name);
  return cluster.store.create(PERSISTENT_VOLUME_CLAIMS, {
    ...template,
    metadata: { name, namespace: 'shop', annotations },
    spec: { ...template.spec, ...spec },
  });
}

/** A volume of 2Gi that somebody made by hand. */
export function createVolume(cluster: TestCluster, name: string, spec: Body = {}, annotations = {}): void {
  cluster.store.create(PERSISTENT_VOLUMES, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations },
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' }, hostPath: { path: '/d' }, ...spec },
  });
}
