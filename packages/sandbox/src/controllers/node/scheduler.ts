import { controllerOf, type KubeObject } from '@toolcrib/kube';
import { NOBODY } from '../../store/field-ownership.ts';
import { conditionOf } from '../common/conditions.ts';
import { type ControllerOptions, controlLoop, type Tools } from '../common/loop.ts';
import { isFinished, isTerminating } from '../common/pods.ts';
import { timestamp } from '../common/time.ts';
import { NODES, PERSISTENT_VOLUME_CLAIMS, PODS, STORAGE_CLASSES } from '../common/types.ts';
import { byName } from '../common/values.ts';
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
        keys({ type, object }) {
          usage.note(object, type === 'DELETED');
          const freed = type === 'DELETED' || isFinished(object);
          return freed ? [keyOfObject(object), ...usage.unplaced] : [keyOfObject(object)];
        },
      },
      { type: NODES, keys: () => [...usage.unplaced] },
      { type: PERSISTENT_VOLUME_CLAIMS, keys: () => [...usage.unplaced] },
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
  const { nodeName, schedulerName = NAME } = pod.spec;
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
    const storageClass = view.get(STORAGE_CLASSES, undefined, String(claim.spec?.storageClassName));
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
  const candidates: Candidate[] = [];
  for (const node of nodes) {
    const used = usage.of(node.metadata.name);
    const why = misfit(pod, node, demand, used);
    if (why !== undefined) {
      reasons.set(why, (reasons.get(why) ?? 0) + 1);
      continue;
    }
    candidates.push({ node, alike: usage.ofOwner(node.metadata.name, owner), pods: used.pods });
  }
  const [best] = candidates.sort((a, b) => a.alike - b.alike || a.pods - b.pods || byName(a.node, b.node));
  if (best) return best.node;
  if (nodes.length === 0) return 'no nodes available to schedule pods';
  const list = [...reasons].map(([why, count]) => `${count} ${why}`).sort();
  return unavailable(nodes.length, list.join(', '));
}

function unavailable(nodes: number, why: string): string {
  const none = `0/${nodes} nodes are available:`;
  return `${none} ${why}. preemption: ${none} ${nodes} Preemption is not helpful for scheduling.`;
}

interface Candidate {
  node: KubeObject;
  /** Pods of the same workload there. */
  alike: number;
  /** All Pods there. */
  pods: number;
}

function selectNode(claim: KubeObject, node: string, { store }: Tools): void {
  if (claim.metadata.annotations?.[SELECTED_NODE]) return;
  store.modify(PERSISTENT_VOLUME_CLAIMS, claim.metadata.namespace, claim.metadata.name, (fresh) => {
    fresh.metadata.annotations = { ...fresh.metadata.annotations, [SELECTED_NODE]: node };
  });
}

function bind(pod: KubeObject, node: KubeObject, { store, record, clock }: Tools): void {
  const { namespace, name } = pod.metadata;
  const put = (fresh: KubeObject) => {
    fresh.spec.nodeName = node.metadata.name;
    takeTopology(fresh, node);
  };
  store.modify(PODS, namespace, name, put, { manager: NOBODY });
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
  const { namespace, name, generation } = pod.metadata;
  const isTrue = condition.status === 'True';
  const put = (fresh: KubeObject) => {
    const others = (fresh.status?.conditions ?? []).filter(
      (item: { type: string }) => item.type !== 'PodScheduled',
    );
    const next = {
      type: 'PodScheduled',
      ...(isTrue ? {} : { observedGeneration: generation }),
      ...condition,
      lastProbeTime: null,
      lastTransitionTime: timestamp(now),
    };
    fresh.status = { ...fresh.status, conditions: [...others, next] };
  };
  // A binding sets it on the server's side; a refusal is the scheduler's own write.
  const options = { subresource: 'status' as const, ...(isTrue ? { manager: NOBODY } : {}) };
  store.modify(PODS, namespace, name, put, options);
}

interface UsageBook {
  note(pod: KubeObject, gone: boolean): void;
  of(node: string): Usage;
  /** How many Pods of one workload a Node has. */
  ofOwner(node: string, owner: string | undefined): number;
  /** Keys of Pods that found no place. */
  unplaced: Set<string>;
}

interface Placed {
  node: string;
  owner: string | undefined;
  cpu: number;
  memory: number;
}

/** What each Node carries, kept up with every change, so that placing a Pod does not count all others. */
function usageBook(): UsageBook {
  const placed = new Map<string, Placed>();
  const nodes = new Map<string, Usage>();
  const owners = new Map<string, number>();
  const unplaced = new Set<string>();
  const of = (node: string): Usage => {
    const known = nodes.get(node);
    if (known) return known;
    const fresh = { pods: 0, cpu: 0, memory: 0 };
    nodes.set(node, fresh);
    return fresh;
  };
  const count = (entry: Placed, sign: 1 | -1) => {
    const used = of(entry.node);
    used.pods += sign;
    used.cpu += sign * entry.cpu;
    used.memory += sign * entry.memory;
    const both = `${entry.node}/${entry.owner}`;
    if (!entry.owner) return;
    const alike = (owners.get(both) ?? 0) + sign;
    if (alike === 0) owners.delete(both);
    else owners.set(both, alike);
  };
  return {
    unplaced,
    of,
    ofOwner: (node, owner) => owners.get(`${node}/${owner}`) ?? 0,
    note(pod, gone) {
      const key = keyOfObject(pod);
      const before = placed.get(key);
      if (before) count(before, -1);
      placed.delete(key);
      const node: string | undefined = pod.spec?.nodeName;
      if (gone || !node || isFinished(pod)) return;
      const entry = { node, owner: controllerOf(pod)?.uid, ...demandOf(pod) };
      placed.set(key, entry);
      count(entry, 1);
    },
  };
}
