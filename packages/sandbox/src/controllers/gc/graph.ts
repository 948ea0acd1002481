import type { KubeObject, OwnerReference } from '@toolcrib/kube';

/** Who an object is, as far as the collector knows. */
export interface Identity {
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
  uid: string;
}

export interface GraphNode {
  identity: Identity;
  /** Known only from a reference to it, not yet seen itself. */
  virtual: boolean;
  owners: OwnerReference[];
  dependents: Set<GraphNode>;
  beingDeleted: boolean;
  /** In deletion, and waiting for its dependents to go first. */
  deletingDependents: boolean;
}

export interface GraphChange {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubeObject;
  previous?: KubeObject;
  /** Not an observed deletion, but the finding that the referenced object does not exist. */
  virtual?: boolean;
}

/** What a change of the graph asks for. */
export interface GraphWork {
  attemptToDelete(node: GraphNode): void;
  attemptToDeleteLater(node: GraphNode): void;
  attemptToOrphan(node: GraphNode): void;
  ownerIsAbsent(identity: Identity): void;
  invalidNamespace(dependent: GraphNode, owner: OwnerReference): void;
}

export interface Graph {
  node(uid: string): GraphNode | undefined;
  apply(change: GraphChange): void;
}

export function identityOf(object: KubeObject): Identity {
  const { namespace = '', name, uid = '' } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, namespace, name, uid };
}

export function identityKey(identity: Identity): string {
  return [identity.apiVersion, identity.kind, identity.namespace, identity.name, identity.uid].join('|');
}

export function isDeleting(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) === true;
}

/** True where this very change begins a deletion with the finalizer. */
function startsDeletionWith(finalizer: string, { object, previous }: GraphChange): boolean {
  const waits = (state: KubeObject) => isDeleting(state) && hasFinalizer(state, finalizer);
  return waits(object) && !(previous && waits(previous));
}

/** Owners and dependents as the changes tell of them, one after the other (graph_builder.go). */
export function dependencyGraph(work: GraphWork): Graph {
  const nodes = new Map<string, GraphNode>();

  const link = (node: GraphNode, owners: OwnerReference[]) => {
    let doubtful = false;
    for (const reference of owners) {
      const known = nodes.get(reference.uid);
      const owner = known ?? virtualOwner(reference, node);
      if (!known) nodes.set(reference.uid, owner);
      owner.dependents.add(node);
      // Nobody has seen this owner: whether it exists must be looked up.
      if (!known) work.attemptToDelete(owner);
      else if (!doubtful) doubtful = isDoubtful(owner, node, reference);
    }
    if (doubtful) work.attemptToDelete(node);
  };

  const isDoubtful = (owner: GraphNode, node: GraphNode, reference: OwnerReference): boolean => {
    const elsewhere = owner.identity.namespace !== node.identity.namespace;
    if (owner.identity.namespace !== '' && elsewhere) {
      if (!owner.virtual) work.invalidNamespace(node, reference);
      return true;
    }
    if (!matches(reference, owner.identity)) return true;
    return elsewhere && owner.virtual;
  };

  const unlink = (node: GraphNode, owners: OwnerReference[]) => {
    for (const reference of owners) nodes.get(reference.uid)?.dependents.delete(node);
  };

  const insert = (change: GraphChange): GraphNode => {
    const { object } = change;
    const node: GraphNode = {
      identity: identityOf(object),
      virtual: false,
      owners: object.metadata.ownerReferences ?? [],
      dependents: new Set(),
      beingDeleted: isDeleting(object),
      deletingDependents: isDeleting(object) && hasFinalizer(object, 'foregroundDeletion'),
    };
    nodes.set(node.identity.uid, node);
    link(node, node.owners);
    return node;
  };

  /** A node that was known from references only turns out to be this object. */
  const observe = (node: GraphNode, object: KubeObject) => {
    node.virtual = false;
    const seen = identityOf(object);
    if (identityKey(seen) === identityKey(node.identity)) return;
    for (const dependent of node.dependents) {
      const elsewhere = seen.namespace !== '' && seen.namespace !== dependent.identity.namespace;
      const references = dependent.owners.filter((item) => item.uid === seen.uid);
      if (elsewhere) for (const reference of references) work.invalidNamespace(dependent, reference);
      if (refersOtherwise(dependent, seen)) work.attemptToDelete(dependent);
    }
    node.identity = seen;
  };

  const refresh = (node: GraphNode, object: KubeObject) => {
    const before = node.owners;
    const after = object.metadata.ownerReferences ?? [];
    const added = after.filter((ref) => !before.some((old) => old.uid === ref.uid));
    const removed = before.filter((ref) => !after.some((fresh) => fresh.uid === ref.uid));
    for (const old of before) {
      const fresh = after.find((ref) => ref.uid === old.uid);
      if (old.blockOwnerDeletion !== true || fresh?.blockOwnerDeletion === true) continue;
      const owner = nodes.get(old.uid);
      if (owner) work.attemptToDelete(owner);
    }
    node.owners = after;
    link(node, added);
    unlink(node, removed);
    if (isDeleting(object)) node.beingDeleted = true;
  };

  const transition = (node: GraphNode, change: GraphChange) => {
    if (startsDeletionWith('orphan', change)) return work.attemptToOrphan(node);
    if (!startsDeletionWith('foregroundDeletion', change)) return;
    node.deletingDependents = true;
    for (const dependent of node.dependents) work.attemptToDelete(dependent);
    work.attemptToDelete(node);
  };

  const remove = (node: GraphNode, identity: Identity) => {
    nodes.delete(node.identity.uid);
    unlink(node, node.owners);
    if (node.dependents.size > 0) work.ownerIsAbsent(identity);
    for (const dependent of node.dependents) work.attemptToDelete(dependent);
    for (const reference of node.owners) {
      const owner = nodes.get(reference.uid);
      if (owner?.deletingDependents) work.attemptToDelete(owner);
    }
  };

  /** The object that a reference names was looked up and is not there. @returns whether the node goes too */
  const isRefuted = (node: GraphNode, absent: Identity): boolean => {
    const dependents = [...node.dependents];
    const agreeing = dependents.filter((item) => refersAs(item, absent));
    const dissenting = dependents.filter((item) => refersOtherwise(item, absent));
    const same = identityKey(node.identity) === identityKey(absent);
    if (node.virtual ? dissenting.length === 0 : same) return true;
    if (agreeing.length > 0) {
      work.ownerIsAbsent(absent);
      for (const dependent of agreeing) work.attemptToDelete(dependent);
    }
    // Others know this UID under another name or kind: that one is looked up next.
    const other = node.virtual && same ? alternative(dissenting, absent) : undefined;
    if (other) {
      node.identity = other;
      work.attemptToDeleteLater(node);
    }
    return false;
  };

  return {
    node: (uid) => nodes.get(uid),
    apply(change) {
      const { object } = change;
      const identity = identityOf(object);
      const known = nodes.get(identity.uid);
      if (known?.virtual && !change.virtual) observe(known, object);
      if (change.type === 'DELETED') {
        if (!known) return;
        if (!change.virtual || isRefuted(known, identity)) remove(known, identity);
        return;
      }
      if (known) refresh(known, object);
      transition(known ?? insert(change), change);
    },
  };
}

