import { type AnsweredFrom, type Clock, type Decision, type Hold, netOf } from '@toolcrib/model';

/** How a held request may go on. */
export type HoldAnswer =
  | { as: 'as-sent' | 'softened'; by: string; withoutNet: boolean; from?: AnsweredFrom }
  | { as: 'denied'; by: string; from?: AnsweredFrom }
  | { as: 'expired' }
  | { as: 'gone' }
  /** The guard ends: its code is worth nothing any more. */
  | { as: 'closed' };

interface Slot {
  hold: Hold;
  waiter?: (answer: HoldAnswer) => void;
  /** The request that waits now; the hold itself may be an earlier one's. */
  waitingRequest?: string;
  /** The yes was taken by its request. An envelope's hold stays `approved` for the others. */
  taken?: boolean;
  deniedBy?: string;
}

/** One of several like requests of an act. */
export interface LikeRequest {
  context: string;
  person: string;
  session?: string;
  verb: string;
  kind: string;
  namespace?: string;
  /** From `likenessOf`: who sends it, as whom, and with which options. */
  likeness: string;
  uid: string;
}

/** Who sends a held request again: a pass and its envelope are used by one and the same. */
export interface Try {
  actId: string;
  /** As `commandOf` tells it. */
  session: string;
}

/** A person's no to a hold of an act. `at` in milliseconds since 1970. */
export interface Denial {
  code: string;
  by: string;
  at: number;
}

/** Of so many denied acts it is remembered; kubectl goes on at once, and nobody else for long. */
const DENIALS = 1000;

/** The kind of an envelope whose objects are of several kinds or namespaces: their UIDs tell them apart. */
export const SEVERAL = '*';

/** How long an unanswered hold can still be answered. Milliseconds. */
export const HOLD_LIFE = 10 * 60_000;

/** Whether a hold is still anybody's business: its time is not over, or its yes still lets go on what it has begun. */
export function isCurrent({ expiresAt, coversUntil = 0 }: Hold, now: number): boolean {
  return expiresAt > now || coversUntil >= now;
}

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
  answer(
    code: string,
    answer: Exclude<HoldAnswer, { as: 'expired' | 'gone' | 'closed' }>,
    passMs: number,
  ): Hold | 'unknown' | 'closed';
  /**
   * An approval whose client had gone: takes it, once, for an identical request of the same person. What else the yes is for
   * goes with it.
   */
  takePass(person: string, requestKey: string, by?: Try): Hold | undefined;
  /** The same, only looked at. */
  seePass(person: string, requestKey: string): Hold | undefined;
  /**
   * A yes was taken and nothing was sent (its client had gone): it is a pass again.
   * @param share the object whose share of an envelope it was; absent for the held request itself
   */
  giveBack(code: string, share?: string): void;
  /** An approval for several like requests: takes this object's share of it, once. */
  takeEnvelope(request: LikeRequest): Hold | undefined;
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
  /** The guard ends: whoever waits, or would from now on, is told so. */
  close(): void;
  list(): Hold[];
  get(code: string): Hold | undefined;
}

/**
 * The desk where held requests lie. In memory first, so that a person can still let something go when the journal
 * can't be written; `write` writes each change down where it can, `changed` tells of it, and of what is not for the journal.
 */
