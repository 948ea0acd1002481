// Step: record
import type { RequestRecord, SoftenRecord } from '@toolcrib/model';

/** What becomes of softened deletes once the cluster has taken a create of the same workload. */
export interface WhenCreated {
  /** Their records as they are then. */
  adopted: SoftenRecord[];
  /** What they left stands beside the new one, and goes. */
  ends: SoftenRecord[];
}

/** Requests that are on the way out, by their ids, and what is to be done once the cluster has answered. */
export interface OnTheWay {
  /** It was kept, and the door has it, until its end is known. */
  handedOver(record: RequestRecord): void;
  /** As it was handed over; undefined where its end is known, or it never was. */
  of(id: string): RequestRecord | undefined;
  /** Its end is known. @returns as it was handed over */
  ended(id: string): RequestRecord | undefined;
  /** How many the door has. */
  count(): number;

  /** A create that takes a softened act's Pods over, or ends its window, once the cluster has taken it. */
  ifCreated(id: string, then: WhenCreated): void;
  /** What was to be done once it is created; that is remembered no longer. */
  takeIfCreated(id: string): WhenCreated | undefined;
  /** Whether a create is on its way that takes over what a softened delete left: it must not be finished under it. */
  isBeingAdopted(softened: SoftenRecord): boolean;

  /** The delete of a claim whose volumes were set to Retain: what the cluster says to it decides. */
  ifDeleted(id: string, retained: SoftenRecord): void;
  /** What was retained for it; that is remembered no longer. */
  takeIfDeleted(id: string): SoftenRecord | undefined;

  /** Its client went while it was judged. */
  clientLeft(id: string): void;
  hasClientLeft(id: string): boolean;
  /** It is judged no longer: whether its client is there is the door's to know. */
  judged(id: string): void;
}

/** With nothing on its way yet. */
export function onTheWay(): OnTheWay {
  const atTheDoor = new Map<string, RequestRecord>();
  const created = new Map<string, WhenCreated>();
  const deleted = new Map<string, SoftenRecord>();
  const left = new Set<string>();
  return {
    handedOver: (record) => void atTheDoor.set(record.id, record),
    of: (id) => atTheDoor.get(id),
    ended: (id) => take(atTheDoor, id),
    count: () => atTheDoor.size,
    ifCreated: (id, then) => void created.set(id, then),
    takeIfCreated: (id) => take(created, id),
    isBeingAdopted: ({ requestId, owner }) =>
      [...created.values()].some(({ adopted }) =>
        adopted.some((one) => one.requestId === requestId && one.owner.uid === owner.uid),
      ),
    ifDeleted: (id, retained) => void deleted.set(id, retained),
    takeIfDeleted: (id) => take(deleted, id),
    clientLeft: (id) => void left.add(id),
    hasClientLeft: (id) => left.has(id),
    judged: (id) => void left.delete(id),
  };
}

function take<Value>(from: Map<string, Value>, id: string): Value | undefined {
  const found = from.get(id);
  from.delete(id);
  return found;
}
