import type { ResourceType } from '@toolcrib/kube';
import type { Controller } from '../../store/store.ts';
import type { ControllerOptions, Tools } from '../common/loop.ts';
import { SERVICE_ACCOUNTS } from '../common/types.ts';
import { borrowView } from '../common/view.ts';
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

/** What a controller works with, over this cluster's store; there is no queue. @param told takes what is recorded, as `Normal Killing: …` */
export function toolsOf({ store, clock }: TestCluster, told: string[] = []): Tools {
  const record: Tools['record'] = (_, type, reason, message) =>
    void told.push(`${type} ${reason}: ${message}`);
  return { store, clock, record, view: borrowView(store).view, queue: undefined as never };
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
