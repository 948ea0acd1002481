import type { KubeObject } from '@toolcrib/kube';
import type { RecordingCluster } from './recording-cluster.ts';

/** Objects to delete, made as they are asked for. */
export interface Pool {
  take(): string | undefined;
  /** UID of a target → what only it owns. */
  owned: ReadonlyMap<string, KubeObject>;
  fill(count: number): Promise<void>;
}

/**
 * Objects to delete: Pods that a ReplicaSet would replace (passed by a short look), and ConfigMaps (by a whole one). Each
 * ConfigMap owns another, and one Pod in six a claim, for which it takes the whole look too.
 */
export function poolOf(cluster: RecordingCluster, namespace: string): Pool {
  const paths: string[] = [];
  let made = 0;
  let owner: KubeObject | undefined;
  const owned = new Map<string, KubeObject>();
  const core = `/api/v1/namespaces/${namespace}`;
  const own = async (resource: string, dependent: object, by: KubeObject[]) => {
    const objects = by.map(({ apiVersion, kind, metadata: { name, uid } }) => ({
      ...dependent,
      metadata: { name: `${name}-own`, ownerReferences: [{ apiVersion, kind, name, uid }] },
    }));
    const made = await cluster.create(`${core}/${resource}`, objects);
    for (const [index, one] of made.entries()) owned.set(by[index]?.metadata.uid ?? '', one);
  };
  return {
    owned,
    take: () => paths.shift(),
    async fill(count) {
      owner ??= (await cluster.create(`/apis/apps/v1/namespaces/${namespace}/replicasets`, [replicaSet]))[0];
      const { apiVersion = '', kind = '', metadata } = owner ?? {};
      const reference = { apiVersion, kind, name: metadata?.name, uid: metadata?.uid, controller: true };
      while (paths.length < count) {
        const names = Array.from({ length: 4 }, () => `o${made++}`);
        const pods = names.slice(1).map((name) => ({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name, ownerReferences: [reference] },
          spec: { containers: [{ name: 'main', image: 'pause' }] },
        }));
        const maps = names.slice(0, 1).map((name) => ({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name },
          data: { name },
        }));
        const [pod] = await cluster.create(`${core}/pods`, pods);
        await own('configmaps', MAP, await cluster.create(`${core}/configmaps`, maps));
        if (pod && made % 8 === 0) await own('persistentvolumeclaims', CLAIM, [pod]);
        paths.push(...names.slice(1).map((name) => `${core}/pods/${name}`), `${core}/configmaps/${names[0]}`);
      }
    },
  };
}

const MAP = { apiVersion: 'v1', kind: 'ConfigMap', data: { of: 'its owner' } };
const CLAIM = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

const replicaSet = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'pause' }] },
    },
  },
};
