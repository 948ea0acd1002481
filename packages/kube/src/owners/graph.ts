import type { KubeObject, OwnerReference } from '../objects.ts';
import { groupVersionOf } from '../objects.ts';

/**
 * What is known of an owner reference, in the garbage collector's words:
 * `solid` the owner stands; `going` it is already being deleted; `absent` it is gone, or its UID differs, or it
 * lives in another namespace; `unresolvable` nobody serves its kind (the collector errs and deletes nothing);
 * `unknown` it was not looked at.
 */
export type OwnerState = 'solid' | 'going' | 'absent' | 'unresolvable' | 'unknown';

/** What a look at a cluster found, as far as ownership is concerned. */
export interface OwnerFacts {
  objects: readonly KubeObject[];
  /** UIDs of owners that were asked for and are not there. */
  absent?: ReadonlySet<string>;
  /** `listed`: every object of this kind in this namespace is among `objects`. */
  wasListed(kind: { group: string; kind: string }, namespace: string | undefined): boolean;
  /** undefined: nobody serves this kind, as far as is known; `unknown`: its group could not be asked. */
  scopeOf(kind: { group: string; kind: string }): 'namespaced' | 'cluster' | 'unknown' | undefined;
}

/** Objects by UID, and who names whom as owner. */
export interface OwnerGraph {
  get(uid: string): KubeObject | undefined;
  /** Every object that names `uid` as owner, wherever it lives. */
  dependentsOf(uid: string): readonly KubeObject[];
  stateOf(reference: OwnerReference, dependent: KubeObject): OwnerState;
}

export function ownerGraph(facts: OwnerFacts): OwnerGraph {
  const byUid = new Map<string, KubeObject>();
  const dependents = new Map<string, KubeObject[]>();
  for (const object of facts.objects) {
    const uid = object.metadata.uid;
    // The same object may be served by two API groups (Events, Ingresses): once is enough.
    if (uid === undefined || byUid.has(uid)) continue;
    byUid.set(uid, object);
    for (const owner of new Set(object.metadata.ownerReferences?.map((reference) => reference.uid))) {
      const known = dependents.get(owner);
      if (known) known.push(object);
      else dependents.set(owner, [object]);
    }
  }
  return {
    get: (uid) => byUid.get(uid),
    dependentsOf: (uid) => dependents.get(uid) ?? [],
    stateOf: (reference, dependent) => stateOf(facts, byUid, reference, dependent),
  };
}

function stateOf(
  facts: OwnerFacts,
  byUid: Map<string, KubeObject>,
  reference: OwnerReference,
  dependent: KubeObject,
): OwnerState {
  const { group } = groupVersionOf(reference.apiVersion);
  const kind = { group, kind: reference.kind };
  const owner = byUid.get(reference.uid);
  if (owner) {
    const sameObject =
      owner.kind === reference.kind &&
      groupVersionOf(owner.apiVersion).group === group &&
      owner.metadata.name === reference.name;
    if (!sameObject) return 'absent';
    const ownerNamespace = owner.metadata.namespace;
    // A cluster-scoped object can't have a namespaced owner: the collector can't resolve it and leaves it alone.
    if (ownerNamespace !== undefined && dependent.metadata.namespace === undefined) return 'unresolvable';
    if (ownerNamespace !== undefined && ownerNamespace !== dependent.metadata.namespace) return 'absent';
    return owner.metadata.deletionTimestamp === undefined ? 'solid' : 'going';
  }
  if (facts.absent?.has(reference.uid)) return 'absent';
  const scope = facts.scopeOf(kind);
  if (scope === undefined) return 'unresolvable';
  if (scope === 'unknown') return 'unknown';
  if (scope === 'namespaced' && dependent.metadata.namespace === undefined) return 'unresolvable';
  const namespace = scope === 'namespaced' ? dependent.metadata.namespace : undefined;
  return facts.wasListed(kind, namespace) ? 'absent' : 'unknown';
}
