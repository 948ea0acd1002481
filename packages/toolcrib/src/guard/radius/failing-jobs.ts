import type { Going, KubeObject, OwnerGraph } from '@toolcrib/kube';
import { controllerOf, isFinishedPod, JOB_TRACKING, jobFailsBy } from '@toolcrib/kube';
import { isLive, isPod } from './pods.ts';
import { isKind } from './view.ts';

/** A Job that stays and fails, since more of its Pods go than it forgives. */
export interface FailingJob {
  job: KubeObject;
  /** UID of one of the Pods that go. */
  by: string;
  /** The others, which the Job controller deletes then. */
  others: KubeObject[];
}

/** How many Pods of a Job die and are not in its status yet: those that go, and those that are on their way out. */
export function deathsOf(graph: OwnerGraph, going: ReadonlyMap<string, Going>, job: KubeObject): number {
  const counted = new Set<string>(job.status?.uncountedTerminatedPods?.failed ?? []);
  return graph.dependentsOf(job.metadata.uid ?? '').filter((pod) => {
    const { uid = '', deletionTimestamp, finalizers = [] } = pod.metadata;
    if (!isPod(pod) || counted.has(uid)) return false;
    const dying = deletionTimestamp !== undefined || pod.status?.phase === 'Failed';
    return (going.has(uid) && !isFinishedPod(pod)) || (dying && finalizers.includes(JOB_TRACKING));
  }).length;
}

/** The Jobs that fail by what goes. */
export function failingJobs(graph: OwnerGraph, going: ReadonlyMap<string, Going>): FailingJob[] {
  const jobs = new Map<KubeObject, string>();
  for (const uid of going.keys()) {
    const pod = graph.get(uid);
    const controller = pod && isPod(pod) && !isFinishedPod(pod) ? controllerOf(pod) : undefined;
    const job = controller && graph.get(controller.uid);
    if (!job?.metadata.uid || !isKind(job, 'batch', 'Job') || going.has(job.metadata.uid)) continue;
    if (job.metadata.deletionTimestamp === undefined && !jobs.has(job)) jobs.set(job, uid);
  }
  return [...jobs]
    .filter(([job]) => jobFailsBy(job, deathsOf(graph, going, job)))
    .map(([job, by]) => {
      const pods = graph.dependentsOf(job.metadata.uid ?? '').filter((one) => isPod(one) && isLive(one));
      return { job, by, others: pods.filter(({ metadata }) => !going.has(metadata.uid ?? '')) };
    });
}
