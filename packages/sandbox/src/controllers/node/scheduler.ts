import { controllerOf, type KubeObject } from '@toolcrib/kube';
import { NOBODY } from '../../store/field-ownership.ts';
import { conditionOf } from '../common/conditions.ts';
import { ignoreNotFound } from '../common/errors.ts';
import { type ControllerOptions, controlLoop, type Tools } from '../common/loop.ts';
import { isFinished, isTerminating } from '../common/pods.ts';
import { timestamp } from '../common/time.ts';
import { NODES, PERSISTENT_VOLUME_CLAIMS, PODS, STORAGE_CLASSES } from '../common/types.ts';
import { keyOfObject } from '../common/view.ts';
import { misfit, type Usage } from './fit.ts';
import { demandOf } from './quantities.ts';

const NAME = 'default-scheduler';
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/** Binds Pods to Nodes: those that fit, the emptiest of its own workload first. No preemption, no spreading rules. */
export function scheduler(options: ControllerOptions = {}) {
  const usage = usageBook();
  return controlLoop({
    ...options,
    name: NAME,
    watch: [
      {
        type: PODS,
        keys(change, { view }) {
          usage.note(change.object, change.type === 'DELETED');
          const freed = change.type === 'DELETED' || isFinished(change.object);
          const own =
            isWaiting(change.object) && change.type !== 'DELETED' ? [keyOfObject(change.object)] : [];
          return freed && change.object.spec?.nodeName ? [...own, ...usage.waiting(view)] : own;
        },
      },
      { type: NODES, keys: (_, { view }) => usage.waiting(view) },
      { type: PERSISTENT_VOLUME_CLAIMS, keys: (_, { view }) => usage.waiting(view) },
    ],
    sync({ namespace, name, key }, tools) {
      const pod = tools.view.get(PODS, namespace, name);
      usage.unplaced.delete(key);
      if (!pod || !isWaiting(pod)) return;
      const refusal = schedule(pod, usage, tools);
      if (refusal === undefined) return;
      usage.unplaced.add(key);
      reportRefusal(pod, refusal, tools);
    },
  });
}

function isWaiting(pod: KubeObject): boolean {
  const { nodeName, schedulerName = NAME } = pod.spec ?? {};
  return !nodeName && schedulerName === NAME && !isTerminating(pod) && !isFinished(pod);
}

interface Refusal {
  reason: 'Unschedulable' | 'SchedulingGated';
  message: string;
}

function schedule(pod: KubeObject, usage: UsageBook, tools: Tools): Refusal | undefined {
  if (pod.spec?.schedulingGates?.length > 0) {
    const message = 'Scheduling is blocked due to non-empty scheduling gates';
    return { reason: 'SchedulingGated', message };
  }
  const claims = unboundClaims(pod, tools);
  if (claims.problem) {
    // The real scheduler ends the message so when it fails before it has looked at any Node.
    const message = `0/${tools.view.list(NODES).length} nodes are available: ${claims.problem}. not found`;
    return { reason: 'Unschedulable', message };
  }
  const choice = chooseNode(pod, usage, tools);
  if (typeof choice === 'string') return { reason: 'Unschedulable', message: choice };
  if (claims.late.length > 0) {
    // The volume is made where the Pod will run; the Pod is bound once its claim is.
    for (const claim of claims.late) selectNode(claim, choice.metadata.name, tools);
    return { reason: 'Unschedulable', message: 'pod is waiting for its PersistentVolumeClaims to be bound' };
  }
  bind(pod, choice, tools);
  return undefined;
}

function unboundClaims(pod: KubeObject, { view }: Tools): { problem?: string; late: KubeObject[] } {
  const late: KubeObject[] = [];
  for (const volume of pod.spec?.volumes ?? []) {
    const name: string | undefined = volume.persistentVolumeClaim?.claimName;
    if (!name) continue;
    const claim = view.get(PERSISTENT_VOLUME_CLAIMS, pod.metadata.namespace, name);
    if (!claim) return { problem: `persistentvolumeclaim "${name}" not found`, late };
    if (claim.metadata.deletionTimestamp) {
      return { problem: `persistentvolumeclaim "${name}" is being deleted`, late };
    }
    if (claim.status?.phase === 'Lost') {
      const message = `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName}"`;
      return { problem: message, late };
    }
    if (claim.status?.phase === 'Bound') continue;
    const storageClass = view.get(STORAGE_CLASSES, undefined, claim.spec?.storageClassName ?? '');
    if (storageClass?.volumeBindingMode !== 'WaitForFirstConsumer') {
      return { problem: 'pod has unbound immediate PersistentVolumeClaims', late };
    }
    late.push(claim);
  }
  return { late };
}

function chooseNode(pod: KubeObject, usage: UsageBook, { view }: Tools): KubeObject | string {
  const nodes = view.list(NODES);
  const demand = demandOf(pod);
  const owner = controllerOf(pod)?.uid;
  const reasons = new Map<string, number>();
  let best: { node: KubeObject; score: number[] } | undefined;
  for (const node of nodes) {
    const used = usage.of(node.metadata.name);
    const why = misfit(pod, node, demand, used);
    if (why !== undefined) {
      reasons.set(why, (reasons.get(why) ?? 0) + 1);
      continue;
    }
    const score = [usage.ofOwner(node.metadata.name, owner), used.pods];
    if (!best || isLower(score, node.metadata.name, best)) best = { node, score };
  }
  if (best) return best.node;
  if (nodes.length === 0) return 'no nodes available to schedule pods';
  const list = [...reasons].map(([why, count]) => `${count} ${why}`).sort();
  return unavailable(nodes.length, list.join(', '));
}

