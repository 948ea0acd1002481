import {
  type Body,
  controllerOf,
  type KubeObject,
  type OwnerReference,
  type ResourceType,
  selectorMatches,
} from '@toolcrib/kube';
import { type Condition, conditionOf } from './common/conditions.ts';
import { messageOf } from './common/errors.ts';
import { type ControllerOptions, controlLoop, type Tools } from './common/loop.ts';
import { isReady, isTerminating } from './common/pods.ts';
import { timeOf, timestamp } from './common/time.ts';
import { DEPLOYMENTS, POD_DISRUPTION_BUDGETS, PODS, REPLICA_SETS, STATEFUL_SETS } from './common/types.ts';
import { countOf, scaledValue, semanticallyEqual } from './common/values.ts';
import { keyOfObject } from './common/view.ts';

/** An evicted Pod that is still there after this long was not deleted after all. Milliseconds. */
const EVICTION_TIMEOUT = 120_000;
/** Kinds that say how many Pods they want (a ReplicationController does, too, but none is served). */
const SCALED: Record<string, ResourceType> = { ReplicaSet: REPLICA_SETS, StatefulSet: STATEFUL_SETS };

/** Keeps each PodDisruptionBudget's figures (source: pkg/controller/disruption). */
export function disruptionController(options: ControllerOptions = {}) {
  const all = (_: unknown, { view }: Tools) => view.list(POD_DISRUPTION_BUDGETS).map(keyOfObject);
  return controlLoop({
    ...options,
    name: 'controllermanager',
    watch: [
      { type: POD_DISRUPTION_BUDGETS, keys: (change) => [keyOfObject(change.object)] },
      {
        type: PODS,
        keys: ({ object, previous }, { view }) =>
          view
            .list(POD_DISRUPTION_BUDGETS, object.metadata.namespace)
            .filter((budget) => covers(budget, object) || (previous && covers(budget, previous)))
            .map(keyOfObject),
      },
      // A budget by percentage follows its workloads' wanted numbers.
      { type: DEPLOYMENTS, keys: all },
      { type: REPLICA_SETS, keys: all },
      { type: STATEFUL_SETS, keys: all },
    ],
    sync({ namespace, name, key }, tools) {
      const budget = tools.view.get(POD_DISRUPTION_BUDGETS, namespace, name);
      if (!budget) return;
      try {
        syncBudget(budget, key, tools);
      } catch (error) {
        tools.record(budget, 'Warning', 'CalculateExpectedPodCountFailed', messageOf(error));
        failSafe(budget, messageOf(error), tools);
      }
    },
  });
}

/** An empty selector covers every Pod of the namespace, an absent one none. */
function covers(budget: KubeObject, pod: KubeObject): boolean {
  let covered = false;
  try {
    covered = selectorMatches(budget.spec?.selector, pod.metadata.labels);
  } catch {
    // A selector that can't be read covers nothing.
  }
  return covered;
}

function syncBudget(budget: KubeObject, key: string, tools: Tools): void {
  const now = tools.clock.now();
  const pods = tools.view.list(PODS, budget.metadata.namespace).filter((pod) => covers(budget, pod));
  if (pods.length === 0) tools.record(budget, 'Normal', 'NoPods', 'No matching pods found');
  const { expected, desired, unmanaged } = expectations(budget, pods, tools);
  if (unmanaged.length > 0) tools.record(budget, 'Warning', 'UnmanagedPods', unmanagedMessage(budget));
  const { disrupted, recheck } = standingEvictions(budget, pods, now);
  const healthy = pods.filter(
    (pod) => isReady(pod) && !isTerminating(pod) && disrupted[pod.metadata.name] === undefined,
  ).length;
  const allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired);
  write(budget, tools, {
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    ...(Object.keys(disrupted).length > 0 ? { disruptedPods: disrupted } : {}),
    observedGeneration: budget.metadata.generation,
    conditions: withCondition(
      budget,
      allowed > 0 ? 'True' : 'False',
      allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
      '',
      now,
    ),
  });
  if (recheck !== undefined) tools.queue.addAfter(key, recheck);
}

