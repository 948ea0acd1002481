import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import { groupVersionOf } from '@toolcrib/kube';
import { API_SERVER } from '../store/field-ownership.ts';
import type { MemoryStore } from '../store/memory-store.ts';
import { bootstrapRoles } from './roles.ts';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

const PRIORITY_CLASSES: [string, number, string][] = [
  [
    'system-cluster-critical',
    2_000_000_000,
    'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  ],
  [
    'system-node-critical',
    2_000_001_000,
    'Used for system critical pods that must not be moved from their current node.',
  ],
];

/** Writes what every fresh cluster has before anybody sends a request. */
export function seedCluster(store: MemoryStore): void {
  for (const object of seedObjects()) store.create(typeOf(store, object), object, { manager: API_SERVER });
}

function typeOf(store: MemoryStore, { apiVersion, kind }: KubeObject): ResourceInfo {
  const { group } = groupVersionOf(apiVersion);
  const info = store.findKind(group, kind);
  if (!info) throw new Error(`the seed has a ${kind} of ${apiVersion}, which is not served`);
  return info;
}

function seedObjects(): KubeObject[] {
  return [
    ...NAMESPACES.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...PRIORITY_CLASSES.map(([name, value, description]) => ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      description,
    })),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'kubernetes',
        namespace: 'default',
        labels: { component: 'apiserver', provider: 'kubernetes' },
      },
      spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, targetPort: 6443 }] },
    },
    ...bootstrapRoles(),
  ];
}
