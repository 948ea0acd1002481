import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord, Snapshot, SoftenRecord, UnseenKind } from '@toolcrib/model';
import { kindOf, unreadWhy } from '../effects/index.ts';
import { tookNothing } from '../effects/took-nothing.ts';
import type { Result, UndoStep } from './steps.ts';
import { none } from './steps.ts';

/** Requests of whose objects nothing was kept, by a person's own word: there is nothing to compare or restore. */
export function blindSteps(
  requests: readonly RequestRecord[],
  softenings: readonly SoftenRecord[],
  byUid: ReadonlyMap<string, KubeObject>,
  snapshots: readonly Snapshot[],
): UndoStep[] {
  const kept = new Set(snapshots.map(({ requestId }) => requestId));
  // A request of several effects stands here with each of them; one of them tells it.
  const told = new Map(requests.map((request) => [request.id, request]));
  return [...told.values()].flatMap((request) => {
    const { id, effect, method, path, targetUids, snapshotId, note } = request;
    const { undo } = kindOf(effect);
    if (undo === 'nothing' || undo === 'unknown' || tookNothing(request, softenings) !== undefined) return [];
    if (targetUids.some((uid) => byUid.has(uid))) return [];
    const what = `${method} ${path}`;
    const unread = unreadWhy(effect);
    if (unread !== undefined) {
      const why = `it was not understood (${unread}) and nothing was kept: what it changed can't be undone`;
      return [none(what, 'failed', why)];
    }
    if (snapshotId !== undefined || kept.has(id)) return [];
    return [
      none(what, 'failed', `nothing of it was kept, so nothing comes back (${note ?? 'without a net'})`),
    ];
  });
}

/**
 * Requests of which nobody says how an undo brings back all that they took: of what was kept it makes again what is gone, and
 * whether that is all is not known.
 */
export function unknownSteps(
  requests: readonly RequestRecord[],
  softenings: readonly SoftenRecord[],
): UndoStep[] {
  return requests
    .filter(({ effect }) => kindOf(effect).undo === 'unknown')
    .filter((request) => tookNothing(request, softenings) === undefined)
    .map(({ method, path }) =>
      none(
        `${method} ${path}`,
        'unknown',
        'nothing says what it took, so nobody can say that all of it is back',
      ),
    );
}

/**
 * What could have gone with the act's requests and was not seen when they were let go: it is in no snapshot, and whether
 * there was any of it nobody knows. `failed`, since no undo can say that all is back; each kind once. `skipped` where it
 * hardly ever belongs to such a thing, and in one line where there are many: a cluster may have hundreds of custom kinds.
 */
export function unseenResults(
  requests: readonly RequestRecord[],
  softenings: readonly SoftenRecord[],
): Result[] {
  const gaps = requests
    .filter((request) => request.unseen && tookNothing(request, softenings) === undefined)
    .flatMap(({ unseen = [] }) => unseen);
  const found = new Map(gaps.map((gap) => [JSON.stringify([gap.kind, gap.why]), gap]));
  const unlikely = [...found.values()].filter((gap) => gap.unlikely);
  const failed = [...found.values()]
    .filter((gap) => !gap.unlikely)
    .map(({ kind, why }): Result => {
      const note = `not seen when it went, and so not kept: if any of it went too, it can't be brought back (${reasonOf(why)})`;
      return { what: kind, result: 'failed', note };
    });
  return [...failed, ...skipped(unlikely)];
}

/** Up to three are named with their reasons; more are one line. */
function skipped(gaps: readonly UnseenKind[]): Result[] {
  const note = (why: string) => `not looked through when it went (${reasonOf(why)})`;
  if (gaps.length <= 3)
    return gaps.map(({ kind, why }) => ({ what: kind, result: 'skipped', note: note(why) }));
  const names = gaps.slice(0, 3).map(({ kind }) => kind);
  const what = `${names.join(', ')} and ${gaps.length - names.length} more kinds`;
  return [{ what, result: 'skipped', note: note(gaps[0]?.why ?? '') }];
}

function reasonOf(why: string): string {
  return why.replace(/\.$/, '');
}
