import type { KubeObject } from '@toolcrib/kube';
import { conditionOf, setCondition } from './common/conditions.ts';
import { ignoreNotFound } from './common/errors.ts';
import { type ControllerOptions, controlLoop, type Tools } from './common/loop.ts';
import { isFinished, isTerminating } from './common/pods.ts';
import { timestamp } from './common/time.ts';
import { NODES, PODS } from './common/types.ts';
import { keyOfObject } from './common/view.ts';

export interface PodGcOptions extends ControllerOptions {
  /** Milliseconds that a Node must have been missing before its Pods are removed; 40 s, as in the real one. */
  missingNodeMs?: number;
}

/** Removes Pods whose Node is gone, and unscheduled ones that hang in deletion (source: pkg/controller/podgc). */
export function podGarbageCollector(options: PodGcOptions = {}) {
  const quarantine = options.missingNodeMs ?? 40_000;
  /** When each stray Pod was first seen to be one. */
  const seen = new Map<string, number>();
  return controlLoop({
    ...options,
    name: 'pod-garbage-collector',
    watch: [
      {
        type: NODES,
        keys: ({ type, object }, { view }) =>
          type === 'DELETED' ? podsOn(object.metadata.name, view).map(keyOfObject) : [],
      },
      {
        type: PODS,
        keys: ({ object }, { view }) => (isStray(object, view) ? [keyOfObject(object)] : []),
      },
    ],
    sync({ namespace, name, key }, tools) {
      const pod = tools.view.get(PODS, namespace, name);
      if (!pod || !isStray(pod, tools.view)) {
        seen.delete(key);
        return;
      }
      const since = seen.get(key) ?? tools.clock.now();
      seen.set(key, since);
      const wait = pod.spec?.nodeName ? since + quarantine - tools.clock.now() : 0;
      if (wait > 0) {
        tools.queue.addAfter(key, wait);
        return;
      }
      // Another of that name has its own time.
      seen.delete(key);
      remove(pod, tools);
    },
  });
}

function podsOn(node: string, view: Tools['view']): KubeObject[] {
  return view.list(PODS).filter((pod) => pod.spec?.nodeName === node);
}

function isStray(pod: KubeObject, view: Tools['view']): boolean {
  const node: string | undefined = pod.spec?.nodeName;
  return node ? view.get(NODES, undefined, node) === undefined : isTerminating(pod);
}

function remove(pod: KubeObject, { store, clock }: Tools): void {
  const { namespace, name, uid } = pod.metadata;
  const target = conditionOf(pod.status, 'DisruptionTarget');
  if (pod.spec?.nodeName && !isFinished(pod) && target?.status !== 'True') {
    const put = (fresh: KubeObject) => {
      fresh.status = { ...fresh.status, phase: 'Failed' };
      setCondition(fresh.status, {
        type: 'DisruptionTarget',
        status: 'True',
        lastTransitionTime: timestamp(clock.now()),
        reason: 'DeletionByPodGC',
        message: 'PodGC: node no longer exists',
      });
    };
    store.modify(PODS, namespace, name, put, { subresource: 'status' });
  }
  ignoreNotFound(() =>
    store.delete(PODS, namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } }),
  );
}
