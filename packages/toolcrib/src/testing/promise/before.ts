import type { ClusterTarget } from '@toolcrib/guard/testing/target.ts';
import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import type { Journal } from '@toolcrib/model';
import type { Standing } from './compare.ts';

/** A guard before a cluster, and the journal that it keeps. */
export interface Before {
  target: ClusterTarget;
  /** Through the door, in observe mode. */
  send(method: string, path: string, body?: unknown): Promise<number>;
  journal: Journal;
  /** Kinds that are looked at: namespaced ones that can be listed and deleted. */
  kinds: readonly ResourceInfo[];
}

export const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Everything that stands there, kind by kind, by plain requests; the volumes of its claims as well. */
export async function standing(at: Before, namespace: string): Promise<Standing> {
  const lists = await Promise.all(
    at.kinds.map(async ({ group, version, resource, kind }) => {
      const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
      const { status, body } = await at.target.https('GET', `${base}/namespaces/${namespace}/${resource}`);
      if (status !== 200) return [];
      const apiVersion = group === '' ? version : `${group}/${version}`;
      return ((body.items ?? []) as KubeObject[]).map((one) => ({ ...one, apiVersion, kind }));
    }),
  );
  const all = lists.flat();
  const own = await at.target.https('GET', `/api/v1/namespaces/${namespace}`);
  if (own.status === 200) all.push(own.body);
  const { body } = await at.target.https('GET', '/api/v1/persistentvolumes');
  const volumes = ((body.items ?? []) as KubeObject[]).filter(
    (one) => one.spec?.claimRef?.namespace === namespace,
  );
  return [...all, ...volumes.map((one) => ({ ...one, apiVersion: 'v1', kind: 'PersistentVolume' }))];
}

/** Asks until nothing is open any more. @returns what still is when the time is up */
export async function eventually(limit: number, open: () => Promise<string[]>): Promise<string[]> {
  const end = Date.now() + limit;
  for (;;) {
    const left = await open();
    if (left.length === 0 || Date.now() > end) return left;
    await pause(150);
  }
}