export function holdDesk(
  clock: Clock,
  write: (hold: Hold) => void,
  changed: (hold: Hold) => void = () => undefined,
): HoldDesk {
  const slots = new Map<string, Slot>();
  const denials = new Map<string, Denial>();
  let closed = false;

  const save = (hold: Hold): void => {
    changed(hold);
    write(hold);
  };
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
    if (closed) return Promise.resolve({ as: 'closed' });
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

  const passFor = (person: string, requestKey: string): Slot | undefined =>
    [...slots.values()].find(
      (slot) =>
        !slot.taken &&
        slot.hold.state === 'approved' &&
        slot.hold.person === person &&
        slot.hold.requestKey === requestKey &&
        live(slot),
    );

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
    waitOn(code, requestId, waitMs, by) {
      const slot = slots.get(code);
      if (!slot) return Promise.resolve({ as: 'expired' });
      if (by && (slot.hold.state === 'open' || slot.hold.state === 'approved'))
        change(slot, triedBy(slot.hold, by));
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
    sharedBy(code, actId) {
      const slot = slots.get(code);
      if (slot?.hold.state === 'open') change(slot, askedBy(slot.hold, actId));
    },
    gone(requestId) {
      for (const slot of slots.values()) if (slot.waitingRequest === requestId) slot.waiter?.({ as: 'gone' });
    },
    answer(code, answer, passMs) {
      const slot = slots.get(code);
      if (!slot) return 'unknown';
      const { state } = slot.hold;
      // A yes can be taken back, as long as something has not left yet.
      const takesBack = answer.as === 'denied' && (state === 'approved' || state === 'used');
      const now = clock.now();
      const inTime = takesBack ? isCurrent(slot.hold, now) : state === 'open' && live(slot);
      if (!inTime) return 'closed';
      const where = answer.from === undefined ? {} : { from: answer.from };
      if (answer.as === 'denied') {
        slot.deniedBy = answer.by;
        denials.set(slot.hold.actId, { code, by: answer.by, at: now });
        if (denials.size > DENIALS) denials.delete(denials.keys().next().value ?? '');
        // It was taken: who has it asks once more, right before anything leaves, whether its act was denied.
        if (state === 'used') return slot.hold;
        const hold = change(slot, { state: 'denied', denied: { by: answer.by, at: now, ...where } });
        slot.waiter?.(answer);
        return hold;
      }
      const envelope = slot.hold.envelope && { ...slot.hold.envelope, expiresAt: now + passMs };
      const given = { as: answer.as, by: answer.by, at: now, withoutNet: answer.withoutNet, ...where };
      const part = { answer: given, envelope, expiresAt: now + passMs, waiting: false };
      const hold = change(slot, { ...part, state: 'approved' });
      const { waiter } = slot;
      if (!waiter) return hold;
      take(slot);
      waiter(answer);
      return slot.hold;
    },
    takePass(person, requestKey, by) {
      const slot = passFor(person, requestKey);
      if (!slot) return undefined;
      if (by) change(slot, triedBy(slot.hold, by));
      take(slot);
      return slot.hold;
    },
    seePass: (person, requestKey) => passFor(person, requestKey)?.hold,
    giveBack(code, share) {
      const slot = slots.get(code);
      const { envelope } = slot?.hold ?? {};
      if (slot && envelope && share !== undefined) {
        change(slot, { envelope: { ...envelope, used: envelope.used.filter((uid) => uid !== share) } });
        return;
      }
      if (!slot?.taken || slot.deniedBy !== undefined) return;
      slot.taken = false;
      // The journal has it as used, and nothing follows on that; the pass itself lives here.
      slot.hold = { ...slot.hold, state: 'approved' };
      changed(slot.hold);
    },
    takeEnvelope(request) {
      const slot = [...slots.values()].find(
        ({ hold }) => hold.state === 'approved' && isOf(hold, request, clock.now()),
      );
      if (!slot?.hold.envelope) return undefined;
      const used = [...slot.hold.envelope.used, request.uid];
      return change(slot, { envelope: { ...slot.hold.envelope, used } });
    },
    heldAlready(request) {
      const now = clock.now();
      return [...slots.values()].find(
        ({ hold }) => (hold.state === 'open' || hold.state === 'denied') && isOf(hold, request, now),
      )?.hold;
    },
    deniedOf: (actId) => denials.get(actId),
    openOf: (actId) =>
      [...slots.values()].find(
        (slot) => slot.hold.actId === actId && slot.hold.state === 'open' && live(slot),
      )?.hold,
    requireName(code, name, why) {
      const slot = slots.get(code);
      if (!slot || netOf(slot.hold) === 'none') return;
      const { decision } = slot.hold;
      const reason = `${decision.reason}; and it could not be kept: ${why}`;
      change(slot, { needsName: name, net: 'none', decision: { ...asSentOnly(decision), reason } });
    },
    void(code) {
      const slot = slots.get(code);
      if (!slot) return;
      // Taken already: it stays `used`, and what became of its request stands with the request. No others may follow.
      if (slot.hold.state === 'used') {
        slot.hold = { ...slot.hold, envelope: undefined };
        changed(slot.hold);
      } else change(slot, { state: 'void', envelope: undefined });
      slot.waiter?.({ as: 'expired' });
    },
    prolong(hold, ms, coversMs) {
      // Its time may have been over: whoever prolongs it knows that it was taken.
      const slot = slots.get(hold.code) ?? { hold, taken: true };
      const { state, envelope } = slot.hold;
      if (state === 'void') return;
      const now = clock.now();
      const expiresAt = Math.max(slot.hold.expiresAt, now + ms);
      const coversUntil = Math.max(slot.hold.coversUntil ?? 0, now + coversMs);
      slot.hold = { ...slot.hold, expiresAt, coversUntil, envelope: envelope && { ...envelope, expiresAt } };
      slots.set(hold.code, slot);
      changed(slot.hold);
    },
    restore(hold) {
      // An envelope goes on for the others of its act. Whether its first request has had its share is not known: it has.
      const taken = hold.state === 'used' || (hold.state === 'approved' && hold.envelope !== undefined);
      const { denied } = hold;
      slots.set(hold.code, { hold: { ...hold, waiting: false }, taken, deniedBy: denied?.by });
      if (denied) denials.set(hold.actId, { code: hold.code, ...denied });
    },
    close() {
      closed = true;
      for (const slot of slots.values()) slot.waiter?.({ as: 'closed' });
    },
    list: () => [...slots.values()].map(({ hold }) => hold).filter((hold) => isCurrent(hold, clock.now())),
    get: (code) => slots.get(code)?.hold,
  };
}

