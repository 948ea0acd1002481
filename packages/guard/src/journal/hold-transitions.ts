import { isDeepStrictEqual } from 'node:util';
import { type Hold, ToolcribError } from '@toolcrib/model';

/** What may follow what. A hold that was answered, used or voided never opens again. */
const FOLLOWS: Record<Hold['state'], readonly Hold['state'][]> = {
  open: ['open', 'approved', 'denied', 'expired', 'void'],
  // A yes can be taken back until it is used.
  approved: ['approved', 'denied', 'used', 'expired', 'void'],
  denied: ['denied'],
  // Not even itself: who could save it a second time would take the pass a second time.
  used: [],
  expired: ['expired'],
  void: ['void'],
};

/**
 * The hold as it will be stored, where `given` may follow `stored`: the guard and the command line write the
 * same holds from different processes, and neither may take back what the other has written meanwhile.
 *
 * @throws ToolcribError `conflict` for another request's code, an outdated revision, a step back, a second
 *   answer, or an envelope that forgets what was used
 */
export function followingHold(stored: Hold | undefined, given: Hold): Hold & { revision: number } {
  if (!stored) return { ...given, revision: 1 };
  const revision = stored.revision ?? 1;
  const refuse = (why: string) =>
    new ToolcribError('conflict', `The hold ${given.code} can't be saved: ${why}.`, {
      next: 'Read it again and look at what it says now.',
    });
  if (stored.requestId !== given.requestId) throw refuse('its code belongs to another request');
  if (given.revision !== undefined && given.revision !== revision) {
    throw refuse('it was changed by another process meanwhile');
  }
  if (!FOLLOWS[stored.state].includes(given.state)) {
    throw refuse(
      stored.state === 'used'
        ? 'it was used already'
        : `it is ${stored.state} already, and can't become ${given.state}`,
    );
  }
  if (stored.state === 'approved' && given.state === 'denied' && !given.denied)
    throw refuse('nobody is named who took the yes back');
  // What is open nobody has answered, whatever stands there.
  if (stored.state !== 'open' && stored.answer && !isDeepStrictEqual(stored.answer, given.answer)) {
    throw refuse(`${stored.answer.by} has answered it already (${stored.answer.as})`);
  }
  const used = new Set(given.envelope?.used);
  if (stored.envelope?.used.some((uid) => !used.has(uid))) {
    throw refuse('its envelope was used by another process meanwhile');
  }
  return { ...given, revision: revision + 1 };
}
