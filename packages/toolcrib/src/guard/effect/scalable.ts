const BUILT_IN = new Set([
  'apps/deployments',
  'apps/replicasets',
  'apps/statefulsets',
  'extensions/deployments',
  'extensions/replicasets',
  '/replicationcontrollers',
]);

/**
 * Types whose `spec.replicas` may hold a scale-down: the built-in workloads, and every custom resource (whether it has
 * a scale is its operator's affair; a body without `spec.replicas` passes all the same). Built-in groups other than
 * these have none: the core group, and the ones without a dot or under k8s.io.
 */
export function mayHaveReplicas(type: { group: string; resource: string }): boolean {
  if (BUILT_IN.has(`${type.group}/${type.resource}`)) return true;
  return type.group.includes('.') && !type.group.endsWith('.k8s.io');
}
