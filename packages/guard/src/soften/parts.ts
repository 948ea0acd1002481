import type { DeleteOptions, KubeObject, LabelSelector, ResourceType } from '@toolcrib/kube';
import type { As, SoftenRecord } from '@toolcrib/model';
import { apiFailureOf, certainlyNotDone, ToolcribError } from '@toolcrib/model';

/** A delete that was approved softened. */
export interface SoftenRequest {
  target: ResourceType & { namespace: string; name: string };
  /** As shown; any other object of the name is left alone. */
  uid: string;
  act: string;
  requestId: string;
  /** Milliseconds since 1970. */
  finishAfter: number;
  /** As sent: its grace period is kept for the finish. */
  options: DeleteOptions;
  as?: As;
}

export type SoftenStep =
  /** `record` is complete and nothing has been written: it has to be durable before this resolves. */
  'prepared' | 'held' | 'deleting' | 'released' | 'marked' | 'done' | 'failed';

/** Told at each step; awaited. */
export type SoftenProgress = (news: { step: SoftenStep; record: SoftenRecord; text: string }) => unknown;

/** How long to wait for what; all in milliseconds. */
export interface Timing {
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Between two looks. */
  poll: number;
  /** Until the collector's work is done by hand. */
  patience: number;
  /** Until it is given up, said so, and left to `resume`; errors that may pass are tried again for so long. */
  limit: number;
}

export const defaultTiming: Timing = {
  now: Date.now,
  sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
  poll: 150,
  patience: 4_000,
  limit: 60_000,
};

const PODS: ResourceType = { group: '', version: 'v1', resource: 'pods' };
const REPLICA_SETS: ResourceType = { group: 'apps', version: 'v1', resource: 'replicasets' };
const REVISIONS: ResourceType = { group: 'apps', version: 'v1', resource: 'controllerrevisions' };
const CLAIMS: ResourceType = { group: '', version: 'v1', resource: 'persistentvolumeclaims' };

/** The plural of each kind that can be softened. */
export const RESOURCE_OF_KIND: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
};

/** What a softenable workload's controller hangs on it; Pods first. */
export const DEPENDENT_TYPES: Record<string, ResourceType[]> = {
  deployments: [REPLICA_SETS],
  replicasets: [PODS],
  statefulsets: [PODS, REVISIONS, CLAIMS],
  daemonsets: [PODS, REVISIONS],
};

/** The types that a softening of `resource` has to list, mark and later finish. */
export function typesLeftBy(resource: string): ResourceType[] {
  const direct = DEPENDENT_TYPES[resource] ?? [];
  return resource === 'deployments' ? [...direct, PODS] : direct;
}

export const TYPE_OF_KIND: Record<string, ResourceType> = {
  Pod: PODS,
  ReplicaSet: REPLICA_SETS,
  ControllerRevision: REVISIONS,
  PersistentVolumeClaim: CLAIMS,
};

export type LeftObject = SoftenRecord['left'][number];

export function leftOf(object: KubeObject): LeftObject {
  const { name, namespace, uid = '' } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, namespace, name, uid };
}

export function selectorOf(owner: KubeObject): LabelSelector | undefined {
  return owner.spec?.selector;
}

/** No answer, or none that says a certain no (5xx, 429, a load balancer's 404): it may go well the next time. */
function isTransient(error: unknown): boolean {
  if (!(error instanceof ToolcribError)) return false;
  if (error.code === 'unreachable') return true;
  return error.code === 'api' && !certainlyNotDone(error);
}

/** Does it again after each failure that may pass, until `timing.limit`. For what may be done twice. */
export async function insist<T>(timing: Timing, work: () => Promise<T>): Promise<T> {
  const begun = timing.now();
  for (let pause = timing.poll; ; pause = Math.min(pause * 2, 1_000)) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error) || timing.now() - begun > timing.limit) throw error;
    }
    await timing.sleep(pause);
  }
}

/** The HTTP status that the cluster said no with, if it is that. */
export function statusOf(error: unknown): number | undefined {
  return apiFailureOf(error)?.status;
}
