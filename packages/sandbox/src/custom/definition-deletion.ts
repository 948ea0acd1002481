import type { Body, KubeObject } from '@toolcrib/kube';
import { timestamp } from '../apimachinery/time.ts';
import type { DeletionStep } from '../store/strategy.ts';

/** Holds a definition until its objects are gone. */
export const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

/**
 * The first request to delete an established definition marks it, and holds it until its objects are gone
 * (apiextensions-apiserver pkg/registry/customresourcedefinition/etcd.go).
 * @returns undefined where the common rules go on
 */
export function beginDefinitionDeletion(definition: KubeObject, now: number): DeletionStep | undefined {
  const { metadata } = definition;
  if (metadata.deletionTimestamp !== undefined) return undefined;
  const conditions: Body[] = definition.status?.conditions ?? [];
  if (!conditions.some(({ type, status }) => type === 'Established' && status === 'True')) return undefined;
  metadata.deletionTimestamp = timestamp(now);
  metadata.finalizers = [...new Set([...(metadata.finalizers ?? []), CLEANUP])];
  const terminating = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: timestamp(now),
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  const others = conditions.filter(({ type }) => type !== 'Terminating');
  definition.status = { ...definition.status, conditions: [...others, terminating] };
  return { do: 'update', object: definition };
}
