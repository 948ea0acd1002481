import type { Body, KubeObject } from '@toolcrib/kube';
import { podFromTemplate } from '../common/pods.ts';
import { REVISION_HASH } from '../common/revisions.ts';
import { taintsOf, tolerates, wantsNode } from '../node/fit.ts';

/** What daemon Pods bear without being asked: Nodes in trouble, and those closed to others. */
const TOLERATED = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
] as const;

/** A Pod of the set for one Node: bound to it by affinity, so that the scheduler puts it there. */
export function daemonPod(set: KubeObject, node: string, hash: string): KubeObject {
  const pod = podFromTemplate(set.spec?.template, set);
  const generation = templateGeneration(set);
  pod.metadata.labels = {
    ...pod.metadata.labels,
    [REVISION_HASH]: hash,
    ...(generation ? { 'pod-template-generation': String(generation) } : {}),
  };
  const own = [...TOLERATED];
  const tolerations: Body[] = pod.spec.tolerations ?? [];
  for (const [key, effect] of own) {
    if (
      !tolerations.some((item) => item.key === key && item.effect === effect && item.operator === 'Exists')
    ) {
      tolerations.push({ effect, key, operator: 'Exists' });
    }
  }
  pod.spec.tolerations = tolerations;
  pod.spec.affinity = pinnedTo(node, pod.spec.affinity);
  return pod;
}

function templateGeneration(set: KubeObject): number {
  const text = set.metadata.annotations?.['deprecated.daemonset.template.generation'];
  const [digits = '0'] = /^\d+$/.exec(String(text)) ?? [];
  return Number(digits);
}

function pinnedTo(node: string, affinity: Body): Body {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  const term = { nodeSelectorTerms: [{ matchFields }] };
  return {
    ...affinity,
    nodeAffinity: { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: term },
  };
}

/** The Node that a daemon Pod is on, or is meant for. */
export function nodeOf(pod: KubeObject): string | undefined {
  if (pod.spec?.nodeName) return pod.spec.nodeName;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const term of required?.nodeSelectorTerms ?? []) {
    for (const field of term.matchFields ?? []) {
      if (field.key === 'metadata.name' && field.operator === 'In') return field.values?.[0];
    }
  }
  return undefined;
}

/** Whether the Node should have a Pod of the set, and whether one that it has may stay. */
export function wantedOn(set: KubeObject, node: KubeObject): { run: boolean; stay: boolean } {
  const draft = podFromTemplate(set.spec?.template, set);
  draft.spec.tolerations = daemonPod(set, node.metadata.name, '').spec.tolerations;
  const nodeName = set.spec?.template?.spec?.nodeName;
  if (!wantsNode(draft, node) || (nodeName && nodeName !== node.metadata.name))
    return { run: false, stay: false };
  const untolerated = (effects: string[]) =>
    taintsOf(node).some((taint) => effects.includes(taint.effect) && !tolerates(draft, taint));
  return { run: !untolerated(['NoSchedule', 'NoExecute']), stay: !untolerated(['NoExecute']) };
}
