import { createHash } from 'node:crypto';
import type { KubeObject } from '@toolcrib/kube';
import type { Radius } from '@toolcrib/model';
import type { Aim } from './view.ts';

/** Built-in workloads whose size an autoscaler writes, and of which it is known what that means. */
const SIZED = new Set(['Deployment', 'StatefulSet', 'ReplicaSet']);

/**
 * What an approval is pinned to in a target. An autoscaler raises the generation of a workload that somebody is about to delete,
 * and all that comes of it are Pods that its controller makes and that go with it: so of these the spec counts without its size,
 * but for whether it is meant to run at all, and whether it is going already. Everything else is told by its generation, and so is
 * a workload whose size somebody else wrote last.
 */
export function pinOf(
  uid: string,
  target: KubeObject | undefined,
  effect: Aim['effect'],
): NonNullable<Radius['pins']>[number] {
  const { generation, finalizers = [] } = target?.metadata ?? {};
  const spec = effect.does === 'delete' ? besidesSize(target) : undefined;
  return { uid, generation, finalizers, ...(spec === undefined ? {} : { besidesSize: spec }) };
}

function besidesSize(target: KubeObject | undefined): string | undefined {
  if (!target?.spec || !target.apiVersion.startsWith('apps/') || !SIZED.has(target.kind)) return undefined;
  const { replicas, ...rest } = target.spec;
  if (typeof replicas !== 'number' || !isAutoscaled(target)) return undefined;
  return createHash('sha256')
    .update(JSON.stringify([replicas > 0, target.metadata.deletionTimestamp !== undefined, rest]))
    .digest('hex');
}

/** Whether the size was written last by the controller of Kubernetes' own HorizontalPodAutoscaler, through `/scale`. */
function isAutoscaled({ metadata }: KubeObject): boolean {
  const entries = (metadata.managedFields ?? []) as {
    manager?: string;
    subresource?: string;
    fieldsV1?: { 'f:spec'?: { 'f:replicas'?: unknown } };
  }[];
  return entries.some(
    ({ manager, subresource, fieldsV1 }) =>
      manager === 'kube-controller-manager' &&
      subresource === 'scale' &&
      fieldsV1?.['f:spec']?.['f:replicas'] !== undefined,
  );
}
