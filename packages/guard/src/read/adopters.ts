/** A kind whose controller takes over what nobody controls and its selector matches, and deletes what is too many of it. */
export interface Adopter {
  kind: string;
  /** What it takes over, by its plural; of these the first is what it makes itself. */
  takes: readonly { group: string; version: string; resource: string }[];
}

const PODS = { group: '', version: 'v1', resource: 'pods' };
const REPLICA_SETS = { group: 'apps', version: 'v1', resource: 'replicasets' };

/**
 * DaemonSets and Jobs take over too, and are not among them: how many Pods a DaemonSet deletes the Nodes decide, and a Job's
 * selector is its own UID unless somebody says otherwise (docs/guard.md names both).
 */
const ADOPTERS = new Map<string, Adopter>([
  // Its Pods come by way of ReplicaSets; those whose ReplicaSet is gone by the next one of the same template.
  ['apps/deployments', { kind: 'Deployment', takes: [REPLICA_SETS, PODS] }],
  ['apps/replicasets', { kind: 'ReplicaSet', takes: [PODS] }],
  ['apps/statefulsets', { kind: 'StatefulSet', takes: [PODS] }],
  ['/replicationcontrollers', { kind: 'ReplicationController', takes: [PODS] }],
]);

export function adopterOf({ group, resource }: { group: string; resource: string }): Adopter | undefined {
  return ADOPTERS.get(`${group}/${resource}`);
}

/** Whether a create of this type may take Pods over and delete some of them. */
export function mayAdopt(type: { group: string; resource: string }): boolean {
  return adopterOf(type) !== undefined;
}
