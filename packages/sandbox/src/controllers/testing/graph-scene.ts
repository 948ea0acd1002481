import type { KubeObject, OwnerReference } from '@toolcrib/kube';
import { dependencyGraph, type GraphChange, type GraphNode } from '../gc/graph.ts';

/** What is said of an object. */
export interface Of {
  uid?: string;
  namespace?: string;
  kind?: string;
  apiVersion?: string;
  owners?: OwnerReference[];
  deleting?: boolean;
  finalizers?: string[];
}

/** An object in `shop` whose UID is its name, where nothing else is said. */
export function object(name: string, of: Of = {}): KubeObject {
  const { uid = name, namespace = 'shop', kind = 'ConfigMap', apiVersion = 'v1' } = of;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      uid,
      ...(namespace === '' ? {} : { namespace }),
      ...(of.owners ? { ownerReferences: of.owners } : {}),
      ...(of.deleting ? { deletionTimestamp: '2026-11-02T10:00:00Z' } : {}),
      ...(of.finalizers ? { finalizers: of.finalizers } : {}),
    },
  };
}

/** A reference to an owner, by default the one that stands. */
export const ref = (name: string, more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name,
  uid: name,
  ...more,
});
export const block = (name: string, blockOwnerDeletion = true) => ref(name, { blockOwnerDeletion });

/** A graph, and what each change asks of it. */
export function graphScene() {
  const asked: string[] = [];
  const named = ({ identity: { namespace, name } }: GraphNode) => `${namespace}/${name}`;
  const graph = dependencyGraph({
    attemptToDelete: (node) => asked.push(`delete ${named(node)}`),
    attemptToDeleteLater: (node) => asked.push(`later ${named(node)}`),
    attemptToOrphan: (node) => asked.push(`orphan ${named(node)}`),
    ownerIsAbsent: ({ namespace, name }) => asked.push(`absent ${namespace}/${name}`),
    invalidNamespace: (node, owner) => asked.push(`invalid ${named(node)} by ${owner.name}`),
  });
  const apply = (change: GraphChange) => {
    asked.length = 0;
    graph.apply(change);
    return [...asked];
  };
  return {
    node: graph.node,
    add: (name: string, of?: Of) => apply({ type: 'ADDED', object: object(name, of) }),
    change: (name: string, of?: Of, previous?: Of) =>
      apply({
        type: 'MODIFIED',
        object: object(name, of),
        ...(previous ? { previous: object(name, previous) } : {}),
      }),
    remove: (name: string, of?: Of) => apply({ type: 'DELETED', object: object(name, of) }),
    /** It was looked up, and nothing of that name and UID is there. */
    refute: (name: string, of?: Of) => apply({ type: 'DELETED', object: object(name, of), virtual: true }),
    dependents: (uid: string) =>
      [...(graph.node(uid)?.dependents ?? [])].map(({ identity }) => identity.name),
  };
}
