import { isDeepStrictEqual } from 'node:util';
import { CLIENT_WENT, UNANSWERED } from '@toolcrib/guard/way/answers';
import type { Hold, RequestRecord } from '@toolcrib/model';

/**
 * The requests of an act, each with what became of its hold by now. That nobody had said yes was written down when its client
 * was answered, and nothing is written to the request afterwards: the yes goes to the hold, what goes by it is another request.
 * @param holds of the act
 * @param now ms since 1970
 */
export function waitedFor(
  requests: readonly RequestRecord[],
  holds: readonly Hold[],
  now: number,
): RequestRecord[] {
  return requests.map((request) =>
    request.state === 'refused' && (request.note === UNANSWERED || request.note === CLIENT_WENT)
      ? { ...request, note: becameOf(request.note, holdOf(request, holds), now) }
      : request,
  );
}

/** Its own; or, where it came once more under the same code, the last one of the same before it. */
function holdOf(request: RequestRecord, holds: readonly Hold[]): Hold | undefined {
  const own = holds.find(({ requestId }) => requestId === request.id);
  return (
    own ??
    holds
      .filter(({ effect, createdAt }) => createdAt <= request.at && isDeepStrictEqual(effect, request.effect))
      .toSorted((a, b) => a.createdAt - b.createdAt)
      .at(-1)
  );
}

function becameOf(note: string, hold: Hold | undefined, now: number): string {
  const went = note === CLIENT_WENT;
  // True whatever came afterwards.
  if (hold === undefined) return went ? note : 'held; nobody said yes while its client waited';
  const { code, state, answer, denied, expiresAt } = hold;
  const held = went ? `${CLIENT_WENT} as ${code}` : `held as ${code}`;
  const isOver = expiresAt <= now;
  if (state === 'denied') return `${held}; ${denied?.by ?? 'somebody'} said no afterwards`;
  if (answer === undefined && state === 'void') return `${held}; that counts no more`;
  if (answer === undefined)
    return `${held}; ${state === 'open' && !isOver ? 'nobody has said yes yet' : 'nobody said yes in time'}`;
  const yes = `${held}; ${answer.by} said yes afterwards`;
  // Why is not in the record: it may have been no yes of this guard's, a rule that forbids it by now, or another thing to take.
  if (state === 'void') return `${yes}, which counts for nothing`;
  if (state === 'used') return `${yes}, and it was sent again`;
  return isOver || state === 'expired'
    ? `${yes}, and it was not sent again in time`
    : `${yes}, and it was not sent again yet`;
}
