import type { KubeObject } from '@toolcrib/kube';
import type { PlanFacts } from './facts.ts';
import { liveOf } from './live.ts';
import { isKind, keyOf } from './steps.ts';

/** Inside a Namespace that goes, or that comes back, nothing that still stands will stay. */
export function goesWithItsNamespace({ live, created, byUid }: PlanFacts, object: KubeObject): boolean {
  const { namespace } = object.metadata;
  if (namespace === undefined) return false;
  const now = live.at[keyOf({ apiVersion: 'v1', kind: 'Namespace', name: namespace })];
  if (now?.metadata.deletionTimestamp !== undefined) return true;
  return [...created].some((uid) => {
    const one = byUid.get(uid);
    return one !== undefined && isKind(one, '', 'Namespace') && one.metadata.name === namespace;
  });
}

/** All of its owners went with the act: the collector has just not come to it yet. */
export function isAboutToBeCollected({ byUid, live }: PlanFacts, now: KubeObject): boolean {
  const owners = now.metadata.ownerReferences ?? [];
  return (
    owners.length > 0 &&
    owners.every(({ uid }) => {
      const owner = byUid.get(uid);
      return owner !== undefined && liveOf(live, owner)?.metadata.uid !== uid;
    })
  );
}
