import type { KubeObject, ResourceType } from '@toolcrib/kube';
import { ApiError } from '../store/api-error.ts';
import type { MemoryStore } from '../store/memory-store.ts';
import type { Clock } from '../store/store.ts';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** What every fresh cluster has before anybody sends a request. */
export function seedCluster(store: MemoryStore, _clock: Clock): void {
  const put = (type: ResourceType, object: KubeObject) => {
    try {
      store.create(type, object);
    } catch (error) {
      if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
    }
  };
  for (const name of NAMESPACES) {
    put(
      { group: '', version: 'v1', resource: 'namespaces' },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    );
  }
}
