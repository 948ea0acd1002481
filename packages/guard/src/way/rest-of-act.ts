// Step: act
import { type KubeObject, type ObjectRef, refOf } from '@toolcrib/kube';
import type { Journal, LeftOut, SoftenRecord, ToolcribError } from '@toolcrib/model';
import { tookNothing } from '../effects/took-nothing.ts';
import type { RestOfAct } from '../radius/index.ts';
import type { LiveAct } from './live-act.ts';
import type { Log } from './log.ts';

/**
 * What an act does besides one of its requests: what the others took, or may have taken, as it was kept, and what its
 * session has listed.
 * @throws ToolcribError `journal`, `damaged`, `wrong-key`
 */
export async function restOfAct(
  { journal }: { journal: Pick<Journal, 'requests' | 'softenings' | 'snapshot'> },
  live: LiveAct,
  requestId: string,
): Promise<RestOfAct> {
  const [requests, softenings] = await Promise.all([
    journal.requests({ actId: live.act.id }),
    journal.softenings({ actId: live.act.id }),
  ]);
  const kept: KubeObject[] = [];
  const onTheWay: ObjectRef[] = [];
  for (const request of requests) {
    if (request.id === requestId || request.snapshotId === undefined) continue;
    if (tookNothing(request, softenings) !== undefined) continue;
    const objects = (await journal.snapshot(request.snapshotId))?.objects ?? [];
    for (const object of objects) kept.push(object);
    if (request.state !== 'kept') continue;
    const targets = new Set(request.targetUids);
    for (const object of objects) if (targets.has(object.metadata.uid ?? '')) onTheWay.push(refOf(object));
  }
  return { kept, ahead: [...onTheWay, ...[...live.expected.values()].flat().map(({ ref }) => ref)] };
}

/**
 * The softened acts of a cluster whose Pods are still left running.
 * @returns unread: there are, or may be, more, which can't be read: of them nobody knows in which cluster, and what they left
 */
export async function softenedIn(
  { journal, damaged, log }: { journal: Pick<Journal, 'softenings'>; damaged: LeftOut; log: Log },
  context: string,
): Promise<{ records: SoftenRecord[]; unread: boolean }> {
  let unread = false;
  const newer = (): void => void (unread = true);
  const torn = (error: ToolcribError): void => {
    unread = true;
    damaged(error);
  };
  try {
    const lists = await Promise.all(
      (['softened', 'started'] as const).map((state) => journal.softenings({ state }, newer, torn)),
    );
    const records = lists
      .flat()
      .filter((record) => record.context === context && record.how !== 'retain-first');
    return { records, unread };
  } catch (error) {
    log('softened acts could not be looked up', { why: String(error) });
    return { records: [], unread: true };
  }
}