/** Its other requests come under the new command. Who may send them, and how, the envelope says as before. */
function triedBy(hold: Hold, by: Try): Partial<Hold> {
  const { actId, usedIn, envelope } = hold;
  const used = by.actId === actId && usedIn === undefined ? {} : { usedIn: by.actId };
  return {
    ...used,
    ...askedBy(hold, by.actId),
    ...(envelope ? { envelope: { ...envelope, session: by.session } } : {}),
  };
}

function askedBy({ actId, alsoBy = [] }: Hold, id: string): Partial<Hold> {
  return id === actId || alsoBy.includes(id) ? {} : { alsoBy: [...alsoBy, id] };
}

/** What was not kept is never softened: its undo needs what was kept. */
export function asSentOnly(decision: Decision): Decision {
  if (!decision.softening?.possible) return decision;
  return { ...decision, softening: { possible: false, why: 'it could not be kept' } };
}

/** Whether a request is one of those that a hold's envelope is for, and not used up. */
function isOf(hold: Hold, request: LikeRequest, now: number): boolean {
  const { envelope } = hold;
  if (!envelope || request.session === undefined) return false;
  return (
    hold.context === request.context &&
    hold.person === request.person &&
    envelope.expiresAt > now &&
    envelope.session === request.session &&
    envelope.verb === request.verb &&
    (envelope.kind === SEVERAL ||
      (envelope.kind === request.kind && envelope.namespace === request.namespace)) &&
    envelope.likeness === request.likeness &&
    envelope.uids.includes(request.uid) &&
    !envelope.used.includes(request.uid)
  );
}

function sweep(slots: Map<string, Slot>, now: number): void {
  for (const [code, { hold, waiter }] of slots) if (!isCurrent(hold, now) && !waiter) slots.delete(code);
}
