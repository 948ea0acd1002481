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
