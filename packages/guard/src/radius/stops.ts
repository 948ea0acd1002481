import type { Going, KubeObject } from '@toolcrib/kube';
import { matchesLabels, uidOf } from '@toolcrib/kube';
import type { LossClass } from '@toolcrib/model';
import { isClaim, isVolume, reclaimPolicy, volumeOf } from './extras.ts';
import { lookup } from './lookup.ts';
import { isLive } from './pods.ts';
import { selectedBy } from './users.ts';
import { isKind } from './view.ts';

/** What stays and does no more. */
export interface Stopped {
  object: KubeObject;
  loss: LossClass;
  why: string;
  via: string;
}

/**
 * Objects that stay but stop: Services whose every Pod goes, claims whose volume goes, and volumes that are kept
 * (Retain) but lose their claim.
 */
export function stopsOf(
  objects: readonly KubeObject[],
  going: ReadonlyMap<string, Going>,
  returns: (pod: KubeObject) => boolean,
): Stopped[] {
  const goes = (object: KubeObject) => going.has(uidOf(object.metadata));
  const stopped: Stopped[] = [];
  for (const object of objects) {
    if (goes(object) || object.metadata.deletionTimestamp !== undefined) continue;
    const found = isKind(object, '', 'Service')
      ? serviceStops(objects, object, goes, returns)
      : isClaim(object)
        ? claimStops(objects, object, goes)
        : isVolume(object)
          ? volumeStops(objects, object, goes)
          : undefined;
    if (found) stopped.push({ object, ...found });
  }
  return stopped;
}

type Found = Omit<Stopped, 'object'>;

function serviceStops(
  objects: readonly KubeObject[],
  service: KubeObject,
  goes: (object: KubeObject) => boolean,
  returns: (pod: KubeObject) => boolean,
): Found | undefined {
  const selector: Record<string, string> = service.spec?.selector ?? {};
  if (Object.keys(selector).length === 0) return undefined;
  const requirements = Object.entries(selector).map(([key, value]) => ({
    key,
    operator: 'In' as const,
    values: [value],
  }));
  const candidates = selectedBy(objects, service);
  const behind = (pod: KubeObject) => isLive(pod) && matchesLabels(requirements, pod.metadata.labels);
  const first = candidates.find(behind)?.metadata.uid;
  if (!first || candidates.some((pod) => !goes(pod) && behind(pod))) return undefined;
  const pods = candidates.filter(behind);
  const balancer = service.spec?.type === 'LoadBalancer' ? ', and its load balancer has no target' : '';
  const back = pods.every(returns);
  return {
    loss: back ? 'returns' : 'restorable',
    why: `every Pod behind it goes${balancer}${back ? ' until they are made again' : ''}`,
    via: first,
  };
}

function claimStops(
  objects: readonly KubeObject[],
  claim: KubeObject,
  goes: (object: KubeObject) => boolean,
): Found | undefined {
  const volume = volumeOf(objects, claim);
  if (!volume?.metadata.uid || !goes(volume)) return undefined;
  return { loss: 'restorable', why: 'its volume goes', via: volume.metadata.uid };
}

function volumeNameOf({ spec }: KubeObject): string[] {
  return spec?.volumeName ? [spec.volumeName] : [];
}

function volumeStops(
  objects: readonly KubeObject[],
  volume: KubeObject,
  goes: (object: KubeObject) => boolean,
): Found | undefined {
  if (reclaimPolicy(volume) !== 'Retain') return undefined;
  const all = lookup(objects);
  const claim = all
    .by('volume name', all.ofKind('', 'PersistentVolumeClaim'), volumeNameOf, volume.metadata.name)
    .find((object) => goes(object) && volumeOf(objects, object) === volume);
  if (!claim?.metadata.uid) return undefined;
  return {
    loss: 'restorable',
    why: 'stays with its data (Retain), without its claim',
    via: claim.metadata.uid,
  };
}
