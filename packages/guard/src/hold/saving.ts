import { isDeepStrictEqual } from 'node:util';
import { type Hold, type Journal, ToolcribError } from '@toolcrib/model';
import type { Lease } from '../lease/lease.ts';
import { fromJournal, withYesOfBefore } from './from-journal.ts';
import type { Slot } from './slots.ts';

/** So often a decision is tried over what others write of the same hold at the same time. */
const TRIES = 5;

export interface Saving {
  /** In memory at once, and written down in its turn, where it can be. For what decides nothing. */
  change(slot: Slot, part: Partial<Hold>): Hold;
  /**
   * Compare-and-set: what lets a request go, or may. Where the journal can't be written, memory decides, as long as nobody else
   * can have the hold.
   * @param part by the hold as it is once its turn has come; undefined: it can't be any more
   * @returns undefined where nothing was decided
   */
  decide(slot: Slot, part: (hold: Hold) => Partial<Hold> | undefined): Promise<Hold | undefined>;
  /** It stands in the journal, and another guard may have it there by now: where that can't be written, nothing is decided of it. */
  isOutOfReach(slot: Slot): boolean;
  /** Looks whether another process has changed it. */
  look(slot: Slot): Promise<void>;
}

/**
 * How holds in memory and in the journal stay one: other guards answer the same holds there, and take them over where this one
 * stood still.
 * @param deps.changed told of each change, also of what is not for the journal
 * @param deps.adopted told once another process's change was taken over into memory
 */
export function saving(deps: {
  journal: Pick<Journal, 'saveHold' | 'hold'>;
  lease: Lease;
  changed(hold: Hold): void;
  adopted(slot: Slot): void;
  log(line: string, detail?: Record<string, unknown>): void;
}): Saving {
  const { journal, lease, changed, log } = deps;

  const inTurn = <Result>(slot: Slot, work: () => Promise<Result>): Promise<Result> => {
    const done = slot.last.then(work);
    slot.last = done.catch(() => undefined);
    return done;
  };

  /** Takes over what the journal says. @returns undefined where it says nothing that was not known */
  async function adopt(slot: Slot): Promise<true | undefined> {
    const stored = await journal.hold(slot.hold.code);
    if (!stored || stored.requestId !== slot.hold.requestId) return undefined;
    const { revision } = stored;
    if (revision === slot.revision) return undefined;
    const isOfBefore = slot.restored === true && slot.revision === undefined;
    slot.revision = revision;
    const own = slot.hold;
    // A yes is asked who gave it where it is given. One that only stands there may be the client's own, by another guard or by
    // hand. What lay at an earlier desk was given there, before anybody asked here.
    const isFound = stored.state === 'approved' && own.state === 'open' && slot.deniedBy === undefined;
    const yes = isFound && isOfBefore ? withYesOfBefore(own, stored) : undefined;
    const isForeign = isFound && !yes;
    const mine = own.guard === undefined || own.guard === lease.guard();
    const next = isForeign ? refused(own, stored) : fromJournal(yes ?? own, stored, mine);
    for (const uid of stored.envelope?.used ?? []) slot.spent.add(uid);
    if (isDeepStrictEqual(decided(next), decided(own))) return undefined;
    slot.hold = next;
    changed(slot.hold);
    deps.adopted(slot);
    if (isForeign) note(slot);
    return true;
  }

  function refused(own: Hold, { answer }: Hold): Hold {
    log('a yes that was not given at this guard: it counts for nothing, and neither does its code', {
      code: own.code,
      by: answer?.by,
    });
    return { ...own, state: 'void', answer, envelope: undefined, waiting: false };
  }

  const isOutOfReach = (slot: Slot): boolean =>
    (slot.revision !== undefined || slot.restored === true) && !lease.runs();

  async function write(slot: Slot, hold: Hold): Promise<void> {
    const used = [...new Set([...(hold.envelope?.used ?? []), ...slot.spent])];
    const envelope = hold.envelope && { ...hold.envelope, used };
    await journal.saveHold({ ...hold, envelope, revision: slot.revision });
    slot.revision = (slot.revision ?? 0) + 1;
    for (const uid of hold.envelope?.used ?? []) slot.spent.add(uid);
  }

  /**
   * @returns what it failed by, where it did; `changed`: another process has it otherwise, and so does memory now; undefined: it
   *   is not this guard's any more
   */
  async function saved(
    slot: Slot,
    hold: Hold,
  ): Promise<'saved' | 'changed' | { failed: unknown } | undefined> {
    for (let again = false; ; again = true) {
      try {
        // What an earlier desk had written of it counts, whatever was told here.
        if (slot.restored && slot.revision === undefined && (await adopt(slot))) return 'changed';
        await write(slot, hold);
        return 'saved';
      } catch (error) {
        const code = error instanceof ToolcribError ? error.code : undefined;
        if (code === 'newer') return undefined;
        if (code !== 'conflict') return { failed: error };
        const before = slot.revision;
        if (await adopt(slot).catch(() => undefined)) return 'changed';
        // Only its number was another: the file was made anew, or a write was told as failed and was not.
        if (again || slot.revision === before) return undefined;
      }
    }
  }

  const notWritten = (error: unknown) => log('a hold could not be written down', { why: String(error) });

  const note = (slot: Slot): void => {
    inTurn(slot, async () => {
      let end = await saved(slot, slot.hold);
      if (end === 'changed') end = await saved(slot, slot.hold);
      if (typeof end === 'object') notWritten(end.failed);
    }).catch(notWritten);
  };

  return {
    isOutOfReach,
    change(slot, part) {
      slot.hold = { ...slot.hold, ...part };
      changed(slot.hold);
      note(slot);
      return slot.hold;
    },
    decide: (slot, part) =>
      inTurn(slot, async () => {
        slot.unwritten = false;
        if (!lease.runs()) await lease.renew();
        let { state } = slot.hold;
        let next = part(slot.hold);
        let end = next && (await saved(slot, { ...slot.hold, ...next }));
        for (let tries = 1; end === 'changed' && tries < TRIES; tries++) {
          // It may be possible still, by what the other has made of it.
          ({ state } = slot.hold);
          next = part(slot.hold);
          end = next && (await saved(slot, { ...slot.hold, ...next }));
        }
        if (end === undefined || end === 'changed') return undefined;
        if (typeof end === 'object') {
          // Unknown is never yes.
          slot.unwritten = isOutOfReach(slot);
          if (slot.unwritten) return undefined;
          notWritten(end.failed);
        }
        if (slot.hold.state !== state) {
          // Said while it was being written, and it is the last word.
          slot.hold = { ...next, ...slot.hold };
          note(slot);
          return undefined;
        }
        slot.hold = { ...slot.hold, ...next };
        changed(slot.hold);
        return slot.hold;
      }),
    look: (slot) =>
      inTurn(slot, async () => {
        await adopt(slot);
      }),
  };
}

/** What others decide, too. */
function decided({ state, answer, denied, guard, envelope }: Hold): unknown {
  return [state, answer, denied, guard, envelope && new Set(envelope.used)];
}
