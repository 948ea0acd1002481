import type { KubeObject } from '@toolcrib/kube';
import { claimObjects } from '../common/adoption.ts';
import { type ControllerOptions, controlLoop, type Tools } from '../common/loop.ts';
import { ownersToWake, recognisesItsOwn, selects } from '../common/owner.ts';
import { isAvailable, isReady, isTerminating, nextAvailability, ownAndOrphaned } from '../common/pods.ts';
import {
  claimRevisions,
  presentRevision,
  STATEFUL_SET_NAMING,
  truncateHistory,
} from '../common/revisions.ts';
import { PODS, STATEFUL_SETS } from '../common/types.ts';
import { countOf, omitEmpty, semanticallyEqual } from '../common/values.ts';
import { keyOfObject } from '../common/view.ts';
import { isMemberOf, podRevision } from './identity.ts';
import { placesOf, type Rollout, step } from './update.ts';

/** Keeps each StatefulSet's Pods, claims and revisions (source: pkg/controller/statefulset). */
export function statefulSetController(options: ControllerOptions = {}) {
  return controlLoop({
    ...options,
    name: 'statefulset-controller',
    watch: [
      { type: STATEFUL_SETS, keys: (change) => [keyOfObject(change.object)] },
      {
        type: PODS,
        keys: (change, { view }) => ownersToWake(view, change, { type: STATEFUL_SETS, kind: 'StatefulSet' }),
      },
    ],
    sync({ namespace, name, key }, tools) {
      const set = tools.view.get(STATEFUL_SETS, namespace, name);
      if (set && recognisesItsOwn(set)) syncStatefulSet(set, key, tools);
    },
  });
}

function syncStatefulSet(set: KubeObject, key: string, tools: Tools): void {
  const revisions = claimRevisions(tools, set, STATEFUL_SETS);
  const pods = claimObjects(tools.store, ownAndOrphaned(tools, PODS, set), {
    owner: set,
    ownerType: STATEFUL_SETS,
    type: PODS,
    // A Pod of another name is no member, even where its labels match.
    matches: (pod) => isMemberOf(set, pod) && selects(set, pod),
  });
  const { revision: update, collisions } = presentRevision(tools, set, revisions, STATEFUL_SET_NAMING);
  const current = revisions.find((item) => item.metadata.name === set.status?.currentRevision) ?? update;
  const rollout: Rollout = { set, tools, current, update };
  try {
    step(rollout, placesOf(rollout, pods));
  } finally {
    // Also after a failure: what has been done so far must be seen.
    const now = pods.map((pod) => tools.view.get(PODS, pod.metadata.namespace, pod.metadata.name));
    writeStatus(
      rollout,
      now.filter((pod) => pod !== undefined),
      collisions,
    );
  }
  const live = [current, update].map((item) => item.metadata.name).concat(pods.map(podRevision));
  truncateHistory(tools, set, revisions, new Set(live));
  const wait = nextAvailability(pods, countOf(set.spec?.minReadySeconds, 0), tools.clock.now());
  if (wait !== undefined) tools.queue.addAfter(key, wait);
}

function writeStatus({ set, tools, current, update }: Rollout, pods: KubeObject[], collisions: number): void {
  const minReady = countOf(set.spec?.minReadySeconds, 0);
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isReady(pod));
  const standing = pods.filter((pod) => !isTerminating(pod));
  const counts = {
    replicas: pods.length,
    ready: ready.length,
    current: standing.filter((pod) => podRevision(pod) === current.metadata.name).length,
    updated: standing.filter((pod) => podRevision(pod) === update.metadata.name).length,
  };
  const wanted = countOf(set.spec?.replicas, 1);
  const rolling = (set.spec?.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
  const complete =
    rolling && counts.updated === wanted && counts.ready === wanted && counts.replicas === wanted;
  const status = {
    observedGeneration: set.metadata.generation,
    replicas: counts.replicas,
    ...omitEmpty({
      readyReplicas: counts.ready,
      currentReplicas: complete ? counts.updated : counts.current,
      updatedReplicas: counts.updated,
      currentRevision: complete ? update.metadata.name : current.metadata.name,
      updateRevision: update.metadata.name,
    }),
    collisionCount: collisions,
    availableReplicas: ready.filter((pod) => isAvailable(pod, minReady, tools.clock.now())).length,
  };
  if (semanticallyEqual(status, set.status)) return;
  const { namespace, name } = set.metadata;
  const put = (fresh: KubeObject) => void (fresh.status = status);
  tools.store.modify(STATEFUL_SETS, namespace, name, put, { subresource: 'status' });
}
