// Step: radius
import type { KubeObject } from '@toolcrib/kube';
import { controllerOf } from '@toolcrib/kube';
import type { Clock } from '@toolcrib/model';
import type { Aim, View } from '../radius/view.ts';

/** So long a LIST may still show a Pod as standing that was let go of. Milliseconds. */
export const FORGOTTEN = 15_000;

/**
 * The Pods that requests are letting go of, or let go of a moment ago: what a cluster's LIST does not show yet. Of three
 * deletes sent at once each would else see the other two Pods stand. A Pod is noted while its request is judged, before
 * anybody has decided: of requests judged side by side the later one counts the earlier one's as gone.
 */
export interface LetGo {
  note(context: string, requestId: string, pods: readonly KubeObject[]): void;
  /** It was held, refused, or the cluster said no. */
  forget(requestId: string): void;
  /** UIDs of what other requests let go of. */
  of(context: string, requestId: string): Set<string>;
  /** How many of a controller's Pods, but for this one. */
  countOf(context: string, controllerUid: string, exceptUid: string): number;
}

export function letGo(clock: Pick<Clock, 'now'>): LetGo {
  const noted = new Map<string, { at: number; context: string; pods: Map<string, string | undefined> }>();
  const recent = (context: string) => {
    for (const [id, { at }] of noted) if (clock.now() - at > FORGOTTEN) noted.delete(id);
    return [...noted].filter(([, entry]) => entry.context === context);
  };
  return {
    note(context, requestId, pods) {
      const uids = pods.map((pod) => [pod.metadata.uid ?? '', controllerOf(pod)?.uid] as const);
      if (uids.length > 0) noted.set(requestId, { at: clock.now(), context, pods: new Map(uids) });
    },
    forget: (requestId) => void noted.delete(requestId),
    of(context, requestId) {
      const others = recent(context).filter(([id]) => id !== requestId);
      return new Set(others.flatMap(([, { pods }]) => [...pods.keys()]));
    },
    countOf(context, controllerUid, exceptUid) {
      const uids = recent(context).flatMap(([, { pods }]) =>
        [...pods].filter(([uid, by]) => by === controllerUid && uid !== exceptUid).map(([uid]) => uid),
      );
      return new Set(uids).size;
    },
  };
}

/** The view as it will be in a moment: what was let go of is on its way out. Not what is aimed at itself. */
export function withLetGo(view: View, aims: readonly Aim[], uids: ReadonlySet<string>): View {
  const aimed = new Set(aims.map(({ ref }) => ref.uid));
  const going = (object: KubeObject) => {
    const { uid = '', deletionTimestamp } = object.metadata;
    return deletionTimestamp === undefined && uids.has(uid) && !aimed.has(uid);
  };
  if (!view.objects.some(going)) return view;
  const deletionTimestamp = new Date(view.seenAt).toISOString();
  const objects = view.objects.map((object) =>
    going(object) ? { ...object, metadata: { ...object.metadata, deletionTimestamp } } : object,
  );
  return { ...view, objects };
}
