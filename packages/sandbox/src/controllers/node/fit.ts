import type { Body, KubeObject } from '@toolcrib/kube';
import { matchesLabels, type Requirement } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { type Demand, quantity } from './quantities.ts';

export interface Usage extends Demand {
  pods: number;
}

/** Why a Pod can't go to a Node, in the scheduler's own words; undefined where it can. */
export function misfit(pod: KubeObject, node: KubeObject, demand: Demand, used: Usage): string | undefined {
  if (node.spec?.unschedulable && !tolerates(pod, UNSCHEDULABLE)) return 'node(s) were unschedulable';
  const taint = taintsOf(node).find((item) => item.effect !== 'PreferNoSchedule' && !tolerates(pod, item));
  if (taint) return `node(s) had untolerated taint(s)`;
  if (conditionOf(node.status, 'Ready')?.status !== 'True' && !isDaemon(pod)) return 'node(s) were not ready';
  if (!wantsNode(pod, node)) return "node(s) didn't match Pod's node affinity/selector";
  const allocatable = node.status?.allocatable ?? {};
  if (used.pods + 1 > quantity(allocatable.pods ?? 110)) return 'Too many pods';
  if (demand.cpu > 0 && used.cpu + demand.cpu > quantity(allocatable.cpu)) return 'Insufficient cpu';
  if (demand.memory > 0 && used.memory + demand.memory > quantity(allocatable.memory)) {
    return 'Insufficient memory';
  }
  return undefined;
}

interface Taint {
  key: string;
  value?: string;
  effect: string;
}

const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export function taintsOf(node: KubeObject): Taint[] {
  return node.spec?.taints ?? [];
}

export function tolerates(pod: KubeObject, taint: Taint): boolean {
  return (pod.spec?.tolerations ?? []).some((toleration: Body) => {
    const { effect, key, operator, value = '' } = toleration;
    const isMeant = (!effect || effect === taint.effect) && (!key || key === taint.key);
    return isMeant && (operator === 'Exists' || (Boolean(key) && value === (taint.value ?? '')));
  });
}

function isDaemon(pod: KubeObject): boolean {
  return pod.metadata.ownerReferences?.some((ref) => ref.kind === 'DaemonSet') === true;
}

/** nodeSelector and the required part of nodeAffinity. */
export function wantsNode(pod: KubeObject, node: KubeObject): boolean {
  const labels = node.metadata.labels ?? {};
  for (const [key, value] of Object.entries(pod.spec?.nodeSelector ?? {})) {
    if (labels[key] !== value) return false;
  }
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms: Body[] | undefined = required?.nodeSelectorTerms;
  if (!terms) return true;
  return terms.some((term) => {
    const expressions: Requirement[] = term.matchExpressions ?? [];
    const fields: Requirement[] = term.matchFields ?? [];
    // A term that says nothing is none.
    return (
      [...expressions, ...fields].length > 0 &&
      matchesLabels(expressions, labels) &&
      matchesLabels(fields, { 'metadata.name': node.metadata.name })
    );
  });
}
