// What steps wait for.
import type { Actor, Body } from '../actor.ts';

/** A Deployment, ReplicaSet, StatefulSet or DaemonSet that has what it wants, and has said so. */
export function atRest(body: Body): boolean {
  const { spec, status, metadata } = body;
  if ((status.observedGeneration ?? 0) < metadata.generation) return false;
  switch (body.kind) {
    case 'DaemonSet':
      return (
        status.numberReady === status.desiredNumberScheduled &&
        status.updatedNumberScheduled === status.desiredNumberScheduled &&
        status.numberAvailable === status.desiredNumberScheduled
      );
    case 'StatefulSet':
      return (
        status.replicas === spec.replicas &&
        (status.readyReplicas ?? 0) === spec.replicas &&
        (status.availableReplicas ?? 0) === spec.replicas &&
        (spec.updateStrategy.rollingUpdate?.partition > 0 || status.currentRevision === status.updateRevision)
      );
    case 'Deployment':
      return (
        (status.replicas ?? 0) === spec.replicas &&
        (status.updatedReplicas ?? 0) === spec.replicas &&
        (status.availableReplicas ?? 0) === spec.replicas &&
        status.terminatingReplicas === 0 &&
        status.conditions.some((one: Body) => one.reason === 'NewReplicaSetAvailable')
      );
    default:
      return (
        status.terminatingReplicas === 0 &&
        status.replicas === spec.replicas &&
        (status.readyReplicas ?? 0) === spec.replicas &&
        (status.availableReplicas ?? 0) === spec.replicas
      );
  }
}

export const running = (body: Body): boolean =>
  body.status.phase === 'Running' &&
  body.status.conditions.some((one: Body) => one.type === 'Ready' && one.status === 'True');

/** A CustomResourceDefinition whose kind is served. */
export const isEstablished = (body: Body): boolean =>
  body.status.conditions.some((one: Body) => one.type === 'Established' && one.status === 'True');

/** For lists: exactly so many items, none of them on its way out. */
export const items =
  (count: number, each: (item: Body) => unknown = () => true) =>
  (body: Body): boolean =>
    body.items.length === count &&
    body.items.every((item: Body) => item.metadata.deletionTimestamp === undefined && each(item));

/** Creates a workload and waits until it is at rest; not observed. */
export async function started(t: Actor, resource: string, body: Body): Promise<Body> {
  await t.post(resource, body, { quiet: true });
  return t.until(resource, body.metadata.name, atRest);
}

/** What a list shows of who is there and whom it belongs to. */
export const ownership = (list: Body) =>
  list.items.map((item: Body) => ({
    name: item.metadata.name.replace(/[^-]+$/, '*'),
    owners: item.metadata.ownerReferences ?? [],
    finalizers: item.metadata.finalizers ?? [],
    going: item.metadata.deletionTimestamp !== undefined,
  }));

/** A client that tells what it waits for prints as many lines as it has time for: only the end is the same. */
export async function lastLine(t: Actor, args: string): Promise<unknown> {
  const { exit, stdout = '' } = await t.kubectl(args, '', { quiet: true });
  return [exit, stdout.trim().split('\n').at(-1)];
}
