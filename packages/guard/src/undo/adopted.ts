import { isDeepStrictEqual } from 'node:util';
import { controllerOf, type KubeObject, uidOf } from '@toolcrib/kube';
import type { RequestRecord, Snapshot } from '@toolcrib/model';
import { scaleIn } from '../effects/index.ts';
import { isLikeMade } from '../radius/index.ts';
import type { PlanFacts } from './facts.ts';
import type { LiveView } from './live.ts';
import { liveOf } from './live.ts';
import type { Left } from './remade.ts';
import { isKind } from './steps.ts';

/** UIDs of what a request only created: in its snapshot it stands as it was sent, under a UID that is none of the cluster's. */
export function createdBy(requests: readonly RequestRecord[]): Set<string> {
  return new Set(
    requests.flatMap(({ effect, targetUids }) => (scaleIn(effect)?.adopts === undefined ? [] : targetUids)),
  );
}

/** What stands there in the place of what was kept as it was sent: with the selector by which it took the Pods over. */
export function standsAs(created: KubeObject, live: LiveView): KubeObject | undefined {
  const now = liveOf(live, created);
  if (!now?.metadata.uid || now.metadata.deletionTimestamp !== undefined) return undefined;
  return isDeepStrictEqual(now.spec?.selector, created.spec?.selector) ? now : undefined;
}

/** UIDs of kept Pods that nobody controlled → what the same request created, and what took them over. Where that stands. */
export function takenOver(
  requests: readonly RequestRecord[],
  snapshots: readonly Snapshot[],
  live: LiveView,
): Map<string, KubeObject> {
  const found = new Map<string, KubeObject>();
  for (const uid of createdBy(requests)) {
    for (const { objects } of snapshots) {
      const created = objects.find(({ metadata }) => metadata.uid === uid);
      if (!created || !standsAs(created, live)) continue;
      for (const pod of objects)
        if (isKind(pod, '', 'Pod') && controllerOf(pod) === undefined)
          found.set(uidOf(pod.metadata), created);
    }
  }
  return found;
}

/**
 * Who makes a Pod again that was taken over and deleted: whoever has it now, once it has its size back. Made by us it would
 * be taken over again, and one too many.
 */
export function remadeByAdopter(
  facts: PlanFacts,
  pod: KubeObject,
): (Left & { object: KubeObject }) | undefined {
  const by = facts.takenOver.get(uidOf(pod.metadata));
  if (!by) return undefined;
  const { apiVersion, kind, metadata } = by;
  const reference = { apiVersion, kind, name: metadata.name, uid: uidOf(metadata), controller: true };
  const object = { ...pod, metadata: { ...pod.metadata, ownerReferences: [reference] } };
  // Of a scale-down only the number was promised: it may have taken another than the one that was shown as lost.
  const same = facts.promised.get(uidOf(pod.metadata)) !== 'lost' && isLikeMade(by, pod);
  const note = `${kind} ${metadata.name} makes ${same ? 'it again' : 'another in its place'}`;
  // A Deployment's come by way of a ReplicaSet, and are counted there.
  return { result: 'skipped', note, object, ...(kind === 'Deployment' ? {} : { by }) };
}
