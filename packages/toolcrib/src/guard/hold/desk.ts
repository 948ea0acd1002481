import type { Clock, Envelope, Hold } from '../../model/index.ts';

/** How a held request may go on. */
export type HoldAnswer =
  | { as: 'as-sent' | 'softened'; by: string; withoutNet: boolean }
  | { as: 'denied'; by: string }
  | { as: 'expired' }
  | { as: 'gone' };

interface Slot {
  hold: Hold;
  waiter?: (answer: HoldAnswer) => void;
  /** The request that waits now; the hold itself may be an earlier one's. */
  waitingRequest?: string;
  /** The yes was taken by its request. An envelope's hold stays `approved` for the others. */
  taken?: boolean;
  deniedBy?: string;
}

/** How long an unanswered hold can still be answered. Milliseconds. */
export const HOLD_LIFE = 10 * 60_000;

export interface HoldDesk {
  /** The open hold of an identical request, so that a client that asks again gets the same code. */
  openFor(person: string, requestKey: string): Hold | undefined;
  /** Registers a hold; with `waitMs` > 0 resolves once answered, expired or gone. */
  place(hold: Hold, waitMs: number): Promise<HoldAnswer>;
  /** A client joins a hold that is already open (or waits again). */
  waitOn(code: string, requestId: string, waitMs: number): Promise<HoldAnswer>;
  gone(requestId: string): void;
  answer(
    code: string,
    answer: Exclude<HoldAnswer, { as: 'expired' | 'gone' }>,
    passMs: number,
  ): Hold | 'unknown' | 'closed';
  /** An approval whose client had gone: takes it, once, for an identical request of the same person. */
  takePass(person: string, requestKey: string): Hold | undefined;
  /** An approval for several like requests: takes this object's share of it, once. */
  takeEnvelope(request: {
    context: string;
    person: string;
    session?: string;
    verb: string;
    kind: string;
    namespace?: string;
    uid: string;
  }): Hold | undefined;
  void(code: string): void;
  /** The guard ends: whoever waits is told that nothing was sent. */
  close(): void;
  list(): Hold[];
  get(code: string): Hold | undefined;
}

/**
 * The desk where held requests lie. In memory first, so that a person can still let something go when the journal
 * can't be written; `save` writes each change down where it can.
 */
