import type { Clock, Hold } from '@toolcrib/model';
import { isOf, type LikeRequest } from './envelope.ts';
import type { Try, Yes } from './hold-answer.ts';
import type { Saving } from './saving.ts';
import type { Slot, Slots } from './slots.ts';

export interface Taking {
  /**
   * Takes the yes to a hold, once: in this thread from the call on, and against all others once it resolves.
   * @returns undefined where there is none, or another has taken it back
   */
  take(slot: Slot): Promise<Hold | undefined>;
  /** Gives a yes to whoever waits for it; where nobody does, it is a pass. */
  wake(slot: Slot, yes: Yes): Promise<void>;
  pass(person: string, requestKey: string): Slot | undefined;
  takePass(person: string, requestKey: string, by?: Try): Promise<Hold | undefined>;
  giveBack(code: string, share?: string): void;
  takeEnvelope(request: LikeRequest): Promise<Hold | undefined>;
}

export function taking({
  clock,
  slots,
  saving,
  changed,
}: {
  clock: Pick<Clock, 'now'>;
  slots: Slots;
  saving: Saving;
  changed(hold: Hold): void;
}): Taking {
  const isApproved = (slot: Slot, { state }: Hold = slot.hold) =>
    state === 'approved' && slot.deniedBy === undefined;

  async function take(slot: Slot): Promise<Hold | undefined> {
    if (slot.taken) return undefined;
    slot.taken = true;
    if (slot.back && isApproved(slot) && slots.isLive(slot)) {
      slot.hold = { ...slot.hold, state: 'used' };
      changed(slot.hold);
      return slot.hold;
    }
    const hold = await saving.decide(slot, (now) => {
      if (!isApproved(slot, now) || !slots.isLive(slot)) return undefined;
      return now.envelope ? {} : { state: 'used' };
    });
    if (!hold) slot.taken = false;
    return hold;
  }

  const pass = (person: string, requestKey: string): Slot | undefined =>
    slots.find(
      (slot) =>
        !slot.taken &&
        isApproved(slot) &&
        slot.hold.person === person &&
        slot.hold.requestKey === requestKey &&
        slots.isLive(slot),
    );

  function giveBack(code: string, share?: string): void {
    const slot = slots.get(code);
    const { envelope } = slot?.hold ?? {};
    if (!slot) return;
    if (envelope && share !== undefined) {
      // In memory alone, as below: the journal never forgets a share.
      slot.hold = {
        ...slot.hold,
        envelope: { ...envelope, used: envelope.used.filter((uid) => uid !== share) },
      };
      changed(slot.hold);
      return;
    }
    if (!slot.taken || slot.deniedBy !== undefined) return;
    slot.taken = false;
    // The journal has it as used, and nothing follows on that; the pass itself lives here.
    slot.back = slot.hold.state === 'used';
    slot.hold = { ...slot.hold, state: 'approved' };
    changed(slot.hold);
  }

  return {
    take,
    async wake(slot, yes) {
      const { waiter } = slot;
      if (!waiter || !(await take(slot))) return;
      // Its client has gone while that was written down.
      if (slot.waiter !== waiter) giveBack(slot.hold.code);
      else waiter(yes);
    },
    pass,
    async takePass(person, requestKey, by) {
      const slot = pass(person, requestKey);
      if (!slot) return undefined;
      if (by) saving.change(slot, triedBy(slot.hold, by));
      return take(slot);
    },
    giveBack,
    async takeEnvelope(request) {
      const { uid } = request;
      const isFor = (slot: Slot, hold: Hold) =>
        isApproved(slot, hold) && !slots.isLost(slot) && isOf(hold, request, clock.now());
      const slot = slots.find((one) => !one.taking.has(uid) && isFor(one, one.hold));
      if (!slot) return undefined;
      slot.taking.add(uid);
      return saving
        .decide(slot, (now) => {
          if (!isFor(slot, now) || !now.envelope) return undefined;
          return { envelope: { ...now.envelope, used: [...now.envelope.used, uid] } };
        })
        .finally(() => slot.taking.delete(uid));
    },
  };
}

/** Its other requests come under the new command. Who may send them, and how, the envelope says as before. */
export function triedBy(hold: Hold, by: Try): Partial<Hold> {
  const { actId, usedIn, envelope } = hold;
  const used = by.actId === actId && usedIn === undefined ? {} : { usedIn: by.actId };
  return {
    ...used,
    ...askedBy(hold, by.actId),
    ...(envelope ? { envelope: { ...envelope, session: by.session } } : {}),
  };
}

export function askedBy({ actId, alsoBy = [] }: Hold, id: string): Partial<Hold> {
  return id === actId || alsoBy.includes(id) ? {} : { alsoBy: [...alsoBy, id] };
}
