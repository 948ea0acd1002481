import type { Hold, Net } from './records/hold.ts';

/** Whether an act asked for what is held: it is the hold's own, its yes was used in it, or it asked for the same. */
export function isOfAct({ actId, usedIn, alsoBy = [] }: Hold, id: string): boolean {
  return actId === id || usedIn === id || alsoBy.includes(id);
}

/**
 * Whether a yes came to its end before all of that went for which it was said. Which of both it was, its time or its guard, no
 * record tells.
 */
export function isYesLost({ state, answer, denied, envelope }: Hold): boolean {
  if (state !== 'expired' || answer === undefined || denied !== undefined) return false;
  return envelope === undefined || envelope.uids.some((uid) => !envelope.used.includes(uid));
}

/** Which net a hold still has; undefined where it has a whole one and no name is needed. */
export function netOf({ needsName, net, decision }: Hold): Net | undefined {
  if (needsName === undefined) return undefined;
  return net ?? (decision.rule === NOT_KEPT ? 'none' : 'partial');
}

/** The rule of a hold that was placed because nothing could be kept. */
export const NOT_KEPT = 'not-kept';
