import type { PropagationPolicy } from '../delete-options.ts';
import type { KubeObject } from '../objects.ts';
import type { OwnerGraph } from './graph.ts';

/**
 * An object that goes: with which policy, and through whom (`via`: UID of an owner that goes; none for a start).
 * `also`: UIDs of everything else that takes it, a start too.
 */
export interface Going {
  policy: PropagationPolicy;
  via?: string;
  also?: string[];
}

export interface Collected {
  /** By UID; the starts included. */
  going: Map<string, Going>;
  /** UID of what stays and loses the reference to an owner → UID of that owner. */
  orphaned: Map<string, string>;
  /** UIDs of what was taken for going although an owner of it was not seen. */
  doubtful: Set<string>;
}

/**
 * What the garbage collector will take once `starts` are deleted (pkg/controller/garbagecollector).
 *
 * An object goes when one of its owners goes other than by Orphan and none of its owners is solid. Owners that
 * go with it, are absent, or are already being deleted are not solid; an owner whose kind nobody serves makes the
 * collector give up, so the object stays. An owner that was not seen counts as not solid (the cautious side) and
 * makes the object `doubtful`. What is already being deleted is left out: it goes with or without these starts.
 *
 * Nobody knows which start is deleted first, or whether all of them are. A start that goes with another one says so
 * (`also`), and goes by the policy that takes more: its own, or the one that the collector would use.
 *
 * @param starts UID → policy that applies to it (`effectivePropagation`)
 * @param extra what goes with an object beside owner references (a StatefulSet's claims …)
 */
export function collect(
  graph: OwnerGraph,
  starts: ReadonlyMap<string, PropagationPolicy>,
  extra: (object: KubeObject, policy: PropagationPolicy) => readonly KubeObject[] = () => [],
): Collected {
  const going = new Map<string, Going>();
  const doubtful = new Set<string>();
  const queue: string[] = [];
  for (const [uid, policy] of starts) {
    going.set(uid, { policy });
    queue.push(uid);
  }
  const take = (object: KubeObject, via: string) => {
    const uid = object.metadata.uid;
    if (uid === undefined || object.metadata.deletionTimestamp !== undefined) return;
    const policy = policyOfDependent(graph, object, going);
    const known = going.get(uid);
    if (!known) going.set(uid, { policy, via });
    else if (known.via !== via && uid !== via && !known.also?.includes(via))
      known.also = [...(known.also ?? []), via];
    if (known && RANK[known.policy] >= RANK[policy]) return;
    if (known) known.policy = policy;
    queue.push(uid);
  };
  // An array gives what is added to it while it is gone through.
  for (const uid of queue) {
    const policy = going.get(uid)?.policy ?? 'Background';
    for (const dependent of graph.dependentsOf(uid)) {
      const fate = fateOf(graph, dependent, going);
      if (fate === 'stays') continue;
      const id = dependent.metadata.uid;
      if (fate === 'doubtful' && id && !starts.has(id)) doubtful.add(id);
      take(dependent, uid);
    }
    const object = graph.get(uid);
    if (object) for (const other of extra(object, policy)) take(other, uid);
  }
  return { going, orphaned: orphans(graph, going), doubtful };
}

/** Of two ways to go, the one that takes more. */
const RANK = { Orphan: 0, Background: 1, Foreground: 2 } satisfies Record<PropagationPolicy, number>;

function fateOf(
  graph: OwnerGraph,
  dependent: KubeObject,
  going: ReadonlyMap<string, Going>,
): 'goes' | 'doubtful' | 'stays' {
  let doubtful = false;
  let taken = false;
  for (const reference of dependent.metadata.ownerReferences ?? []) {
    const state = graph.stateOf(reference, dependent);
    const owner = going.get(reference.uid);
    if (state === 'unresolvable') return 'stays';
    if (state === 'solid' && !owner) return 'stays';
    if (state === 'unknown') doubtful = true;
    // The reference to an owner that goes by Orphan is stripped: it keeps nothing, and takes nothing.
    if (owner && owner.policy !== 'Orphan') taken = true;
  }
  if (!taken) return 'stays';
  return doubtful ? 'doubtful' : 'goes';
}

/**
 * A dependent with dependents of its own is deleted Foreground while an owner waits for it, else by the finalizer
 * that it already has, else Background. Without `blockOwnerDeletion` the owner may be gone first, and an `orphan`
 * finalizer would then be honoured: a race, decided here for the side that loses more.
 */
function policyOfDependent(
  graph: OwnerGraph,
  dependent: KubeObject,
  going: ReadonlyMap<string, Going>,
): PropagationPolicy {
  const { uid = '', finalizers = [], ownerReferences = [] } = dependent.metadata;
  const waited = ownerReferences.some((reference) => going.get(reference.uid)?.policy === 'Foreground');
  if (waited && graph.dependentsOf(uid).length > 0) return 'Foreground';
  if (finalizers.includes('orphan')) return 'Orphan';
  return finalizers.includes('foregroundDeletion') ? 'Foreground' : 'Background';
}

/**
 * What stays and loses its reference to an owner that goes: dependents of an Orphan delete, and those that another owner
 * keeps (attemptToDeleteItem takes the references to absent owners out of what has a solid one). Where an owner's kind is
 * not served the collector gives up before it writes anything; what is being deleted already is left alone.
 */
function orphans(graph: OwnerGraph, going: ReadonlyMap<string, Going>): Map<string, string> {
  const orphaned = new Map<string, string>();
  for (const [owner, { policy }] of going) {
    for (const dependent of graph.dependentsOf(owner)) {
      const { uid, deletionTimestamp } = dependent.metadata;
      if (!uid || going.has(uid) || orphaned.has(uid)) continue;
      if (policy === 'Orphan' || (deletionTimestamp === undefined && isStripped(graph, dependent, owner)))
        orphaned.set(uid, owner);
    }
  }
  return orphaned;
}

function isStripped(graph: OwnerGraph, dependent: KubeObject, owner: string): boolean {
  const references = dependent.metadata.ownerReferences ?? [];
  const states = references.map((reference) => [reference.uid, graph.stateOf(reference, dependent)] as const);
  if (states.some(([, state]) => state === 'unresolvable')) return false;
  // A reference that was never good (another namespace, another name) is nobody's to give back.
  return states.some(([uid, state]) => uid === owner && state !== 'absent');
}
