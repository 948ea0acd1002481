import assert from 'node:assert/strict';
import { beforeEach } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Hold } from '@toolcrib/model';
import { holdsInMemory } from '../../testing/holds-in-memory.ts';
import { loneLease } from '../../testing/lease.ts';
import { type DeskDeps, type HoldDesk, holdDesk } from '../desk.ts';
import { HOLD_LIFE } from '../life.ts';

/** A desk by a clock that is moved by hand: new for each test of the file that imports this. */
export let desk: HoldDesk;

/** By the desk's clock, in milliseconds. */
export let now = 0;
/** What the desk waits for. */
export let timers: { at: number; run: () => void }[] = [];
const clock: Clock = {
  now: () => now,
  after(delay, run) {
    const timer = { at: now + delay, run };
    timers.push(timer);
    return () => {
      timers = timers.filter((one) => one !== timer);
    };
  },
};
/** Moves the clock, and runs what was due by then. */
export function pass(ms: number): void {
  now += ms;
  for (const timer of timers.filter(({ at }) => at <= now)) {
    timers = timers.filter((one) => one !== timer);
    timer.run();
  }
}

let journal = holdsInMemory();
/** The next one, over a journal of its own. */
export const newDesk = (more: Partial<DeskDeps> = {}): HoldDesk => {
  journal = holdsInMemory();
  const log = () => assert.fail('the journal took it not');
  return holdDesk({ clock, journal, lease: loneLease, log, ...more });
};
/** From now on another desk is `desk`. */
export function anew(): void {
  desk = newDesk();
}
beforeEach(() => {
  now = 1_000_000;
  timers = [];
  anew();
});
/** As the journal has it, once all was written down. */
export const stored = async (code = 'BCDFG') => {
  await turn();
  return journal.hold(code);
};

/** How long a yes is good for. */
export const PASS = 60_000;
export const yes = { as: 'as-sent' as const, by: 'ben', withoutNet: false };

export function aHold(more: Partial<Hold> = {}): Hold {
  return {
    code: 'BCDFG',
    actId: 'act-1',
    requestId: 'req-1',
    context: 'prod',
    createdAt: now,
    expiresAt: now + HOLD_LIFE,
    waiting: false,
    effect: { verb: 'none' },
    radius: {} as Hold['radius'],
    decision: { then: 'hold', rule: 'outage', reason: '' },
    fingerprint: 'f',
    state: 'open',
    person: 'aiko',
    requestKey: 'key',
    ...more,
  };
}
