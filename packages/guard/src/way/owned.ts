// Step: radius
import type { KubeObject, ResourceType } from '@toolcrib/kube';
import { type As, type Clock, type Cluster, ToolcribError, type UnseenKind } from '@toolcrib/model';

/** What was seen of what a namespace's Pods own. */
export interface OwnedLook {
  /** Whether something of the kinds below names this Pod as an owner. */
  owns(podUid: string): boolean;
  /** The claims could be listed: without them nothing is known of the data that a Pod takes with it. */
  claims: boolean;
  /** The others of the kinds that could not be listed. */
  unseen: UnseenKind[];
}

/** Looks, each remembered for a moment. */
export interface OwnedLooks {
  /** @throws ToolcribError `unreachable`, `credentials` */
  of(at: {
    cluster: Cluster;
    person: string;
    as?: As;
    namespace: string;
    podUid: string;
  }): Promise<OwnedLook>;
}

/** So long a look is good for: a drain, or a hundred finished Pods deleted at once, make one. Milliseconds. */
export const REMEMBERED = 5_000;

/**
 * Kinds that Pods are known to own: claims (generic ephemeral volumes, `whenScaled: Delete`, Spark drivers), and what a
 * driver or launcher Pod makes for its workers. Whatever else names a Pod as its owner is not seen here.
 */
const OWNED = {
  pods: 'Pod',
  persistentvolumeclaims: 'PersistentVolumeClaim',
  services: 'Service',
  configmaps: 'ConfigMap',
  secrets: 'Secret',
} as const;
type Owned = keyof typeof OWNED;

/**
 * The small look that a Pod's short way takes: who of its namespace names it as an owner. Five metadata LISTs for each
 * caller and namespace, remembered for a moment; a Pod that was not there yet is looked at anew.
 */
export function ownedLooks(clock: Clock): OwnedLooks {
  const looks = new Map<string, { at: number; found: Promise<Found> }>();
  const recent = (key: string) => {
    for (const [old, { at }] of looks) if (clock.now() - at > REMEMBERED) looks.delete(old);
    return looks.get(key);
  };
  return {
    async of({ cluster, person, as, namespace, podUid }) {
      const key = JSON.stringify([cluster.context, person, as ?? null, namespace]);
      const known = recent(key);
      const remembered = await known?.found;
      if (remembered?.pods?.has(podUid)) return remembered;
      const newer = recent(key);
      // Begun since we were asked: as good as one of our own.
      if (newer && newer !== known) return newer.found;
      const look = { at: clock.now(), found: lookAt(cluster, namespace, as) };
      looks.set(key, look);
      clock.after(REMEMBERED, () => {
        if (looks.get(key) === look) looks.delete(key);
      });
      look.found.catch(() => {
        if (looks.get(key) === look) looks.delete(key);
      });
      return look.found;
    },
  };
}

interface Found extends OwnedLook {
  /** UIDs; undefined where they could not be listed. */
  pods?: ReadonlySet<string>;
}

async function lookAt(cluster: Cluster, namespace: string, as: As | undefined): Promise<Found> {
  const owners = new Set<string>();
  const unseen: UnseenKind[] = [];
  const list = async (resource: Owned): Promise<KubeObject[] | undefined> => {
    const type: ResourceType = { group: '', version: 'v1', resource };
    try {
      const objects = await cluster.list(type, { namespace, metadata: true }, as);
      for (const { metadata } of objects)
        for (const { uid } of metadata.ownerReferences ?? []) owners.add(uid);
      return objects;
    } catch (error) {
      if (!(error instanceof ToolcribError)) throw error;
      if (error.code === 'unreachable' || error.code === 'credentials') throw error;
      unseen.push({ kind: OWNED[resource], why: error.message, unlikely: true });
      return undefined;
    }
  };
  const [pods, claims] = await Promise.all((Object.keys(OWNED) as Owned[]).map(list));
  return {
    owns: (podUid) => owners.has(podUid),
    claims: claims !== undefined,
    unseen,
    ...(pods ? { pods: new Set(pods.map(({ metadata }) => metadata.uid ?? '')) } : {}),
  };
}
