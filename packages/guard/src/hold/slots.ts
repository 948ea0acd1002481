import type { Clock, Hold } from '@toolcrib/model';
import type { Lease } from '../lease/lease.ts';
import type { HoldAnswer } from './hold-answer.ts';
import { isCurrent } from './life.ts';

/** A hold at the desk. */
export interface Slot {
  hold: Hold;
  waiter?: ((answer: HoldAnswer) => void) | undefined;
  /** The request that waits now; the hold itself may be an earlier one's. */
  waitingRequest?: string;
  /** The yes was taken by its request. An envelope's hold stays `approved` for the others. */
  taken?: boolean;
  /** Who said no: from that moment on nothing goes by it, whatever has been written down by then. */
  deniedBy?: string | undefined;
  /** Of its envelope: those that are being taken now. */
  taking: Set<string>;
  /** The journal has it as used, and it was given back: nobody else can use it. */
  back?: boolean;
  /** How the journal has it; undefined where it was not written down, as far as this desk knows. */
  revision?: number | undefined;
  /** It lay at an earlier desk, which may have written it down. */
  restored?: boolean;
  /** The last that was to be decided of it could not be written, and memory alone may not decide it. */
  unwritten?: boolean;
  /** The shares of its envelope that the journal has as used: those it never forgets. */
  spent: Set<string>;
  /** What is to be written of it comes one after another. */
  last: Promise<unknown>;
}

export interface Slots {
  add(hold: Hold, more?: Partial<Slot>): Slot;
  get(code: string): Slot | undefined;
  all(): Slot[];
  find(which: (slot: Slot) => boolean): Slot | undefined;
  /** It can be answered, or used, now: its time is not over, and no other guard may have it. */
  isLive(slot: Slot): boolean;
  /** It is of a guard that this process is no more: whoever has taken that over has it. */
  isLost(slot: Slot): boolean;
  /** Forgets what is over, and nobody waits for. */
  sweep(): void;
}

/** What lies at the desk, by code. */
export function slots(clock: Pick<Clock, 'now'>, lease: Pick<Lease, 'guard'>): Slots {
  const byCode = new Map<string, Slot>();
  const all = () => [...byCode.values()];
  const isLost = ({ hold }: Slot) => hold.guard !== undefined && hold.guard !== lease.guard();
  return {
    add(hold, more = {}) {
      const slot: Slot = { hold, taking: new Set(), spent: new Set(), last: Promise.resolve(), ...more };
      byCode.set(hold.code, slot);
      return slot;
    },
    get: (code) => byCode.get(code),
    all,
    find: (which) => all().find(which),
    isLive: (slot) => slot.hold.expiresAt > clock.now() && !isLost(slot),
    isLost,
    sweep() {
      for (const [code, { hold, waiter }] of byCode)
        if (!isCurrent(hold, clock.now()) && !waiter) byCode.delete(code);
    },
  };
}
