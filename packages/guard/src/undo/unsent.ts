import type { RequestRecord, Snapshot, SoftenRecord } from '@toolcrib/model';
import { neverSent } from '../effects/took-nothing.ts';
import { planUndo } from './plan.ts';
import type { Result } from './steps.ts';

/**
 * What an undo says of an act of which certainly no byte has left, request by request; undefined where anything of it may
 * have. No cluster has to be asked for that, be it gone or another one by now.
 */
export function unsentResults(
  requests: readonly RequestRecord[],
  snapshots: readonly Snapshot[],
  softenings: readonly SoftenRecord[],
): Result[] | undefined {
  if (requests.length === 0 || softenings.length > 0) return undefined;
  if (requests.some((request) => neverSent(request) === undefined)) return undefined;
  const known = new Set(requests.map(({ id }) => id));
  if (snapshots.some(({ requestId }) => !known.has(requestId))) return undefined;
  const nothing = { kinds: [], at: {}, unreadable: {}, marked: [] };
  const { steps } = planUndo(snapshots, [], nothing, requests);
  return steps.flatMap((step) => (step.do === 'none' ? [step.result] : []));
}
