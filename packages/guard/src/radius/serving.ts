import type { KubeObject, OwnerGraph } from '@toolcrib/kube';
import { controllerOf, uidOf } from '@toolcrib/kube';
import type { RadiusCounts, RadiusMember } from '@toolcrib/model';
import { lookup } from './lookup.ts';
import { isLivePod, isReady, workloadOf } from './pods.ts';
import { firstUser } from './users.ts';
import { isKind } from './view.ts';

/** What running Pods lose although they stay, and what goes in a way that is worse than it looks. */
export type ServingCounts = Pick<
  RadiusCounts,
  'servicesCut' | 'podsOnNodes' | 'usedByPods' | 'setsBelowHalf' | 'statefulPods'
>;

export interface ServingFacts {
  graph: OwnerGraph;
  objects: readonly KubeObject[];
  members: readonly RadiusMember[];
  /** Workload UID → replicas that a scale asks for. */
  scaledTo: ReadonlyMap<string, number>;
}

export function servingCounts(facts: ServingFacts): ServingCounts {
  const { graph, objects, members } = facts;
  const deleted = members.filter(({ fate }) => fate === 'deleted');
  const goes = new Set(deleted.map(({ ref }) => ref.uid));
  const pods = objects.filter(isLivePod);
  const staying = pods.filter(({ metadata }) => !goes.has(metadata.uid));
  const goingPods = pods.filter(({ metadata }) => goes.has(metadata.uid));
  const going = deleted.flatMap((member) => {
    const object = graph.get(uidOf(member.ref));
    return object ? [{ member, object }] : [];
  });
  const onNode = (node: KubeObject) =>
    lookup(pods)
      .podsOn(node.metadata.name)
      .filter((pod) => !isOfItsNode(pod)).length;
  const ready = staying.filter(isReady);
  return {
    servicesCut:
      going.filter(({ object }) => cutsOff(objects, object, ready)).length +
      members.filter((member) => isDeserted(member)).length,
    podsOnNodes: going
      .filter(({ object }) => isKind(object, '', 'Node'))
      .reduce((sum, { object }) => sum + onNode(object), 0),
    usedByPods: going.filter(
      ({ member, object }) => isNeeded(member) && firstUser(staying, object) !== undefined,
    ).length,
    setsBelowHalf: [...facts.scaledTo].filter(([uid, replicas]) => isBelowHalf(facts, uid, replicas, pods))
      .length,
    statefulPods: goingPods.filter((pod) => {
      const controller = controllerOf(pod);
      return controller !== undefined && isKind(controller, 'apps', 'StatefulSet');
    }).length,
  };
}

/** A Service, or an Ingress before one, behind which ready Pods go on running. */
function cutsOff(objects: readonly KubeObject[], object: KubeObject, ready: readonly KubeObject[]): boolean {
  const reached = (service: KubeObject) => firstUser(ready, service) !== undefined;
  if (isKind(object, '', 'Service')) return reached(object);
  if (!isKind(object, 'networking.k8s.io', 'Ingress')) return false;
  const { namespace } = object.metadata;
  return backendsOf(object).some((name) =>
    lookup(objects).named('', 'Service', namespace, name).some(reached),
  );
}

function backendsOf({ spec }: KubeObject): string[] {
  type Backend = { service?: { name?: string } } | undefined;
  const rules: { http?: { paths?: { backend?: Backend }[] } }[] = spec?.rules ?? [];
  const backends: Backend[] = [
    spec?.defaultBackend,
    ...rules.flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend)),
  ];
  return backends.flatMap((backend) => backend?.service?.name ?? []);
}

/** A Service that stays, and loses every Pod behind it for good: the last naked one, for instance. */
function isDeserted({ ref, fate, loss }: RadiusMember): boolean {
  return fate === 'stops' && loss === 'restorable' && isKind(ref, '', 'Service');
}

/** Pods read these while they start. What every namespace gets again does no harm, but for a ServiceAccount's tokens. */
function isNeeded({ ref, loss }: RadiusMember): boolean {
  if (isKind(ref, '', 'ServiceAccount')) return true;
  return (
    loss !== 'returns' &&
    ['ConfigMap', 'Secret', 'PersistentVolumeClaim'].some((kind) => isKind(ref, '', kind))
  );
}

/** A DaemonSet's, or a mirror Pod: a drain leaves it, and it goes with its Node by design. */
function isOfItsNode(pod: KubeObject): boolean {
  const controller = controllerOf(pod);
  return (
    controller !== undefined && (isKind(controller, 'apps', 'DaemonSet') || isKind(controller, '', 'Node'))
  );
}

/** What is kept on several members that must agree is lost with the greater part of them; 0 is an outage already. */
function isBelowHalf(
  { graph }: ServingFacts,
  uid: string,
  replicas: number,
  pods: readonly KubeObject[],
): boolean {
  const set = graph.get(uid);
  if (!set || !isKind(set, 'apps', 'StatefulSet') || replicas === 0) return false;
  return replicas * 2 < pods.filter((pod) => workloadOf(graph, pod)?.metadata.uid === uid).length;
}
