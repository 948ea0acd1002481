import type { RequestRecord, SoftenRecord } from '@toolcrib/model';
import { kindOf } from './index.ts';

/**
 * Why a request took nothing, as far as the journal knows: never sent, or a certain no. undefined where it took something,
 * or may have: no answer came, or nobody knows. What is written down can be wrong all the same (an older journal took a 504
 * for a no): whoever can look at the cluster believes what stands there.
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
    case 'refused':
    case 'not-sent':
      return neverSent(request);
    case 'not-carried-out':
      return 'it was not carried out';
    case 'answered':
      return status !== undefined && kindOf(effect).refusedBy(status)
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

/** Why no byte of a request has left; undefined where it was sent. */
export function neverSent({ state, note }: RequestRecord): string | undefined {
  switch (state) {
    case 'held':
      // Whether somebody still can is the guard's to say, and this is read without it too.
      return 'it was held, and nobody has said yes';
    case 'refused':
      return 'the guard refused it';
    case 'not-sent':
      return `it was never sent (${note ?? 'its client had gone'})`;
    default:
      return undefined;
  }
}
