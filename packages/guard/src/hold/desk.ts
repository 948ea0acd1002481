import { type Clock, type Hold, type Journal, netOf } from '@toolcrib/model';
import type { Lease } from '../lease/lease.ts';
import { answering } from './answering.ts';
import { type Denial, denials } from './denials.ts';
import { isOf, type LikeRequest } from './envelope.ts';
import type { HoldAnswer, No, Try, Yes } from './hold-answer.ts';
import { isCurrent } from './life.ts';
import { needingName } from './needs-name.ts';
import { saving as savingFor } from './saving.ts';
import { slots as slotsFor } from './slots.ts';
import { askedBy, taking as takingFor, triedBy } from './taking.ts';
import { waiting as waitingFor } from './waiting.ts';

export interface HoldDesk {
  /** The open hold of an identical request, so that a client that asks again gets the same code. */
  openFor(person: string, requestKey: string): Hold | undefined;
  /** Registers a hold; with `waitMs` > 0 resolves once answered, expired, gone or closed. */
  place(hold: Hold, waitMs: number): Promise<HoldAnswer>;
  /** A client joins a hold that is already open (or waits again). */
  waitOn(code: string, requestId: string, waitMs: number, by?: Try): Promise<HoldAnswer>;
  /** Another act asked for the same, while somebody else waits for it. */
  sharedBy(code: string, actId: string): void;
  gone(requestId: string): void;
  /** A no also after a yes. Where that was taken already, the hold stays `used`, and what has not left of its act is stopped. */
  answer(code: string, answer: Yes | No, passMs: number): Promise<Hold | 'unknown' | 'closed' | 'unwritten'>;
  /** No yes can be given to it as long as the journal can't be written: another guard may have it there. */
  isOutOfReach(code: string): boolean;
  /**
   * An approval whose client had gone: takes it, once, for an identical request of the same person. What else the yes is for
   * goes with it.
   */
  takePass(person: string, requestKey: string, by?: Try): Promise<Hold | undefined>;
  /** The same, only looked at. */
  seePass(person: string, requestKey: string): Hold | undefined;
  /**
   * A yes was taken and nothing was sent (its client had gone): it is a pass again.
   * @param share the object whose share of an envelope it was; absent for the held request itself
   */
  giveBack(code: string, share?: string): void;
  /** An approval for several like requests: takes this object's share of it, once. */
  takeEnvelope(request: LikeRequest): Promise<Hold | undefined>;
  /** Several like requests were held as one, and nobody said yes: the rest need not wait, each by itself, for the same. */
  heldAlready(request: LikeRequest): Hold | undefined;
  /** What was said no to in an act, and by whom: a no ends the act, whatever of it comes after. */
  deniedOf(actId: string): Denial | undefined;
  /** A hold of an act that nobody has answered yet. */
  openOf(actId: string): Hold | undefined;
  /** Nothing can be kept any more (`why`): from now on its name must be typed, and it goes only as it was sent. */
  requireName(code: string, name: string, why: string): void;
  /** Its code is good for nothing any more; whoever waits on it need not wait longer. */
  void(code: string): void;
  /**
   * What its yes was for is still under way: it is good for the rest of that, for so many milliseconds more.
   * @param coversMs as long as what was begun by it may go on, the yes can be taken back
   */
  prolong(hold: Hold, ms: number, coversMs: number): void;
  /** Takes over what lay at the desk of a judging thread that has ended; nobody waits for it any more. */
  restore(hold: Hold): void;
  /** Looks what other processes have made of what lies here: a no that was given at another guard counts. */
  look(): Promise<void>;
  /** The guard ends: whoever waits, or would from now on, is told so. */
  close(): void;
  list(): Hold[];
  get(code: string): Hold | undefined;
}

export interface DeskDeps {
  clock: Clock;
  journal: Pick<Journal, 'saveHold' | 'hold'>;
  lease: Lease;
  /** Told of each change, also of what is not for the journal. */
  changed?(hold: Hold): void;
  log(line: string, detail?: Record<string, unknown>): void;
}

/**
 * The desk where held requests lie. A yes is given and taken in the journal, by compare-and-set: other guards have the same one.
 * Memory has it too, so that a person can still let something go when the journal can't be written.
 */
