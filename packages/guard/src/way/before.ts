// Step: act
import type { Journal } from '@toolcrib/model';
import { titleOf } from '../act/group.ts';
import { tookNothing } from '../effects/took-nothing.ts';
import type { LiveAct } from './live-act.ts';
import type { Log } from './log.ts';

/** Where it stands what an act has done. */
export interface Past {
  journal: Pick<Journal, 'requests' | 'softenings'>;
  log: Log;
}

/** So many are told by name. */
const TOLD = 5;

/**
 * What an act has already taken, or may have, before one of its requests: `delete service shop/web`. Of many the first
 * few and how many more. None where nothing went, or where the journal can't be read: then nothing was kept either, and
 * nothing could go.
 */
export async function wentBefore(
  { journal, log }: Past,
  live: LiveAct,
  requestId: string,
): Promise<string[]> {
  if (live.act.soFar <= 1) return [];
  try {
    const [requests, softenings] = await Promise.all([
      journal.requests({ actId: live.act.id }),
      journal.softenings({ actId: live.act.id }),
    ]);
    const went = requests.filter(
      (request) => request.id !== requestId && tookNothing(request, softenings) === undefined,
    );
    const names = went.slice(0, TOLD).map(({ effect }) => titleOf(effect));
    return went.length > TOLD ? [...names, `${went.length - TOLD} more`] : names;
  } catch (error) {
    log('what an act had taken before could not be read', { why: String(error) });
    return [];
  }
}

/** "This act has done before: …. Take it back: …", to its last full stop; empty where nothing went. */
export function beforeText(before: readonly string[] | undefined, actId: string): string {
  if (before === undefined || before.length === 0) return '';
  return `Before that, this act has done: ${before.join(', ')}. To take that back:\n  toolcrib undo ${actId}`;
}
