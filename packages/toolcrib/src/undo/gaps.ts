import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord, Snapshot, SoftenRecord, UnseenKind } from '../model/index.ts';
import { tookNothing } from '../model/index.ts';
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
  return requests.flatMap((request) => {
    const { id, effect, method, path, targetUids, snapshotId, note } = request;
    if (effect.verb === 'none' || tookNothing(request, softenings) !== undefined) return [];
    if (targetUids.some((uid) => byUid.has(uid))) return [];
    const what = `${method} ${path}`;
    if (effect.verb === 'not-understood') {
      const why = `it was not understood (${effect.why}) and nothing was kept: what it changed can't be undone`;
      return [none(what, 'failed', why)];
    }
    if (snapshotId !== undefined || kept.has(id)) return [];
    return [
      none(what, 'failed', `nothing of it was kept, so nothing comes back (${note ?? 'without a net'})`),
    ];
  });
}

/**
 * What could have gone with the act's requests and was not seen when they were let go: it is in no snapshot, and whether
 * there was any of it nobody knows. `failed`, since no undo can say that all is back; each kind once.
 */
export function unseenResults(
  requests: readonly RequestRecord[],
  softenings: readonly SoftenRecord[],
): Result[] {
  const found = new Map<string, { gap: UnseenKind; of: RequestRecord[] }>();
  for (const request of requests) {
    if (!request.unseen || tookNothing(request, softenings) !== undefined) continue;
    for (const gap of request.unseen) {
      const key = JSON.stringify([gap.kind, gap.why]);
      const known = found.get(key);
      if (known) known.of.push(request);
      else found.set(key, { gap, of: [request] });
    }
  }
  return [...found.values()].map(({ gap, of }) => {
    const { kind, why, unlikely } = gap;
    const [first] = of;
    const more = of.length > 1 ? ` and ${of.length - 1} more` : '';
    const when = `when ${first?.method} ${first?.path}${more} went out (${why.replace(/\.$/, '')})`;
    if (unlikely) return { what: kind, result: 'skipped', note: `not looked through ${when}` };
    const note = `could not be seen ${when}: if any of it went too, it was not kept and can't be brought back`;
    return { what: kind, result: 'failed', note };
  });
}
