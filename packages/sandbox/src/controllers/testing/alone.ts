import type { ResourceType } from '@toolcrib/kube';
import type { Controller } from '../../store/store.ts';
import type { ControllerOptions } from '../common/loop.ts';
import { SERVICE_ACCOUNTS } from '../common/types.ts';
import { type TestCluster, testCluster } from './cluster.ts';

/** A cluster in which nothing happens by itself, and Pods can be made in `shop`. */
export function quietCluster(): TestCluster {
  const cluster = testCluster({ noControllers: true });
  const metadata = { name: 'default', namespace: 'shop' };
  cluster.store.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  return cluster;
}

/** Starts this controller and no other; what it fails at stands in the cluster's `failures`. @returns how to stop it */
export function startAlone(
  cluster: TestCluster,
  make: (options: ControllerOptions) => Controller,
): () => void {
  const stop = make({
    report: (name, key, error) => void cluster.failures.push(`${name} ${key}: ${error}`),
  })(cluster.store, cluster.clock);
  cluster.settle();
  return stop;
}

type Asked = (type: ResourceType, ...rest: unknown[]) => unknown;

/** What is asked of the store from now on, in order, as `modify pods web-1`; of a `create` the generated name where there is one. */
export function asksOf({ store }: TestCluster): string[] {
  const told: string[] = [];
  for (const verb of ['get', 'create', 'update', 'modify', 'delete'] as const) {
    const real = store[verb] as Asked;
    const tell: Asked = (type, ...rest) => {
      const [first, second] = rest;
      const { name, generateName } =
        (first as { metadata?: Record<string, unknown> } | undefined)?.metadata ?? {};
      told.push(`${verb} ${type.resource} ${name || generateName || second}`);
      return real(type, ...rest);
    };
    Object.assign(store, { [verb]: tell });
  }
  return told;
}
