import { controllerOf, groupVersionOf, type KubeObject } from '@toolcrib/kube';
import type { As, Cluster } from '../../model/index.ts';
import type { CheapCase } from '../decide/decide.ts';
import type { Destructive } from './subject.ts';

/** Controllers that make a lost Pod again (kind → resource). */
const REPLACERS: Record<string, string> = {
  'apps/ReplicaSet': 'replicasets',
  'apps/StatefulSet': 'statefulsets',
  'apps/DaemonSet': 'daemonsets',
  '/ReplicationController': 'replicationcontrollers',
  'batch/Job': 'jobs',
};

/**
 * Whether a request passes by its effect alone: one finished Pod, one Pod that its living controller makes again, an
 * eviction of such a Pod (the cluster checks its disruption budget). Anything else needs its radius.
 *
 * @param alone false where the act goes through several objects: together they may leave a workload without Pods
 */
export async function cheapCase(
  effect: Destructive,
  objects: readonly KubeObject[],
  alone: boolean,
  cluster: Cluster,
  as: As | undefined,
): Promise<CheapCase | undefined> {
  const [pod] = objects;
  if (effect.verb === 'scale' || effect.verb === 'delete-collection' || objects.length !== 1 || !pod)
    return undefined;
  if (effect.target.group !== '' || effect.target.resource !== 'pods') return undefined;
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return 'finished-pod';
  if (effect.verb === 'delete' && !alone) return undefined;
  // A claim that the Pod owns goes with it (ephemeral volumes, whenScaled: Delete): that is for the radius to say.
  if (pod.spec?.volumes?.some((volume: { ephemeral?: unknown }) => volume.ephemeral)) return undefined;
  const owner = controllerOf(pod);
  if (!owner) return undefined;
  const { group, version } = groupVersionOf(owner.apiVersion);
  const resource = REPLACERS[`${group}/${owner.kind}`];
  if (!resource) return undefined;
  const at = { namespace: pod.metadata.namespace, name: owner.name };
  const controller = await cluster.get({ group, version, resource }, at, as);
  if (!controller || controller.metadata.uid !== owner.uid || controller.metadata.deletionTimestamp)
    return undefined;
  if (controller.spec?.replicas === 0) return undefined;
  return effect.verb === 'evict' ? 'eviction-within-budget' : 'replaced-pod';
}
