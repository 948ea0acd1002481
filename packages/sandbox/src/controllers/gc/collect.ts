import type {
  DeleteOptions,
  KubeObject,
  OwnerReference,
  PropagationPolicy,
  ResourceInfo,
} from '@toolcrib/kube';
import { groupVersionOf } from '@toolcrib/kube';
import type { Store } from '../../store/store.ts';
import { isConflict, isNotFound } from '../common/errors.ts';
import { semanticallyEqual } from '../common/values.ts';
import { type GraphNode, hasFinalizer, type Identity, identityKey, isDeleting } from './graph.ts';

/** What became of one attempt. `absent`: the object itself is not there, the graph must forget it. */
export type Outcome = 'done' | 'absent' | 'hopeless';

export interface Collector {
  store: Store;
  isKnownAbsent(key: string): boolean;
  rememberAbsent(identity: Identity): void;
  /** Asks for an attempt on a dependent. */
  attemptToDelete(node: GraphNode): void;
}

/** A reference from a cluster-scoped object to a namespaced owner can never be resolved: nothing is collected. */
class NamespacedOwnerError extends Error {}

/** The served type of a kind. @throws Error where it is not served: that is an error, never a reason to delete */
function typeOf(store: Store, apiVersion: string, kind: string): ResourceInfo {
  const { group, version } = groupVersionOf(apiVersion);
  const found = store
    .resources()
    .find((info) => info.group === group && info.version === version && info.kind === kind);
  if (!found) throw new Error(`unable to get REST mapping for ${apiVersion}/${kind}.`);
  return found;
}

/**
 * Decides about one node, by what the API says now (attemptToDeleteItem in garbagecollector.go).
 * @throws Error where it has to be tried again
 */
export function attemptToDelete(collector: Collector, node: GraphNode): Outcome {
  if (node.beingDeleted && !node.deletingDependents) return 'done';
  let latest: KubeObject;
  try {
    latest = read(collector.store, node.identity);
  } catch (error) {
    if (error instanceof NamespacedOwnerError) return 'hopeless';
    if (isNotFound(error)) return 'absent';
    throw error;
  }
  if (latest.metadata.uid !== node.identity.uid) return 'absent';
  if (node.deletingDependents) return waitForDependents(collector, node);
  const references = latest.metadata.ownerReferences ?? [];
  if (references.length === 0) return 'done';
  try {
    return judge(collector, node, latest, references);
  } catch (error) {
    if (error instanceof NamespacedOwnerError) return 'hopeless';
    throw error;
  }
}

