import type { Clock, Hold } from '@toolcrib/model';
import type { denials } from './denials.ts';
import type { No, Yes } from './hold-answer.ts';
import { isCurrent } from './life.ts';
import { withNo, withYes } from './said.ts';
import type { Saving } from './saving.ts';
import type { Slot, Slots } from './slots.ts';
import type { Taking } from './taking.ts';

/** What a person says to a hold, here; and at another guard, where it is a no. */
export function answering({
  clock,
  slots,
  saving,
  taking,
  denied,
}: {
  clock: Pick<Clock, 'now'>;
  slots: Slots;
  saving: Saving;
  taking: Taking;
  denied: ReturnType<typeof denials>;
}) {
  async function approve(slot: Slot, yes: Yes, passMs: number): Promise<Hold | 'closed' | 'unwritten'> {
    const hold = await saving.decide(slot, (now) => {
      if (now.state !== 'open' || slot.deniedBy !== undefined || !slots.isLive(slot)) return undefined;
      return withYes(now, yes, clock.now(), passMs);
    });
    if (!hold) return slot.unwritten ? 'unwritten' : 'closed';
    await taking.wake(slot, yes);
    return slot.hold;
  }

  /** It counts from this moment on, whether it can be written down or not. */
  async function deny(slot: Slot, no: No): Promise<Hold | 'closed'> {
    const { state } = slot.hold;
    const now = clock.now();
    // A yes can be taken back, as long as something has not left yet.
    const takesBack = state === 'approved' || state === 'used';
    const inTime = takesBack
      ? isCurrent(slot.hold, now) && !slots.isLost(slot)
      : state === 'open' && slots.isLive(slot);
    if (!inTime || (slot.deniedBy !== undefined && state !== 'used')) return 'closed';
    slot.deniedBy = no.by;
    denied.add(slot.hold, { by: no.by, at: now });
    // It was taken: who has it asks once more, right before anything leaves, whether its act was denied.
    if (state === 'used') return slot.hold;
    slot.waiter?.(no);
    const part = withNo(no, now);
    const over = (hold: Hold) => (hold.state === 'open' || hold.state === 'approved' ? part : undefined);
    if (!(await saving.decide(slot, over)) && over(slot.hold)) saving.change(slot, part);
    return slot.hold;
  }

  return {
    /** @param passMs how long a yes is good for. Milliseconds */
    async answer(
      code: string,
      given: Yes | No,
      passMs: number,
    ): Promise<Hold | 'unknown' | 'closed' | 'unwritten'> {
      const slot = slots.get(code);
      if (!slot) return 'unknown';
      return given.as === 'denied' ? deny(slot, given) : approve(slot, given, passMs);
    },
    /** Another process has answered it, or taken it over. */
    async adopted(slot: Slot): Promise<void> {
      const { state, answer, denied: no } = slot.hold;
      if (state === 'denied') {
        slot.deniedBy ??= no?.by ?? '';
        if (no) denied.add(slot.hold, no);
        slot.waiter?.({ as: 'denied', by: slot.deniedBy });
      } else if (state === 'approved' && answer && slot.deniedBy === undefined) {
        await taking.wake(slot, { as: answer.as, by: answer.by, withoutNet: answer.withoutNet ?? false });
      } else if (state !== 'open' && state !== 'approved') slot.waiter?.({ as: 'expired' });
    },
  };
}
