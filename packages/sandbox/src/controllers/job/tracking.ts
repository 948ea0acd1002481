import { controllerOf, type KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { ignoreNotFound } from '../common/errors.ts';
import { type ControllerOptions, controlLoop, type Tools } from '../common/loop.ts';
import { JOBS, PODS } from '../common/types.ts';
import { keyOfObject } from '../common/view.ts';

/** Holds a Job's Pod until the Job has counted it. */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';

export function isTracked(pod: KubeObject): boolean {
  return pod.metadata.finalizers?.includes(TRACKING_FINALIZER) === true;
}

export function isJobFinished(job: KubeObject): boolean {
  return ['Complete', 'Failed'].some((type) => conditionOf(job.status, type)?.status === 'True');
}

export function untrack(pod: KubeObject, { store }: Tools): void {
  const { namespace, name, uid } = pod.metadata;
  ignoreNotFound(() =>
    store.modify(PODS, namespace, name, (fresh) => {
      if (fresh.metadata.uid !== uid) return;
      const kept = (fresh.metadata.finalizers ?? []).filter((item) => item !== TRACKING_FINALIZER);
      if (kept.length > 0) fresh.metadata.finalizers = kept;
      else delete fresh.metadata.finalizers;
    }),
  );
}

/**
 * Takes the finalizer from Pods that no living Job will count any more. That is why an orphaned Job's Pods can't
 * be handed to a new Job without loss.
 */
export function orphanPodController(options: ControllerOptions = {}) {
  return controlLoop({
    ...options,
    name: 'job-controller-orphans',
    watch: [
      { type: PODS, keys: ({ object }) => (isTracked(object) ? [keyOfObject(object)] : []) },
      {
        type: JOBS,
        keys: ({ type, object }, { view }) =>
          type === 'DELETED' || isJobFinished(object)
            ? view.controlledBy(PODS, object.metadata.uid).filter(isTracked).map(keyOfObject)
            : [],
      },
    ],
    sync({ namespace, name }, tools) {
      const pod = tools.view.get(PODS, namespace, name);
      if (!pod || !isTracked(pod)) return;
      const controller = controllerOf(pod);
      if (controller && (controller.kind !== 'Job' || controller.apiVersion !== 'batch/v1')) return;
      const job = controller && tools.view.get(JOBS, namespace, controller.name);
      if (job && job.metadata.uid === controller?.uid && !isJobFinished(job)) return;
      untrack(pod, tools);
    },
  });
}
