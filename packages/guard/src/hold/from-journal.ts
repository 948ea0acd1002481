import type { Hold } from '@toolcrib/model';
import type { Yes } from './hold-answer.ts';

/**
 * A hold as this guard has it, with what others have made of it in the journal.
 *
 * A row of a hold is not sealed: whoever can write the journal's file can write anything there, and a hold's own guard is the
 * one that looked and judged. So of a row counts only what takes something away: a no, a use, an end, a share of the envelope
 * that is spent, another guard that has it now. What was seen, for whom it is, under which name it goes and how long is what
 * was judged and shown here: an approval is for what was seen.
 *
 * @param mine whether it is at this guard's desk still: no row brings back what was taken over
 */
export function fromJournal(own: Hold, stored: Hold, mine: boolean): Hold {
  const state = isEnd(own) || isEnd(stored) ? (isEnd(own) ? own : stored).state : own.state;
  const no = state === 'denied' && !isEnd(own) ? { denied: stored.denied } : {};
  // Told, and written on with it. It lets nothing go: the state does. A row that is open has had none.
  const answer = own.answer ?? (stored.state === 'open' ? undefined : stored.answer);
  const { envelope } = own;
  const used = new Set([...(envelope?.used ?? []), ...(stored.envelope?.used ?? [])]);
  return {
    ...own,
    state,
    guard: mine || isEnd({ state }) ? (stored.guard ?? own.guard) : own.guard,
    waiting: own.waiting && state === 'open',
    ...(answer ? { answer } : {}),
    ...no,
    ...(envelope ? { envelope: { ...envelope, used: [...used] } } : {}),
  };
}

/**
 * The same where it lay at an earlier desk of this guard, which may have had a yes that it could not tell any more: asked here
 * nobody was. It counts in a form that could be given to what was shown, and no longer than the hold itself.
 * @returns undefined where the yes is none that this guard takes
 */
export function withYesOfBefore(own: Hold, stored: Hold): Hold | undefined {
  const { answer } = stored;
  if (own.state !== 'open' || !answer || !canGoBy(own, answer)) return undefined;
  const expiresAt = Math.min(own.expiresAt, stored.expiresAt);
  const { envelope } = own;
  return {
    ...own,
    state: 'approved',
    answer,
    expiresAt,
    waiting: false,
    ...(envelope ? { envelope: { ...envelope, expiresAt: Math.min(envelope.expiresAt, expiresAt) } } : {}),
  };
}

/** Whether a yes in this form can be said to a hold: what needs its name typed goes by nothing less, and nothing else by that. */
export function canGoBy(
  { needsName, decision }: Pick<Hold, 'needsName' | 'decision'>,
  { as, withoutNet = false }: Pick<Yes, 'as'> & { withoutNet?: boolean },
): boolean {
  if (withoutNet !== (needsName !== undefined)) return false;
  return as === 'as-sent' || decision.softening?.possible === true;
}

function isEnd({ state }: Pick<Hold, 'state'>): boolean {
  return state !== 'open' && state !== 'approved';
}