function virtualOwner(reference: OwnerReference, dependent: GraphNode): GraphNode {
  const { apiVersion, kind, name, uid } = reference;
  return {
    identity: { apiVersion, kind, namespace: dependent.identity.namespace, name, uid },
    virtual: true,
    owners: [],
    dependents: new Set(),
    beingDeleted: false,
    deletingDependents: false,
  };
}

function matches(reference: OwnerReference, identity: Identity): boolean {
  return (
    reference.uid === identity.uid &&
    reference.name === identity.name &&
    reference.kind === identity.kind &&
    reference.apiVersion === identity.apiVersion
  );
}

function refersAs(dependent: GraphNode, owner: Identity): boolean {
  if (owner.namespace !== '' && owner.namespace !== dependent.identity.namespace) return false;
  return dependent.owners.some((reference) => matches(reference, owner));
}

/** Under another name, kind or namespace than this one; one with several references to the UID may do both. */
function refersOtherwise(dependent: GraphNode, owner: Identity): boolean {
  if (owner.namespace !== '' && owner.namespace !== dependent.identity.namespace) return true;
  return dependent.owners.some((reference) => reference.uid === owner.uid && !matches(reference, owner));
}

/** The next identity, in the order of their keys and round, under which these know the owner that is absent under this one. */
function alternative(dependents: GraphNode[], absent: Identity): Identity | undefined {
  const known = new Map<string, Identity>();
  for (const dependent of dependents)
    for (const { apiVersion, kind, name, uid } of dependent.owners) {
      if (uid !== absent.uid) continue;
      // What was looked up without a namespace is of a kind that has none.
      const ofCluster = absent.namespace === '' && apiVersion === absent.apiVersion && kind === absent.kind;
      const namespace = ofCluster ? '' : dependent.identity.namespace;
      const identity = { apiVersion, kind, namespace, name, uid };
      known.set(identityKey(identity), identity);
    }
  const last = identityKey(absent);
  const keys = [...known.keys()].sort();
  return known.get(keys.find((key) => key > last) ?? String(keys[0]));
}
