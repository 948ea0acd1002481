import type { KubeObject, ObjectRef } from '../objects.ts';
import { groupVersionOf } from '../objects.ts';

/** API groups that kube-apiserver itself (or its built-in aggregator) serves, as of 1.35. */
const BUILT_IN_GROUPS = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'extensions',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
]);

/** False for what a CustomResourceDefinition or somebody's own API server adds: an operator decides there. */
export function isBuiltInGroup(group: string): boolean {
  return BUILT_IN_GROUPS.has(group);
}

export function isCustom(ref: Pick<ObjectRef, 'apiVersion'>): boolean {
  return !isBuiltInGroup(groupVersionOf(ref.apiVersion).group);
}

/** Finalizers whose holder is Kubernetes itself, and whose work is done by what toolcrib knows. */
const KNOWN_FINALIZERS = new Set([
  'orphan',
  'foregroundDeletion',
  'kubernetes',
  'kubernetes.io/pvc-protection',
  'kubernetes.io/pv-protection',
  'batch.kubernetes.io/job-tracking',
  'service.kubernetes.io/load-balancer-cleanup',
  'external-provisioner.volume.kubernetes.io/finalizer',
  'kubernetes.io/pv-controller',
  'customresourcecleanup.apiextensions.k8s.io',
]);

/** Finalizers of others: who put them decides when the object goes, and what goes with it. */
export function foreignFinalizers(
  object: { metadata: { finalizers?: string[] } },
  ours: readonly string[] = [],
): string[] {
  return (object.metadata.finalizers ?? []).filter(
    (name) => !KNOWN_FINALIZERS.has(name) && !name.startsWith('external-attacher/') && !ours.includes(name),
  );
}

/** Of a claim template and a set's name: `data-kafka-2` is the claim of the Pod with ordinal 2. */
export function claimOrdinal(set: KubeObject, claimName: string): number | undefined {
  const templates: { metadata?: { name?: string } }[] = set.spec?.volumeClaimTemplates ?? [];
  for (const template of templates) {
    const prefix = `${template.metadata?.name}-${set.metadata.name}-`;
    const ordinal = claimName.slice(prefix.length);
    if (claimName.startsWith(prefix) && /^(0|[1-9]\d*)$/.test(ordinal)) return Number(ordinal);
  }
  return undefined;
}

/** The ordinal of a StatefulSet's Pod: the number after the last dash. */
export function podOrdinal(set: { metadata: { name: string } }, podName: string): number | undefined {
  const match = /^(.*)-(0|[1-9]\d*)$/.exec(podName);
  return match && match[1] === set.metadata.name ? Number(match[2]) : undefined;
}
