import { controllerOf, groupVersionOf, type KubeObject } from '@toolcrib/kube';
import type { As, Cluster, UnseenKind } from '../../model/index.ts';
import type { CheapCase } from '../decide/decide.ts';
import type { OwnedLooks } from './owned.ts';
import type { Destructive } from './subject.ts';

/** Why a request passes by its effect alone, and which kinds could not be looked through for what its Pod owns. */
export interface Cheap {
  why: CheapCase;
  unseen: UnseenKind[];
}

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
 * eviction of such a Pod (the cluster checks its disruption budget). Anything else needs its radius, and so does a Pod
 * that owns something, or of whose claims nothing is known: what it owns goes with it, and no controller makes that again.
 *
 * @param at.alone false where the act goes through several objects: together they may leave a workload without Pods
 * @throws ToolcribError where the cluster can't be asked
 */
export async function cheapCase(
  effect: Destructive,
  objects: readonly KubeObject[],
  at: { alone: boolean; cluster: Cluster; person: string; as?: As; owned: OwnedLooks },
): Promise<Cheap | undefined> {
  const [pod] = objects;
  if (effect.verb !== 'delete' && effect.verb !== 'evict') return undefined;
  if (objects.length !== 1 || !pod) return undefined;
  if (effect.target.group !== '' || effect.target.resource !== 'pods') return undefined;
  // Its claim may come at any moment, and be younger than what is remembered.
  if (pod.spec?.volumes?.some((volume: { ephemeral?: unknown }) => volume.ephemeral)) return undefined;
  const why = isFinished(pod) ? 'finished-pod' : await replacedCase(effect, pod, at);
  if (!why) return undefined;
  const { cluster, person, as, owned } = at;
  const { namespace = '', uid = '' } = pod.metadata;
  const look = await owned.of({ cluster, person, as, namespace, podUid: uid });
  return look.claims && !look.owns(uid) ? { why, unseen: look.unseen } : undefined;
}

function isFinished({ status }: KubeObject): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Whether its controller lives and makes it again. */
async function replacedCase(
  effect: Destructive,
  pod: KubeObject,
  { alone, cluster, as }: { alone: boolean; cluster: Cluster; as?: As },
): Promise<CheapCase | undefined> {
  if (effect.verb === 'delete' && !alone) return undefined;
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
