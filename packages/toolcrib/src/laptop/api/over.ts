import { type Hold, ToolcribError } from '@toolcrib/model';

/**
 * Why a yes can't be said to a hold any more, since when, and what to do; undefined where it still can, as far as the hold itself
 * tells.
 * @param now ms since 1970
 */
export function whyOver(hold: Hold, now: number): ToolcribError | undefined {
  const { code, state, answer, denied, createdAt, expiresAt, usedIn = hold.actId } = hold;
  const yes = answer ? `${answer.as}, by ${answer.by} at ${clock(answer.at)}` : 'by nobody that is known';
  const refuse = (message: string, next = 'Send the request again: it is held under a new code.') =>
    new ToolcribError('conflict', message, { next });
  switch (state) {
    case 'open':
      return expiresAt > now
        ? undefined
        : refuse(
            `The time of ${code} is over: it was held at ${clock(createdAt)}, and could be answered until ${clock(expiresAt)}.`,
          );
    case 'approved':
      return expiresAt > now
        ? refuse(
            `${code} was answered already: yes, ${yes}.`,
            `It is good until ${clock(expiresAt)}: send the same request again. To take it back: toolcrib deny ${code}`,
          )
        : refuse(`${code} was answered already (yes, ${yes}), and that was good until ${clock(expiresAt)}.`);
    case 'used':
      return refuse(
        `${code} was answered already (yes, ${yes}), and that yes was used.`,
        `What became of it: toolcrib log ${usedIn}`,
      );
    case 'denied': {
      const who = denied ? `, by ${denied.by} at ${clock(denied.at)}` : '';
      return refuse(`${code} was answered already: no${who}.`);
    }
    case 'void':
      // Why is not in the record: a rule that came meanwhile, something else to take, a yes that was not given here.
      return refuse(`${code} counts no more${answer ? `: its yes (${yes}) counts for nothing` : ''}.`);
    case 'expired':
      return refuse(
        answer
          ? `${code} was answered already (yes, ${yes}), but the guard that held it has ended.`
          : `${code} can’t be answered any more: the guard that held it (since ${clock(createdAt)}) has ended.`,
      );
  }
}

/** `14:03:05`, local time: a code lives for minutes. */
function clock(time: number): string {
  return new Date(time).toTimeString().slice(0, 8);
}