export function holdDesk(clock: Clock, save: (hold: Hold) => void): HoldDesk {
  const slots = new Map<string, Slot>();

  const change = (slot: Slot, part: Partial<Hold>): Hold => {
    slot.hold = { ...slot.hold, ...part };
    save(slot.hold);
    return slot.hold;
  };
  const live = (slot: Slot | undefined): slot is Slot =>
    slot !== undefined && slot.hold.expiresAt > clock.now();

  const take = (slot: Slot): void => {
    slot.taken = true;
    if (!slot.hold.envelope) change(slot, { state: 'used' });
  };

  const wait = (slot: Slot, requestId: string, waitMs: number): Promise<HoldAnswer> => {
    if (waitMs <= 0) return Promise.resolve({ as: 'expired' });
    slot.waitingRequest = requestId;
    return new Promise((resolve) => {
      const cancel = clock.after(waitMs, () => slot.waiter?.({ as: 'expired' }));
      slot.waiter = (answer) => {
        cancel();
        slot.waiter = undefined;
        if (slot.hold.waiting) change(slot, { waiting: false });
        resolve(answer);
      };
    });
  };

  return {
    openFor(person, requestKey) {
      sweep(slots, clock.now());
      const found = [...slots.values()].find(
        (slot) =>
          slot.hold.state === 'open' && slot.hold.person === person && slot.hold.requestKey === requestKey,
      );
      return live(found) ? found.hold : undefined;
    },
    place(hold, waitMs) {
      const slot: Slot = { hold: { ...hold, waiting: waitMs > 0 } };
      slots.set(hold.code, slot);
      const answer = wait(slot, hold.requestId, waitMs);
      save(slot.hold);
      return answer;
    },
    waitOn(code, requestId, waitMs) {
      const slot = slots.get(code);
      if (!slot) return Promise.resolve({ as: 'expired' });
      // Answered between the look for an open hold and now.
      const { answer, state } = slot.hold;
      if (state === 'denied') return Promise.resolve({ as: 'denied', by: slot.deniedBy ?? '' });
      if (state === 'approved' && answer && !slot.taken && live(slot)) {
        take(slot);
        return Promise.resolve({ as: answer.as, by: answer.by, withoutNet: answer.withoutNet ?? false });
      }
      if (state !== 'open') return Promise.resolve({ as: 'expired' });
      slot.waiter?.({ as: 'gone' });
      if (waitMs > 0) change(slot, { waiting: true });
      return wait(slot, requestId, waitMs);
    },
    gone(requestId) {
      for (const slot of slots.values()) if (slot.waitingRequest === requestId) slot.waiter?.({ as: 'gone' });
    },
    answer(code, answer, passMs) {
      const slot = slots.get(code);
      if (!slot) return 'unknown';
      if (!live(slot) || slot.hold.state !== 'open') return 'closed';
      const now = clock.now();
      if (answer.as === 'denied') {
        slot.deniedBy = answer.by;
        const hold = change(slot, { state: 'denied' });
        slot.waiter?.(answer);
        return hold;
      }
      const envelope = slot.hold.envelope && { ...slot.hold.envelope, expiresAt: now + passMs };
      const given = { as: answer.as, by: answer.by, at: now, withoutNet: answer.withoutNet };
      const part = { answer: given, envelope, expiresAt: now + passMs, waiting: false };
      const hold = change(slot, { ...part, state: 'approved' });
      const { waiter } = slot;
      if (!waiter) return hold;
      take(slot);
      waiter(answer);
      return slot.hold;
    },
    takePass(person, requestKey) {
      const slot = [...slots.values()].find(
        (candidate) =>
          !candidate.taken &&
          candidate.hold.state === 'approved' &&
          candidate.hold.person === person &&
          candidate.hold.requestKey === requestKey &&
          live(candidate),
      );
      if (!slot) return undefined;
      take(slot);
      return slot.hold;
    },
    takeEnvelope({ context, person, session, verb, kind, namespace, uid }) {
      if (session === undefined) return undefined;
      const slot = [...slots.values()].find(({ hold }) => {
        const { envelope, answer } = hold;
        if (!envelope || !answer || hold.context !== context || hold.person !== person) return false;
        return fits(envelope, { session, verb, kind, namespace, uid }, clock.now());
      });
      if (!slot?.hold.envelope) return undefined;
      return change(slot, { envelope: { ...slot.hold.envelope, used: [...slot.hold.envelope.used, uid] } });
    },
    void(code) {
      const slot = slots.get(code);
      if (slot) change(slot, { state: 'void', envelope: undefined });
    },
    close() {
      for (const slot of slots.values()) slot.waiter?.({ as: 'gone' });
    },
    list: () => [...slots.values()].filter(live).map((slot) => slot.hold),
    get: (code) => slots.get(code)?.hold,
  };
}

function fits(
  envelope: Envelope,
  request: { session: string; verb: string; kind: string; namespace?: string; uid: string },
  now: number,
): boolean {
  return (
    envelope.expiresAt > now &&
    envelope.session === request.session &&
    envelope.verb === request.verb &&
    envelope.kind === request.kind &&
    envelope.namespace === request.namespace &&
    envelope.uids.includes(request.uid) &&
    !envelope.used.includes(request.uid)
  );
}

function sweep(slots: Map<string, Slot>, now: number): void {
  for (const [code, { hold, waiter }] of slots) if (hold.expiresAt <= now && !waiter) slots.delete(code);
}