export function holdDesk({ clock, journal, lease, changed = () => undefined, log }: DeskDeps): HoldDesk {
  const slots = slotsFor(clock, lease);
  const denied = denials();
  const saving = savingFor({
    journal,
    lease,
    changed,
    adopted: (slot) => void answers.adopted(slot),
    log,
  });
  const waiting = waitingFor({ clock, slots, saving });
  const taking = takingFor({ clock, slots, saving, changed });
  const answers = answering({ clock, slots, saving, taking, denied });

  return {
    openFor(person, requestKey) {
      slots.sweep();
      return slots.find(
        (slot) =>
          slot.hold.state === 'open' &&
          slot.hold.person === person &&
          slot.hold.requestKey === requestKey &&
          slots.isLive(slot),
      )?.hold;
    },
    place(hold, waitMs) {
      const slot = slots.add({ ...hold, guard: lease.guard(), waiting: waitMs > 0 });
      const answer = waiting.on(slot, hold.requestId, waitMs);
      saving.change(slot, {});
      return answer;
    },
    async waitOn(code, requestId, waitMs, by) {
      const slot = slots.get(code);
      if (!slot) return { as: 'expired' };
      if (by && (slot.hold.state === 'open' || slot.hold.state === 'approved'))
        saving.change(slot, triedBy(slot.hold, by));
      // Answered between the look for an open hold and now.
      const { answer } = slot.hold;
      if (slot.hold.state === 'approved' && answer && (await taking.take(slot)))
        return { as: answer.as, by: answer.by, withoutNet: answer.withoutNet ?? false };
      if (slot.hold.state === 'denied') return { as: 'denied', by: slot.deniedBy ?? '' };
      if (slot.hold.state !== 'open') return { as: 'expired' };
      slot.waiter?.({ as: 'gone' });
      if (waitMs > 0) saving.change(slot, { waiting: true });
      return waiting.on(slot, requestId, waitMs);
    },
    sharedBy(code, actId) {
      const slot = slots.get(code);
      if (slot?.hold.state === 'open') saving.change(slot, askedBy(slot.hold, actId));
    },
    gone: waiting.gone,
    answer: answers.answer,
    isOutOfReach(code) {
      const slot = slots.get(code);
      return slot !== undefined && saving.isOutOfReach(slot);
    },
    takePass: taking.takePass,
    seePass: (person, requestKey) => taking.pass(person, requestKey)?.hold,
    giveBack: taking.giveBack,
    takeEnvelope: taking.takeEnvelope,
    heldAlready(request) {
      const now = clock.now();
      return slots.find(
        (slot) =>
          (slot.hold.state === 'open' || slot.hold.state === 'denied') &&
          !slots.isLost(slot) &&
          isOf(slot.hold, request, now),
      )?.hold;
    },
    deniedOf: denied.of,
    openOf: (actId) =>
      slots.find((slot) => slot.hold.actId === actId && slot.hold.state === 'open' && slots.isLive(slot))
        ?.hold,
    requireName(code, name, why) {
      const slot = slots.get(code);
      if (slot && netOf(slot.hold) !== 'none') saving.change(slot, needingName(slot.hold, name, why));
    },
    void(code) {
      const slot = slots.get(code);
      if (!slot) return;
      // Taken already: it stays `used`, and what became of its request stands with the request. No others may follow.
      if (slot.hold.state === 'used') {
        slot.hold = { ...slot.hold, envelope: undefined };
        changed(slot.hold);
      } else saving.change(slot, { state: 'void', envelope: undefined });
      slot.waiter?.({ as: 'expired' });
    },
    prolong(hold, ms, coversMs) {
      // Its time may have been over: whoever prolongs it knows that it was taken.
      const slot = slots.get(hold.code) ?? slots.add(hold, { taken: true });
      const { state, envelope } = slot.hold;
      if (state === 'void') return;
      const now = clock.now();
      const expiresAt = Math.max(slot.hold.expiresAt, now + ms);
      const coversUntil = Math.max(slot.hold.coversUntil ?? now, now + coversMs);
      slot.hold = { ...slot.hold, expiresAt, coversUntil, envelope: envelope && { ...envelope, expiresAt } };
      changed(slot.hold);
    },
    restore(hold) {
      // An envelope goes on for the others of its act. Whether its first request has had its share is not known: it has.
      const taken = hold.state === 'used' || (hold.state === 'approved' && hold.envelope !== undefined);
      const { denied: no } = hold;
      const slot = slots.add({ ...hold, waiting: false }, { taken, deniedBy: no?.by, restored: true });
      void saving.look(slot).catch(() => undefined);
      if (no) denied.add(hold, no);
    },
    async look() {
      waiting.letGoOfLost();
      const open = slots
        .all()
        .filter((slot) => slot.hold.state === 'open' || slot.hold.state === 'approved')
        .filter((slot) => isCurrent(slot.hold, clock.now()));
      for (const slot of open)
        await saving
          .look(slot)
          .catch((error: unknown) => log('a hold could not be read', { why: String(error) }));
    },
    close: waiting.close,
    list: () =>
      slots
        .all()
        .map(({ hold }) => hold)
        .filter((hold) => isCurrent(hold, clock.now())),
    get: (code) => slots.get(code)?.hold,
  };
}
