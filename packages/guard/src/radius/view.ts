import type { DeleteOptions, KubeObject, ObjectRef, OwnerFacts, ResourceInfo } from '@toolcrib/kube';
import { groupVersionOf } from '@toolcrib/kube';

/** What would be done to one object. */
export interface Aim {
  /** With the UID that was seen. */
  ref: ObjectRef;
  /** The target's `group` and lower-case plural. */
  type: { group: string; resource: string };
  effect:
    | { does: 'delete' | 'evict'; options: DeleteOptions }
    /** `replicas`: how many the request asks for. `creates`: what does not stand yet, and takes over what its selector matches. */
    | { does: 'scale'; replicas: number; creates?: KubeObject };
}

/** A kind, or one named object, that was asked for and could not be seen. */
export interface Unseen {
  group: string;
  /** '' where not even the group's kinds are known. */
  kind: string;
  namespaced?: boolean;
  /** Absent for the whole kind. */
  name?: string;
  why: string;
  /** An owner that only decides whether something that was seen goes. */
  decides?: true;
}

/** What one look at a cluster found: plain data, so that the radius can be worked out anywhere. */
export interface View {
  /** Whole objects or metadata only, without last-applied and most of managedFields; in any order. */
  objects: KubeObject[];
  kinds: ResourceInfo[];
  /** API groups whose discovery failed. */
  failedGroups: string[];
  /** Kinds of which every object was listed (keys of `listedKey`). */
  listed: string[];
  /** UIDs of owners that were asked for and are not there. */
  absent: string[];
  unseen: Unseen[];
  /** Milliseconds since 1970 when the first object was read. */
  seenAt: number;
}

/** `namespace` undefined: in all namespaces, or cluster-scoped. */
export function listedKey(kind: { group: string; kind: string }, namespace?: string): string {
  return `${kind.group}/${kind.kind}@${namespace ?? '*'}`;
}

/** Whether everything of a namespace was listed: a look for a scale-down, or at volumes, lists some of it only. */
export function listedWhole({ listed, unseen }: View, namespace: string): boolean {
  return (
    unseen.length === 0 &&
    ['Pod', 'ConfigMap'].every((kind) =>
      [namespace, undefined].some((at) => listed.includes(listedKey({ group: '', kind }, at))),
    )
  );
}

/** The view as the owner graph wants it. */
export function ownerFacts(view: View): OwnerFacts {
  const listed = new Set(view.listed);
  const scopes = new Map(view.kinds.map((info) => [`${info.group}/${info.kind}`, info.namespaced]));
  return {
    objects: view.objects,
    absent: new Set(view.absent),
    wasListed: (kind, namespace) =>
      listed.has(listedKey(kind)) || (namespace !== undefined && listed.has(listedKey(kind, namespace))),
    scopeOf: (kind) => {
      const namespaced = scopes.get(`${kind.group}/${kind.kind}`);
      if (namespaced !== undefined) return namespaced ? 'namespaced' : 'cluster';
      return view.failedGroups.includes(kind.group) ? 'unknown' : undefined;
    },
  };
}

/** True for `ref` of this group and kind; the version doesn't matter. */
export function isKind(ref: { apiVersion: string; kind: string }, group: string, kind: string): boolean {
  return ref.kind === kind && groupVersionOf(ref.apiVersion).group === group;
}
