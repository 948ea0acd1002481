import type { Deaths, Going, KubeObject, OwnerGraph } from '@toolcrib/kube';
import { controllerOf, isDisrupted, isFinishedPod, JOB_TRACKING, jobFailsBy, uidOf } from '@toolcrib/kube';
import { isLivePod, isPod } from './pods.ts';
import { type Aim, isKind } from './view.ts';

/** A Job that stays and fails, since more of its Pods go than it forgives. */
export interface FailingJob {
  job: KubeObject;
  /** UID of one of the Pods that go. */
  by: string;
  /** The others, which the Job controller deletes then. */
  others: KubeObject[];
}

/** The Pods of a Job that die and are not in its status yet: those that go, and those that are on their way out. */
export function deathsOf(
  graph: OwnerGraph,
  going: ReadonlyMap<string, Going>,
  job: KubeObject,
  aims: ReadonlyMap<string, Aim>,
): Deaths {
  const counted = new Set<string>(job.status?.uncountedTerminatedPods?.failed ?? []);
  const deaths: Deaths = { deleted: 0, evicted: 0 };
  for (const pod of graph.dependentsOf(uidOf(job.metadata))) {
    const { uid = '', deletionTimestamp, finalizers = [] } = pod.metadata;
    if (!isPod(pod) || counted.has(uid)) continue;
    const dying = deletionTimestamp !== undefined || pod.status?.phase === 'Failed';
    const goes = going.has(uid) && !isFinishedPod(pod);
    if (!goes && !(dying && finalizers.includes(JOB_TRACKING))) continue;
    const evicted = isDisrupted(pod) || (!dying && aims.get(uid)?.effect.does === 'evict');
    deaths[evicted ? 'evicted' : 'deleted']++;
  }
  return deaths;
}

/** The Jobs that fail by what goes. */
export function failingJobs(
  graph: OwnerGraph,
  going: ReadonlyMap<string, Going>,
  aims: ReadonlyMap<string, Aim>,
): FailingJob[] {
  const jobs = new Map<KubeObject, string>();
  for (const uid of going.keys()) {
    const pod = graph.get(uid);
    const controller = pod && isPod(pod) && !isFinishedPod(pod) ? controllerOf(pod) : undefined;
    const job = controller && graph.get(controller.uid);
    if (!job?.metadata.uid || !isKind(job, 'batch', 'Job') || going.has(job.metadata.uid)) continue;
    if (job.metadata.deletionTimestamp === undefined && !jobs.has(job)) jobs.set(job, uid);
  }
  return [...jobs]
    .filter(([job]) => jobFailsBy(job, deathsOf(graph, going, job, aims)))
    .map(([job, by]) => {
      const pods = graph.dependentsOf(uidOf(job.metadata)).filter(isLivePod);
      return { job, by, others: pods.filter(({ metadata }) => !going.has(uidOf(metadata))) };
    });
}
