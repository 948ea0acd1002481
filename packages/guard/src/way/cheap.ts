// Step: radius
import { controllerOf, groupVersionOf, type KubeObject, remakes } from '@toolcrib/kube';
import type { As, Cluster, UnseenKind } from '@toolcrib/model';
import type { CheapCase } from '../decide/decide.ts';
import { kindOf } from '../effects/index.ts';
import type { Destructive } from '../effects/subject.ts';
import { claimNamesOf, isFinished, isReady } from '../radius/index.ts';
import type { LetGo } from './let-go.ts';
import type { OwnedLooks } from './owned.ts';

/** Why a request passes by its effect alone, and which kinds could not be looked through for what its Pod owns. */
export interface Cheap {
  why: CheapCase;
  unseen: UnseenKind[];
}

/** Where a request is looked at from. */
export interface CheapAt {
  requestId: string;
  /** false where the act goes through several objects: together they may leave a workload without Pods. */
  alone: boolean;
  cluster: Cluster;
  person: string;
  as?: As;
  owned: OwnedLooks;
  letGo: LetGo;
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
 * eviction of such a Pod (the cluster checks its disruption budget). Anything else needs its radius, and so does
 * - a Pod that owns something, or of whose claims nothing is known: what it owns goes with it, and no controller makes
 *   that again;
 * - one that mounts a claim which is being deleted: the Pod may be all that holds the data;
 * - one that is going already: what is asked for then is that it goes sooner;
 * - a StatefulSet's that is to go by force: another of its name may run before it has stopped;
 * - the last ready one of several.
 *
 * @throws ToolcribError where the cluster can't be asked
 */
export async function cheapCase(
  effect: Destructive,
  objects: readonly KubeObject[],
  at: CheapAt,
): Promise<Cheap | undefined> {
  const [pod] = objects;
  const { cheap } = kindOf(effect);
  if (!cheap) return undefined;
  if (objects.length !== 1 || !pod) return undefined;
  if (effect.target.group !== '' || effect.target.resource !== 'pods') return undefined;
  // Its claim may come at any moment, and be younger than what is remembered.
  if (pod.spec?.volumes?.some((volume: { ephemeral?: unknown }) => volume.ephemeral)) return undefined;
  if (pod.metadata.deletionTimestamp !== undefined) return undefined;
  const replaced = isFinished(pod) ? undefined : await replacedBy(effect, pod, at);
  if (!isFinished(pod) && !replaced) return undefined;
  const { cluster, person, as, owned } = at;
  const { namespace = '', uid = '' } = pod.metadata;
  const [look, lastUser] = await Promise.all([
    owned.of({ cluster, person, as, namespace, podUid: uid }),
    mayFreeClaim(pod, at),
  ]);
  if (!look.claims || look.owns(uid) || lastUser) return undefined;
  // From here on without a pause: of requests judged side by side each sees what the others take.
  if (replaced && !cheap.evicts && isLastReady(pod, replaced, at)) return undefined;
  at.letGo.note(cluster.context, at.requestId, [pod]);
  const why = !replaced ? 'finished-pod' : cheap.evicts ? 'eviction-within-budget' : 'replaced-pod';
  return { why, unseen: look.unseen };
}

/** The controller that lives and makes it again. */
async function replacedBy(
  effect: Destructive,
  pod: KubeObject,
  { alone, cluster, as, letGo }: CheapAt,
): Promise<KubeObject | undefined> {
  const evicts = kindOf(effect).cheap?.evicts;
  if (!evicts && !alone) return undefined;
  const owner = controllerOf(pod);
  if (!owner) return undefined;
  const { group, version } = groupVersionOf(owner.apiVersion);
  const resource = REPLACERS[`${group}/${owner.kind}`];
  if (!resource) return undefined;
  if (resource === 'statefulsets' && 'options' in effect && effect.options.gracePeriodSeconds === 0)
    return undefined;
  const at = { namespace: pod.metadata.namespace, name: owner.name };
  const controller = await cluster.get({ group, version, resource }, at, as);
  if (!controller || controller.metadata.uid !== owner.uid || controller.metadata.deletionTimestamp)
    return undefined;
  // As many of a Job's as may be dying at this moment, and are not counted yet.
  const uid = pod.metadata.uid ?? '';
  const others = letGo.countOf(cluster.context, owner.uid, uid);
  const deaths = Math.max(controller.spec?.parallelism ?? 1, others + 1);
  // How the others die nobody knows here.
  const how = evicts ? { evicted: 1, deleted: deaths - 1 } : deaths;
  return remakes(controller, pod, how) ? controller : undefined;
}

/** Asked for each time: a claim that was deleted a moment ago is not yet among what is remembered. */
async function mayFreeClaim(pod: KubeObject, { cluster, as }: CheapAt): Promise<boolean> {
  const type = { group: '', version: 'v1', resource: 'persistentvolumeclaims' };
  const { namespace } = pod.metadata;
  const claims = await Promise.all(
    claimNamesOf(pod).map((name) =>
      cluster
        .get(type, { namespace, name }, as)
        .catch(() => ({ metadata: { deletionTimestamp: 'not known' } })),
    ),
  );
  return claims.some((claim) => claim?.metadata.deletionTimestamp !== undefined);
}

const DESIRED = 'deployment.kubernetes.io/desired-replicas';

/** By what its controller counts. One that is wanted alone is restarted every day; a Job's Pods serve nobody. */
function isLastReady(pod: KubeObject, controller: KubeObject, { cluster, letGo }: CheapAt): boolean {
  const { metadata, spec, status, kind } = controller;
  if (kind === 'Job' || !isReady(pod)) return false;
  const daemon = kind === 'DaemonSet';
  // A ReplicaSet in mid-rollout is one of two: what its Deployment wants stands on it.
  const wanted: number = daemon
    ? (status?.desiredNumberScheduled ?? 1)
    : Math.max(spec?.replicas ?? 1, Number(metadata.annotations?.[DESIRED] ?? 0) || 0);
  if (wanted <= 1) return false;
  const ready: number = (daemon ? status?.numberReady : status?.readyReplicas) ?? 0;
  const others = ready - 1 - letGo.countOf(cluster.context, metadata.uid ?? '', pod.metadata.uid ?? '');
  return others < 1;
}
