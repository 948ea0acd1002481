import type { RequestRecord, SoftenRecord } from './journal.ts';

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
