import { describeRef } from '@toolcrib/kube';
import type { RequestRecord, Snapshot, SoftenRecord } from '../model/index.ts';
import type { UndoStep } from './steps.ts';
import { none } from './steps.ts';

/**
 * Why a request took nothing, so that nothing is to be brought back for it: what is missing now, somebody else took.
 * undefined where it took something, or may have: no answer came, or nobody knows.
 * @param softenings of the same act
 */
export function tookNothing(
  request: RequestRecord,
  softenings: readonly SoftenRecord[] = [],
): string | undefined {
  const softening = softenings.find(({ requestId }) => requestId === request.id);
  if (softening) return softening.state === 'failed' ? (softening.note ?? 'its softening failed') : undefined;
  const { state, status, effect } = request;
  switch (state) {
    case 'held':
      return 'it waits for a yes';
    case 'refused':
      return 'the guard refused it';
    case 'not-sent':
      return `it was never sent (${request.note ?? 'its client had gone'})`;
    case 'not-carried-out':
      return 'it was not carried out';
    case 'answered':
      // A collection may have gone in part before it failed.
      return status !== undefined && status >= 300 && effect.verb !== 'delete-collection'
        ? `the cluster refused it (${status})`
        : undefined;
    case 'kept':
    case 'without-net':
    case 'softened':
    case 'carried-out':
    case 'unsettled':
    case 'failed':
      return undefined;
  }
}

/** The snapshots of what an act took or may have taken, and a word on each request that took nothing. */
export function takenBy(
  snapshots: readonly Snapshot[],
  requests: readonly RequestRecord[],
  softenings: readonly SoftenRecord[],
): { snapshots: Snapshot[]; steps: UndoStep[] } {
  const steps: UndoStep[] = [];
  const nothing = new Set<string>();
  for (const request of requests) {
    const why = tookNothing(request, softenings);
    if (why === undefined) continue;
    nothing.add(request.id);
    const kept = snapshots.some(({ requestId }) => requestId === request.id);
    if (kept) steps.push(none(`${request.method} ${request.path}`, 'unchanged', `it took nothing: ${why}`));
  }
  for (const { requestId, owner, state, note } of softenings) {
    if (state !== 'failed' || nothing.has(requestId)) continue;
    nothing.add(requestId);
    steps.push(none(describeRef(owner), 'unchanged', `it took nothing: ${note ?? 'its softening failed'}`));
  }
  return { snapshots: snapshots.filter(({ requestId }) => !nothing.has(requestId)), steps };
}