function unavailable(nodes: number, why: string): string {
  const none = `0/${nodes} nodes are available:`;
  return `${none} ${why}. preemption: ${none} ${nodes} Preemption is not helpful for scheduling.`;
}

function isLower(score: number[], name: string, best: { node: KubeObject; score: number[] }): boolean {
  for (const [index, value] of score.entries()) {
    const difference = value - (best.score[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return name < best.node.metadata.name;
}

function selectNode(claim: KubeObject, node: string, { store }: Tools): void {
  if (claim.metadata.annotations?.[SELECTED_NODE]) return;
  store.modify(PERSISTENT_VOLUME_CLAIMS, claim.metadata.namespace, claim.metadata.name, (fresh) => {
    fresh.metadata.annotations = { ...fresh.metadata.annotations, [SELECTED_NODE]: node };
  });
}

function bind(pod: KubeObject, node: KubeObject, { store, record, clock }: Tools): void {
  const { namespace, name, uid } = pod.metadata;
  const mine = (fresh: KubeObject) => fresh.metadata.uid === uid && !fresh.spec?.nodeName;
  let bound = false;
  ignoreNotFound(() =>
    store.modify(
      PODS,
      namespace,
      name,
      (fresh) => {
        bound = mine(fresh);
        if (!bound) return;
        fresh.spec.nodeName = node.metadata.name;
        takeTopology(fresh, node);
      },
      { manager: NOBODY },
    ),
  );
  if (!bound) return;
  writeCondition(pod, { status: 'True' }, store, clock.now());
  const message = `Successfully assigned ${namespace}/${name} to ${node.metadata.name}`;
  record(pod, 'Normal', 'Scheduled', message, { action: 'Binding', instance: `${NAME}-sandbox` });
}

/** A Pod carries the zone and region of the Node that it was bound to (admission plugin PodTopologyLabels). */
function takeTopology(pod: KubeObject, node: KubeObject): void {
  for (const key of ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region']) {
    const value = node.metadata.labels?.[key];
    if (value !== undefined) pod.metadata.labels = { ...pod.metadata.labels, [key]: value };
  }
}

function reportRefusal(pod: KubeObject, refusal: Refusal, { store, record, clock }: Tools): void {
  const current = conditionOf(pod.status, 'PodScheduled');
  if (current?.status === 'False' && current.message === refusal.message) return;
  writeCondition(pod, { status: 'False', ...refusal }, store, clock.now());
  if (refusal.reason === 'SchedulingGated') return;
  const extra = { action: 'Scheduling', instance: `${NAME}-sandbox` };
  record(pod, 'Warning', 'FailedScheduling', refusal.message, extra);
}

function writeCondition(
  pod: KubeObject,
  condition: { status: string; reason?: string; message?: string },
  store: Tools['store'],
  now: number,
): void {
  const { namespace, name, uid, generation } = pod.metadata;
  ignoreNotFound(() =>
    store.modify(
      PODS,
      namespace,
      name,
      (fresh) => {
        if (fresh.metadata.uid !== uid) return;
        const others = (fresh.status?.conditions ?? []).filter(
          (item: { type: string }) => item.type !== 'PodScheduled',
        );
        const next = {
          type: 'PodScheduled',
          ...(generation === undefined || condition.status === 'True'
            ? {}
            : { observedGeneration: generation }),
          ...condition,
          lastProbeTime: null,
          lastTransitionTime: timestamp(now),
        };
        fresh.status = { ...fresh.status, conditions: [...others, next] };
      },
      // A binding sets it on the server's side; a refusal is the scheduler's own write.
      { subresource: 'status', ...(condition.status === 'True' ? { manager: NOBODY } : {}) },
    ),
  );
}

interface UsageBook {
  note(pod: KubeObject, gone: boolean): void;
  of(node: string): Usage;
  /** How many Pods of one workload a Node has. */
  ofOwner(node: string, owner: string | undefined): number;
  /** Keys of Pods that found no place. */
  unplaced: Set<string>;
  waiting(view: Tools['view']): string[];
}

/** What each Node carries, kept up with every change, so that placing a Pod does not count all others. */
function usageBook(): UsageBook {
  const placed = new Map<string, { node: string; owner: string; cpu: number; memory: number }>();
  const nodes = new Map<string, Usage>();
  const owners = new Map<string, number>();
  const unplaced = new Set<string>();
  const count = (entry: { node: string; owner: string; cpu: number; memory: number }, sign: 1 | -1) => {
    const used = nodes.get(entry.node) ?? { pods: 0, cpu: 0, memory: 0 };
    used.pods += sign;
    used.cpu += sign * entry.cpu;
    used.memory += sign * entry.memory;
    nodes.set(entry.node, used);
    const both = `${entry.node}/${entry.owner}`;
    owners.set(both, (owners.get(both) ?? 0) + sign);
    if (owners.get(both) === 0) owners.delete(both);
  };
  return {
    unplaced,
    waiting: () => [...unplaced],
    of: (node) => nodes.get(node) ?? { pods: 0, cpu: 0, memory: 0 },
    ofOwner: (node, owner) => (owner ? (owners.get(`${node}/${owner}`) ?? 0) : 0),
    note(pod, gone) {
      const key = keyOfObject(pod);
      const before = placed.get(key);
      if (before) count(before, -1);
      placed.delete(key);
      if (gone) unplaced.delete(key);
      const node: string | undefined = pod.spec?.nodeName;
      if (gone || !node || isFinished(pod)) return;
      const entry = { node, owner: controllerOf(pod)?.uid ?? '', ...demandOf(pod) };
      placed.set(key, entry);
      count(entry, 1);
    },
  };
}
