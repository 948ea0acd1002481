/** The parts of every Kubernetes object that toolcrib reads. Unknown fields stay where they are. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: unknown[];
  selfLink?: string;
}

/** Any JSON value below `spec`, `status`, `data` …: read with care, never trusted to have a shape. */
// biome-ignore lint/suspicious/noExplicitAny: the body of an arbitrary kind has no type of its own
export type Body = any;

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: Body;
  status?: Body;
  [field: string]: Body;
}

export interface KubeList {
  apiVersion: string;
  kind: string;
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
  items: KubeObject[];
}

/** meta/v1 Status, the body of every error and of many deletes. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, unknown>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: { reason?: string; message?: string; field?: string }[];
    retryAfterSeconds?: number;
  };
  code?: number;
}

/** A served resource type: group '' is the core group. `resource` is the lower-case plural. */
export interface ResourceType {
  group: string;
  version: string;
  resource: string;
}

/** What discovery says of a served resource type. */
export interface ResourceInfo extends ResourceType {
  kind: string;
  namespaced: boolean;
  verbs: string[];
  subresources: string[];
  shortNames?: string[];
  /** `all`: what `kubectl get all` means. */
  categories?: string[];
  singular?: string;
}

/** One object named fully: enough to find it again, and (with the UID) to know that it is the same one. */
export interface ObjectRef {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
  uid?: string;
}

/** `apps/v1` for group and version, `v1` for the core group. */
export function apiVersionOf(type: { group: string; version: string }): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** Splits `apps/v1` into group and version; the core group is ''. */
export function groupVersionOf(apiVersion: string): { group: string; version: string } {
  if (!apiVersion.includes('/')) return { group: '', version: apiVersion };
  const [group = ''] = apiVersion.split('/', 1);
  return { group, version: apiVersion.slice(group.length + 1) };
}

export function refOf(object: KubeObject): ObjectRef {
  const { name, namespace, uid } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, namespace, name, uid };
}

/** The UID of an object's metadata or of a reference; '' where it has none, which is no object's. */
export function uidOf(of: { uid?: string } | undefined): string {
  return of?.uid ?? '';
}

/** `StatefulSet shop/kafka`, or `Node worker-1`: how an object is named to people. */
export function describeRef(ref: ObjectRef): string {
  return ref.namespace ? `${ref.kind} ${ref.namespace}/${ref.name}` : `${ref.kind} ${ref.name}`;
}

/** The one reference marked `controller: true`, if any. */
export function controllerOf(object: { metadata: ObjectMeta }): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}