function unmanagedMessage(budget: KubeObject): string {
  const labels = Object.entries(budget.spec?.selector?.matchLabels ?? {}).map(
    ([key, value]) => `${key}:${value}`,
  );
  return `Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{${labels.join(', ')}},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
}

/** How many Pods there should be and how many must be healthy. Naked Pods count nowhere but in a plain number. */
function expectations(
  budget: KubeObject,
  pods: KubeObject[],
  tools: Tools,
): { expected: number; desired: number; unmanaged: KubeObject[] } {
  const { maxUnavailable, minAvailable } = budget.spec ?? {};
  if (maxUnavailable === undefined && typeof minAvailable === 'number') {
    return { expected: pods.length, desired: minAvailable, unmanaged: [] };
  }
  const unmanaged = pods.filter((pod) => !controllerOf(pod));
  const scales = new Map<string | undefined, number>();
  for (const pod of pods) {
    const reference = controllerOf(pod);
    if (!reference) continue;
    const { metadata, spec } = workloadOf(pod, reference, tools);
    scales.set(metadata.uid, countOf(spec?.replicas, 1));
  }
  const expected = [...scales.values()].reduce((sum, scale) => sum + scale, 0);
  if (maxUnavailable !== undefined) {
    const desired = Math.max(0, expected - scaledValue(maxUnavailable, expected, 'up'));
    return { expected, desired, unmanaged };
  }
  return { expected, desired: scaledValue(minAvailable, expected, 'up'), unmanaged };
}

/** The workload that the Pod belongs to; for a ReplicaSet of a Deployment the Deployment. @throws Error where it is none of these */
function workloadOf(pod: KubeObject, reference: OwnerReference, { view }: Tools): KubeObject {
  const find = (type: ResourceType, { name, uid }: OwnerReference) => {
    const found = view.get(type, pod.metadata.namespace, name);
    return found?.metadata.uid === uid ? found : undefined;
  };
  const type = SCALED[reference.kind];
  const found = type && find(type, reference);
  if (!found) throw new Error(`found no controllers for pod ${JSON.stringify(pod.metadata.name)}`);
  const owner = type === REPLICA_SETS ? controllerOf(found) : undefined;
  return (owner && find(DEPLOYMENTS, owner)) ?? found;
}

/** Evictions that have been granted but not yet carried out: the eviction handler notes them in the status. */
function standingEvictions(budget: KubeObject, pods: KubeObject[], now: number) {
  const noted: Record<string, string> = budget.status?.disruptedPods ?? {};
  const disrupted: Record<string, string> = {};
  let recheck: number | undefined;
  const standing = new Set(pods.filter((pod) => !isTerminating(pod)).map(({ metadata }) => metadata.name));
  for (const [name, since] of Object.entries(noted)) {
    const at = timeOf(since);
    if (at === undefined || !standing.has(name)) continue;
    const left = at + EVICTION_TIMEOUT - now;
    if (left <= 0) continue;
    disrupted[name] = since;
    recheck = Math.min(recheck ?? left, left);
  }
  return { disrupted, recheck };
}

function failSafe(budget: KubeObject, message: string, tools: Tools): void {
  const conditions = withCondition(budget, 'False', 'SyncFailed', message, tools.clock.now());
  write(budget, tools, { ...budget.status, disruptionsAllowed: 0, conditions });
}

function withCondition(
  budget: KubeObject,
  status: Condition['status'],
  reason: string,
  message: string,
  now: number,
): Condition[] {
  const type = 'DisruptionAllowed';
  const before = conditionOf(budget.status, type);
  const condition: Condition = {
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : timestamp(now),
    message,
    observedGeneration: budget.metadata.generation,
    reason,
    status,
    type,
  };
  const others: Condition[] = (budget.status?.conditions ?? []).filter(
    (item: Condition) => item.type !== type,
  );
  return [...others, condition];
}

function write(budget: KubeObject, { store }: Tools, status: Body): void {
  if (semanticallyEqual(status, budget.status)) return;
  const { namespace, name } = budget.metadata;
  const put = (fresh: KubeObject) => void (fresh.status = status);
  store.modify(POD_DISRUPTION_BUDGETS, namespace, name, put, { subresource: 'status' });
}
