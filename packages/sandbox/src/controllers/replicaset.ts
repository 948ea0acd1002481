import { controllerOf, type KubeObject } from '@toolcrib/kube';
import { claimObjects } from './common/adoption.ts';
import { conditionOf, removeCondition, setCondition } from './common/conditions.ts';
import { isNamespaceTerminating, messageOf } from './common/errors.ts';
import { type ControllerOptions, controlLoop, type Tools } from './common/loop.ts';
import { ownersToWake, recognisesItsOwn, selects } from './common/owner.ts';
import {
  createPod,
  deletePod,
  isActive,
  isAvailable,
  isFinished,
  isReady,
  isTerminating,
  nextAvailability,
  ownAndOrphaned,
  podFromTemplate,
} from './common/pods.ts';
import { victimsFirst } from './common/scale-down.ts';
import { timestamp } from './common/time.ts';
import { PODS, REPLICA_SETS } from './common/types.ts';
import { countOf, omitEmpty, semanticallyEqual } from './common/values.ts';
import { keyOfObject } from './common/view.ts';

/** Pods made or deleted in one run at most; the rest follows in the next (the real controller's burst). */
const BURST = 500;

/** Keeps each ReplicaSet at its number of Pods (source: pkg/controller/replicaset). */
export function replicaSetController(options: ControllerOptions = {}) {
  return controlLoop({
    ...options,
    name: 'replicaset-controller',
    watch: [
      { type: REPLICA_SETS, keys: (change) => [keyOfObject(change.object)] },
      {
        type: PODS,
        keys: (change, { view }) => ownersToWake(view, change, { type: REPLICA_SETS, kind: 'ReplicaSet' }),
      },
    ],
    sync({ namespace, name, key }, tools) {
      const set = tools.view.get(REPLICA_SETS, namespace, name);
      if (set) syncReplicaSet(set, key, tools);
    },
  });
}

function syncReplicaSet(set: KubeObject, key: string, tools: Tools): void {
  const candidates = ownAndOrphaned(tools, PODS, set);
  const active = claimObjects(tools.store, candidates.filter(isActive), {
    owner: set,
    ownerType: REPLICA_SETS,
    type: PODS,
    matches: (pod) => selects(set, pod),
  });
  const terminating = candidates.filter(
    (pod) =>
      isTerminating(pod) &&
      !isFinished(pod) &&
      controllerOf(pod)?.uid === set.metadata.uid &&
      selects(set, pod),
  );
  let failure: unknown;
  if (!isTerminating(set) && recognisesItsOwn(set)) {
    try {
      manageReplicas(set, active, tools);
    } catch (error) {
      failure = error;
    }
  }
  writeStatus(set, active, terminating, failure, tools);
  if (failure !== undefined) throw failure;

  const minReady = countOf(set.spec?.minReadySeconds, 0);
  const wait = nextAvailability(active, minReady, tools.clock.now());
  if (wait !== undefined) tools.queue.addAfter(key, wait);
}

function manageReplicas(set: KubeObject, active: KubeObject[], tools: Tools): void {
  const wanted = countOf(set.spec?.replicas, 1);
  if (active.length > wanted) {
    const ordered = victimsFirst(active, relatedPods(set, tools), tools.clock.now());
    for (const pod of ordered.slice(0, Math.min(active.length - wanted, BURST))) deletePod(tools, set, pod);
    return;
  }
  try {
    for (let made = 0; made < Math.min(wanted - active.length, BURST); made++) {
      createPod(tools, set, podFromTemplate(set.spec?.template, set));
    }
  } catch (error) {
    // In a namespace that is going every create fails; the Pods are not wanted any more either.
    if (!isNamespaceTerminating(error)) throw error;
  }
}

/** The Pods of all ReplicaSets that share this one's controller, i.e. of the whole Deployment. */
function relatedPods(set: KubeObject, { view }: Tools): KubeObject[] {
  const uid = controllerOf(set)?.uid;
  const siblings = uid ? view.controlledBy(REPLICA_SETS, uid) : [set];
  return siblings.flatMap((sibling) =>
    view.list(PODS, set.metadata.namespace).filter((pod) => selects(sibling, pod)),
  );
}

function writeStatus(
  set: KubeObject,
  active: KubeObject[],
  terminating: KubeObject[],
  failure: unknown,
  { store, clock }: Tools,
): void {
  const now = clock.now();
  const template: Record<string, string> = set.spec?.template?.metadata?.labels ?? {};
  const ready = active.filter(isReady);
  const minReady = countOf(set.spec?.minReadySeconds, 0);
  const status = {
    replicas: active.length,
    ...omitEmpty({
      fullyLabeledReplicas: active.filter((pod) => hasLabels(pod, template)).length,
      readyReplicas: ready.length,
      availableReplicas: ready.filter((pod) => isAvailable(pod, minReady, now)).length,
    }),
    terminatingReplicas: terminating.length,
    observedGeneration: set.metadata.generation,
    ...(set.status?.conditions ? { conditions: [...set.status.conditions] } : {}),
  };
  const failing = conditionOf(set.status, 'ReplicaFailure');
  if (failure !== undefined && !failing) {
    setCondition(status, {
      type: 'ReplicaFailure',
      status: 'True',
      lastTransitionTime: timestamp(now),
      reason: active.length < countOf(set.spec?.replicas, 1) ? 'FailedCreate' : 'FailedDelete',
      message: messageOf(failure),
    });
  } else if (failure === undefined && failing) {
    removeCondition(status, 'ReplicaFailure');
  }
  if (semanticallyEqual(set.status, status)) return;
  const { namespace, name } = set.metadata;
  const put = (fresh: KubeObject) => void (fresh.status = status);
  store.modify(REPLICA_SETS, namespace, name, put, { subresource: 'status' });
}

function hasLabels(pod: KubeObject, labels: Record<string, string>): boolean {
  return Object.entries(labels).every(([key, value]) => pod.metadata.labels?.[key] === value);
}
