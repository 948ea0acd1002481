import { describeRef } from '@toolcrib/kube';
import type { RequestRecord, Snapshot, SoftenRecord } from '../model/index.ts';
import { tookNothing } from '../model/index.ts';
import type { UndoStep } from './steps.ts';
import { none } from './steps.ts';

/** The snapshots of what an act took or may have taken, and a word on each request that took nothing. */
export function takenBy(
  snapshots: readonly Snapshot[],
  requests: readonly RequestRecord[],
  softenings: readonly SoftenRecord[],
): { snapshots: Snapshot[]; steps: UndoStep[] } {
  const steps: UndoStep[] = [];
  const nothing = new Set<string>();
  const whys = requests.map((request) => ({ request, why: tookNothing(request, softenings) }));
  const some = whys.some(({ why }) => why === undefined);
  for (const { request, why } of whys) {
    if (why === undefined) continue;
    nothing.add(request.id);
    // A first try that was refused, of an act that then took something, is no news.
    if (some && !snapshots.some(({ requestId }) => requestId === request.id)) continue;
    steps.push(none(`${request.method} ${request.path}`, 'unchanged', `it took nothing: ${why}`));
  }
  for (const { requestId, owner, state, note } of softenings) {
    if (state !== 'failed' || nothing.has(requestId)) continue;
    nothing.add(requestId);
    steps.push(none(describeRef(owner), 'unchanged', `it took nothing: ${note ?? 'its softening failed'}`));
  }
  return { snapshots: snapshots.filter(({ requestId }) => !nothing.has(requestId)), steps };
}
