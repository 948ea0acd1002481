// Step: effect
import type { OwnerReference } from '@toolcrib/kube';
import { type As, type Clock, type Cluster, ToolcribError } from '@toolcrib/model';

/** Where the object stands whose owners are asked about, and who asks. */
export interface OwnedAt {
  cluster: Cluster;
  person: string;
  as?: As;
  /** Undefined for what is cluster-scoped. */
  namespace?: string;
}

type Standing = 'yes' | 'no' | 'unresolvable' | 'unknown';

/** Whether owners stand. */
export interface StandingOwners {
  /**
   * `yes`: it was read under its name, with its UID, and is not going. `no`: it is not there, or another one has its name.
   * `unresolvable`: its kind lies in namespaces, and the object does not. `unknown`: it may not be read, or its kind is not
   * served.
   * @throws ToolcribError `unreachable`, `credentials`
   */
  of(reference: OwnerReference, at: OwnedAt): Promise<Standing>;
  /** Something is let go that destroys: what stood may fall, so nothing is remembered for a while. */
  mayFall(): void;
}

/** So long it is remembered that an owner stands: an operator writes what it owns many times over. Milliseconds. */
const REMEMBERED = 5_000;
/** So long it may take until what was let go has arrived: what was judged ahead leaves within five seconds. Milliseconds. */
const ARRIVES = 15_000;
/** Owners that are remembered at most. */
const MOST = 5_000;

/** Reads each owner by its own name; only that one stands is remembered, for a moment. */
export function standingOwners(clock: Pick<Clock, 'now'>): StandingOwners {
  const stood = new Map<string, number>();
  let doubtUntil = Number.NEGATIVE_INFINITY;
  return {
    mayFall() {
      doubtUntil = clock.now() + ARRIVES;
      stood.clear();
    },
    async of(reference, { cluster, person, as, namespace }) {
      const { apiVersion, kind, name, uid } = reference;
      const key = JSON.stringify([
        cluster.context,
        person,
        as ?? null,
        namespace,
        apiVersion,
        kind,
        name,
        uid,
      ]);
      const at = stood.get(key);
      if (at !== undefined && clock.now() - at <= REMEMBERED) return 'yes';
      stood.delete(key);
      const found = await read(reference, cluster, namespace, as);
      if (found !== 'yes' || clock.now() < doubtUntil) return found;
      stood.set(key, clock.now());
      if (stood.size > MOST) stood.delete(stood.keys().next().value ?? '');
      return 'yes';
    },
  };
}

async function read(
  { apiVersion, kind, name, uid }: OwnerReference,
  cluster: Cluster,
  namespace: string | undefined,
  as: As | undefined,
): Promise<Standing> {
  try {
    const type = await cluster.typeOf({ apiVersion, kind }, as);
    if (type.namespaced && namespace === undefined) return 'unresolvable';
    const owner = await cluster.get(type, { name, ...(type.namespaced ? { namespace } : {}) }, as);
    if (owner?.metadata.uid !== uid || owner.metadata.deletionTimestamp !== undefined) return 'no';
    return 'yes';
  } catch (error) {
    if (!(error instanceof ToolcribError)) throw error;
    if (error.code === 'unreachable' || error.code === 'credentials') throw error;
    return 'unknown';
  }
}
