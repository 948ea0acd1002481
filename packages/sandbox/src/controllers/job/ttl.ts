import { ignoreNotFound } from '../common/errors.ts';
import { type ControllerOptions, controlLoop } from '../common/loop.ts';
import { timeOf } from '../common/time.ts';
import { JOBS } from '../common/types.ts';
import { keyOfObject } from '../common/view.ts';
import { isJobFinished } from './tracking.ts';

/** Deletes finished Jobs when their ttlSecondsAfterFinished is over (source: pkg/controller/ttlafterfinished). */
export function ttlController(options: ControllerOptions = {}) {
  return controlLoop({
    ...options,
    name: 'ttl-after-finished-controller',
    watch: [{ type: JOBS, keys: (change) => [keyOfObject(change.object)] }],
    sync({ namespace, name, key }, { store, clock, view, queue }) {
      const job = view.get(JOBS, namespace, name);
      const seconds = job?.spec?.ttlSecondsAfterFinished;
      if (!job || typeof seconds !== 'number' || job.metadata.deletionTimestamp || !isJobFinished(job))
        return;
      const ended: number[] = (job.status?.conditions ?? [])
        .filter((item: { type: string }) => item.type === 'Complete' || item.type === 'Failed')
        .map((item: { lastTransitionTime?: string }) => timeOf(item.lastTransitionTime) ?? 0);
      const wait = Math.max(0, ...ended) + seconds * 1000 - clock.now();
      if (wait > 0) {
        queue.addAfter(key, wait);
        return;
      }
      const { uid } = job.metadata;
      ignoreNotFound(() =>
        store.delete(JOBS, namespace, name, { propagationPolicy: 'Foreground', preconditions: { uid } }),
      );
    },
  });
}
