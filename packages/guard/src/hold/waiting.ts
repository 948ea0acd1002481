import type { Clock } from '@toolcrib/model';
import type { HoldAnswer } from './hold-answer.ts';
import type { Saving } from './saving.ts';
import type { Slot, Slots } from './slots.ts';

/** The clients that wait at the desk. */
export function waiting({ clock, slots, saving }: { clock: Clock; slots: Slots; saving: Saving }) {
  let closed = false;
  return {
    /** Until it is answered, or for so many milliseconds. */
    on(slot: Slot, requestId: string, waitMs: number): Promise<HoldAnswer> {
      if (waitMs <= 0) return Promise.resolve({ as: 'expired' });
      if (closed) return Promise.resolve({ as: 'closed' });
      slot.waitingRequest = requestId;
      return new Promise((resolve) => {
        const cancel = clock.after(waitMs, () => slot.waiter?.({ as: 'expired' }));
        slot.waiter = (answer) => {
          cancel();
          slot.waiter = undefined;
          if (slot.hold.waiting) saving.change(slot, { waiting: false });
          resolve(answer);
        };
      });
    },
    gone(requestId: string): void {
      for (const slot of slots.all()) if (slot.waitingRequest === requestId) slot.waiter?.({ as: 'gone' });
    },
    /** Of what this guard has no claim to any more. */
    letGoOfLost(): void {
      for (const slot of slots.all()) if (slots.isLost(slot)) slot.waiter?.({ as: 'closed' });
    },
    close(): void {
      closed = true;
      for (const slot of slots.all()) slot.waiter?.({ as: 'closed' });
    },
  };
}
