import type { KubeObject } from '@toolcrib/kube';
import { describeRef } from '@toolcrib/kube';
import type { SoftenRecord } from '@toolcrib/model';
import type { LiveView } from './live.ts';
import { kindOf } from './live.ts';
import { sameIntent } from './prepare.ts';
import type { UndoStep } from './steps.ts';
import { keyOf, none } from './steps.ts';

/** How the owner of a softened act comes back to what it left. */
export function planReadopt(
  record: SoftenRecord,
  byUid: ReadonlyMap<string, KubeObject>,
  live: LiveView,
): UndoStep {
  const what = describeRef(record.owner);
  const snapshot = byUid.get(record.owner.uid);
  if (!snapshot) return none(what, 'failed', 'no snapshot of it was found');
  const info = kindOf(live.kinds, snapshot);
  if (!info) return none(what, 'failed', `the cluster serves no ${snapshot.kind} any more`);
  const now = live.at[keyOf(record.owner)];
  if (now && now.metadata.uid !== record.owner.uid && !sameIntent(now, snapshot)) {
    return none(
      what,
      'conflict',
      'another one was created under its name meanwhile; it and the marks are left as they are',
    );
  }
  const restarts: Record<string, number> = {};
  for (const { uid } of record.left) {
    const pod = byUid.get(uid) ?? live.marked.find((object) => object.metadata.uid === uid);
    if (pod?.kind === 'Pod') restarts[uid] = restartsOf(pod);
  }
  return { do: 'readopt', info, snapshot, record, restarts };
}

/** Of all containers of a Pod. */
export function restartsOf(pod: KubeObject): number {
  const statuses: { restartCount?: number }[] = pod.status?.containerStatuses ?? [];
  return statuses.reduce((sum, status) => sum + (status.restartCount ?? 0), 0);
}
