import type { KubeObject } from '@toolcrib/kube';
import type { Store } from '../../store/store.ts';
import { CONFIG_MAPS } from '../common/types.ts';
import { attemptToDelete, type Collector } from '../gc/collect.ts';
import { type GraphNode, identityOf } from '../gc/graph.ts';
import { testCluster } from './cluster.ts';

export const BLOCKING = { blockOwnerDeletion: true };

/** One attempt at a time, by a collector that has seen what a test says. @param between changes the store that it asks */
export function attempts(between: (store: Store) => Partial<Store> = () => ({})) {
  const cluster = testCluster({ noControllers: true });
  const asked: string[] = [];
  const absent: string[] = [];
  const known = new Set<string>();
  const collector: Collector = {
    store: { ...cluster.store, ...between(cluster.store) },
    isKnownAbsent: (key) => known.has(key),
    rememberAbsent: ({ namespace, name }) => void absent.push(`${namespace}/${name}`),
    attemptToDelete: ({ identity }) => void asked.push(identity.name),
  };
  const node = (object: KubeObject, of: Partial<GraphNode> = {}): GraphNode => ({
    identity: identityOf(object),
    virtual: false,
    owners: object.metadata.ownerReferences ?? [],
    dependents: new Set(),
    beingDeleted: false,
    deletingDependents: false,
    ...of,
  });
  const stored = (name: string) => cluster.store.get(CONFIG_MAPS, 'shop', name);
  const edit = (name: string, change: (metadata: KubeObject['metadata']) => void) =>
    cluster.store.modify(CONFIG_MAPS, 'shop', name, ({ metadata }) => change(metadata));
  const attempt = (object: KubeObject, of?: Partial<GraphNode>) =>
    attemptToDelete(collector, node(object, of));
  return { cluster, collector, node, asked, absent, known, stored, edit, attempt };
}

/** An owner that is not there. */
export const NEVER = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'never', uid: 'no-such-uid' } };