/** Strips the owner's reference from its direct dependents, then lets it go. @throws Error to try again */
export function orphanDependents({ store }: Collector, owner: GraphNode): void {
  const failures: unknown[] = [];
  for (const dependent of [...owner.dependents]) {
    try {
      change(store, dependent.identity, (object) => dropReferences(object, [owner.identity.uid]));
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) {
    throw new Error(`Not all dependents of ${owner.identity.name} could be orphaned.`, {
      cause: failures[0],
    });
  }
  removeFinalizer(store, owner.identity, 'orphan');
}

function judge(
  collector: Collector,
  node: GraphNode,
  latest: KubeObject,
  references: OwnerReference[],
): Outcome {
  const { store } = collector;
  const solid: OwnerReference[] = [];
  const dangling: OwnerReference[] = [];
  const waiting: OwnerReference[] = [];
  for (const reference of references) {
    const owner = ownerOf(collector, node, reference);
    if (!owner) dangling.push(reference);
    else if (isDeleting(owner) && hasFinalizer(owner, 'foregroundDeletion')) waiting.push(reference);
    else solid.push(reference);
  }
  if (solid.length > 0) {
    const stale = [...dangling, ...waiting].map((reference) => reference.uid);
    if (stale.length > 0) change(store, node.identity, (object) => dropReferences(object, stale));
    return 'done';
  }
  if (waiting.length > 0 && node.dependents.size > 0) {
    if ([...node.dependents].some((dependent) => dependent.deletingDependents)) {
      // It could wait for its own dependent for ever: its references must not block any more.
      change(store, node.identity, unblock);
    }
    remove(store, node.identity, latest, 'Foreground');
    return 'done';
  }
  let policy: PropagationPolicy = 'Background';
  if (hasFinalizer(latest, 'orphan')) policy = 'Orphan';
  else if (hasFinalizer(latest, 'foregroundDeletion')) policy = 'Foreground';
  remove(store, node.identity, latest, policy);
  return 'done';
}

function waitForDependents(collector: Collector, node: GraphNode): Outcome {
  const blocking = [...node.dependents].filter((dependent) =>
    dependent.owners.some((ref) => ref.uid === node.identity.uid && ref.blockOwnerDeletion === true),
  );
  if (blocking.length === 0) removeFinalizer(collector.store, node.identity, 'foregroundDeletion');
  for (const dependent of blocking) if (!dependent.deletingDependents) collector.attemptToDelete(dependent);
  return 'done';
}

/** The owner that a reference means, or undefined where there is none (any more). */
function ownerOf(collector: Collector, node: GraphNode, reference: OwnerReference): KubeObject | undefined {
  const { apiVersion, kind, name, uid } = reference;
  const { namespace } = node.identity;
  for (const scope of ['', namespace]) {
    if (collector.isKnownAbsent(identityKey({ apiVersion, kind, namespace: scope, name, uid })))
      return undefined;
  }
  const type = typeOf(collector.store, apiVersion, kind);
  if (type.namespaced && namespace === '') throw new NamespacedOwnerError();
  let owner: KubeObject | undefined;
  try {
    owner = collector.store.get(type, type.namespaced ? namespace : undefined, name);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  if (owner?.metadata.uid === uid) return owner;
  const scope = type.namespaced ? namespace : '';
  collector.rememberAbsent({ apiVersion, kind, namespace: scope, name, uid });
  return undefined;
}

function read(store: Store, identity: Identity): KubeObject {
  const type = typeOf(store, identity.apiVersion, identity.kind);
  if (type.namespaced && identity.namespace === '') throw new NamespacedOwnerError();
  return store.get(type, type.namespaced ? identity.namespace : undefined, identity.name);
}

function remove(
  store: Store,
  identity: Identity,
  latest: KubeObject,
  propagationPolicy: PropagationPolicy,
  withVersion = true,
): void {
  const type = typeOf(store, identity.apiVersion, identity.kind);
  const { uid } = identity;
  const { resourceVersion, ownerReferences } = latest.metadata;
  const preconditions: DeleteOptions['preconditions'] = withVersion ? { uid, resourceVersion } : { uid };
  try {
    store.delete(type, identity.namespace || undefined, identity.name, { preconditions, propagationPolicy });
  } catch (error) {
    if (isNotFound(error)) return;
    if (!isConflict(error) || !withVersion) throw error;
    const live = read(store, identity);
    const sameOwners = semanticallyEqual(live.metadata.ownerReferences, ownerReferences);
    if (live.metadata.uid !== uid || !sameOwners) throw error;
    remove(store, identity, live, propagationPolicy, false);
  }
}

/** Changes exactly this object; one that has gone, or whose name another has taken, is left. */
function change(store: Store, identity: Identity, edit: (object: KubeObject) => void): void {
  const type = typeOf(store, identity.apiVersion, identity.kind);
  try {
    store.modify(type, identity.namespace || undefined, identity.name, (object) => {
      if (object.metadata.uid === identity.uid) edit(object);
    });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

function removeFinalizer(store: Store, identity: Identity, finalizer: string): void {
  change(store, identity, (object) => {
    object.metadata.finalizers = (object.metadata.finalizers ?? []).filter((item) => item !== finalizer);
  });
}

function dropReferences(object: KubeObject, uids: string[]): void {
  object.metadata.ownerReferences = (object.metadata.ownerReferences ?? []).filter(
    (ref) => !uids.includes(ref.uid),
  );
}

function unblock(object: KubeObject): void {
  for (const reference of object.metadata.ownerReferences ?? []) {
    if (reference.blockOwnerDeletion) reference.blockOwnerDeletion = false;
  }
}
