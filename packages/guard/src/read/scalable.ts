import { isBuiltInGroup } from '@toolcrib/kube';

const BUILT_IN = new Set([
  'apps/deployments',
  'apps/replicasets',
  'apps/statefulsets',
  'extensions/deployments',
  'extensions/replicasets',
  '/replicationcontrollers',
]);

/** The built-in workloads with a size: what a body without `spec.replicas` means is known for these only. */
export function isBuiltInScalable({ group, resource }: { group: string; resource: string }): boolean {
  return BUILT_IN.has(`${group}/${resource}`);
}

/**
 * Types whose `spec.replicas` may hold a scale-down: the built-in workloads, and everything that Kubernetes itself does
 * not serve, whatever its group is called (`cluster.x-k8s.io`). Whether that has a scale is its operator's affair; a
 * body without `spec.replicas` passes all the same.
 */
function mayHaveReplicas(type: { group: string; resource: string }): boolean {
  return isBuiltInScalable(type) || !isBuiltInGroup(type.group);
}

/** Whether a write there may lower a number of replicas. */
export function mayChangeSize(target: { group: string; resource: string; subresource?: string }): boolean {
  return isOnScale(target) || (target.subresource === undefined && mayHaveReplicas(target));
}

/**
 * Whether a path leads to a `/scale`. The server looks at the first segment behind the name, and of a custom resource it
 * passes over the rest: `/scale/anything` is a scale as well.
 */
export function isOnScale(target: { subresource?: string }): boolean {
  return /^scale(\/|$)/.test(target.subresource ?? '');
}
