import type { DeleteOptions, KubeObject, OwnerReference } from '@toolcrib/kube';
import { CONFIG_MAPS } from '../common/types.ts';
import { type TestCluster, testCluster } from './cluster.ts';

// Only the collector runs: nothing else makes, adopts or finalizes anything.
const ONLY_GC = [
  'node',
  'namespace',
  'namespace-content',
  'volume-binder',
  'deployment',
  'replicaset',
  'statefulset',
  'scheduler',
  'kubelet',
] as const;

/** @param lawless the store takes what the API would refuse */
export function onlyCollector(gcDelayMs = 2, lawless = false): TestCluster {
  return testCluster({ without: [...ONLY_GC], gcDelayMs, lawless });
}

/** A ConfigMap in the namespace `shop`, with these owners. */
export function make(
  cluster: TestCluster,
  name: string,
  owners: KubeObject[] = [],
  extra: Partial<OwnerReference> = {},
) {
  return cluster.store.create(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: 'shop',
      ...(owners.length > 0 ? { ownerReferences: owners.map((owner) => reference(owner, extra)) } : {}),
    },
  });
}

export function reference(owner: KubeObject, extra: Partial<OwnerReference> = {}): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', ...extra };
}

export const remove = (cluster: TestCluster, name: string, options: DeleteOptions = {}) =>
  cluster.store.delete(CONFIG_MAPS, 'shop', name, options);

export const names = (cluster: TestCluster) =>
  cluster.store.list(CONFIG_MAPS, { namespace: 'shop' }).map((item) => item.metadata.name);
