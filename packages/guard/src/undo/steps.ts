import type { KubeObject, ObjectRef, OwnerReference, ResourceInfo } from '@toolcrib/kube';
import { groupVersionOf } from '@toolcrib/kube';
import type { SoftenRecord, UndoRecord } from '@toolcrib/model';

export type Result = UndoRecord['results'][number];

export interface VolumeAt {
  name: string;
  uid: string;
}

export interface ClaimAt {
  namespace: string;
  name: string;
  /** Of the claim before the act. */
  was?: string;
}

/** One thing that an undo does; what it may write to is named in it by UID, or must be absent. */
export type UndoStep =
  /** Nothing to do: the result stands already. `awaited`: `by` is to make it; whether it did is looked at in the end. */
  | { do: 'none'; result: Result; awaited?: { object: KubeObject; by: KubeObject } }
  /**
   * Create from the snapshot. `waitGone`: UID of the old one, which is still on its way out. `volume`: of a claim,
   * made to let go of the claim that was, so that this one can be bound to it.
   */
  | {
      do: 'create';
      info: ResourceInfo;
      snapshot: KubeObject;
      waitGone?: string;
      volume?: VolumeAt;
      note?: string;
    }
  /** Before anything else: the volume outlives its claim (Retain), whatever is still on its way out. */
  | { do: 'retain'; volume: VolumeAt }
  /** Wait until a claim that came back is bound to its volume. */
  | { do: 'await-bound'; claim: ClaimAt; volume: string; snapshot: KubeObject }
  /** Give the volume its reclaim policy back, if it is bound again. */
  | {
      do: 'reclaim';
      volume: VolumeAt;
      to: string;
      boundTo: ClaimAt;
      /** Of the volume, where it was kept. */
      snapshot?: KubeObject;
    }
  /** Create the owner of a softened act again, and wait until it controls the very same objects. */
  | {
      do: 'readopt';
      info: ResourceInfo;
      snapshot: KubeObject;
      record: SoftenRecord;
      restarts: Record<string, number>;
    }
  /** Back to the replicas before, where they still stand at what the act set. */
  | {
      do: 'scale';
      info: ResourceInfo;
      ref: ObjectRef & { uid: string };
      /** Where its size is: `spec.replicas`, or `/scale`. */
      at: 'object' | 'scale';
      from: number;
      to: number;
      snapshot: KubeObject;
    }
  /** Name the restored owner in a dependent that no controller would adopt. */
  | {
      do: 'relink';
      info: ResourceInfo;
      ref: ObjectRef & { uid: string };
      snapshot: KubeObject;
      /** As they stood before the act, each with the UID that its owner had then. */
      references: OwnerReference[];
    }
  /** The owners that the act gave it, of which none stands, are taken off again before the collector comes. */
  | { do: 'own'; info: ResourceInfo; snapshot: KubeObject }
  /** A record that the act changed before anything else (helm's release) is set back to what it was. */
  | { do: 'revert'; info: ResourceInfo; snapshot: KubeObject; from: string };

export function none(what: string, result: Result['result'], note: string): UndoStep {
  return { do: 'none', result: { what, result, note } };
}

export interface UndoPlan {
  actId: string;
  /** Some request of the act took something, or may have. */
  took: boolean;
  steps: UndoStep[];
  /** UIDs of all that was kept for it, and of what its softenings left. */
  kept: string[];
  /** What stands again without our doing: UID before the act → UID now. */
  again: Record<string, string>;
  /** Volumes that were set to Retain for the act: undone once nothing of it failed. */
  retained: SoftenRecord[];
  /** What no snapshot could hold, since it was not seen: told with the results. */
  unseen: Result[];
}

/** How an object is found by name: its version doesn't matter. */
export function keyOf(ref: { apiVersion: string; kind: string; namespace?: string; name: string }): string {
  return `${groupVersionOf(ref.apiVersion).group}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`;
}

export function keyOfObject(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return keyOf({ apiVersion: object.apiVersion, kind: object.kind, namespace, name });
}

/** `StatefulSet shop/kafka`. */
export function nameOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace ? `${object.kind} ${namespace}/${name}` : `${object.kind} ${name}`;
}

export function isKind(object: { apiVersion: string; kind: string }, group: string, kind: string): boolean {
  return object.kind === kind && groupVersionOf(object.apiVersion).group === group;
}
