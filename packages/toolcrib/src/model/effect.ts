import type { DeleteOptions, PropagationPolicy, ResourceType } from '@toolcrib/kube';

/** What a request is aimed at, as far as its path tells. */
export interface Target extends ResourceType {
  namespace?: string;
  /** Absent for a whole collection. */
  name?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

/** What a request would do. Whatever is not listed here is not guarded yet (docs/guard.md names it). */
export type Effect =
  /** Reads, and writes that destroy nothing the guard knows of. */
  | { verb: 'none' }
  | {
      verb: 'delete' | 'delete-collection' | 'evict';
      target: Target;
      options: DeleteOptions;
      /** What the request says; undefined leaves it to the object's finalizers and the kind's default. */
      propagation?: PropagationPolicy;
      dryRun: boolean;
      /** Not asked for by a DELETE: why a write makes one of the cluster's controllers delete it. */
      through?: string;
    }
  | {
      verb: 'scale';
      target: Target;
      /** The number of replicas that the request asks for. */
      replicas: number;
      /** How many there were when it was judged; a custom resource may keep them in any field. Absent in old records. */
      was?: number;
      dryRun: boolean;
    }
  /**
   * `helm uninstall`: its first write says so in the release's record, which `target` names. What it deletes after that
   * stands in the record.
   */
  | { verb: 'uninstall'; target: Target; release: string; dryRun: false }
  /** A write whose effect could not be read: never taken for harmless. */
  | { verb: 'not-understood'; target?: Target; why: string };

export type EffectVerb = Effect['verb'];
