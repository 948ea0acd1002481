import { BODY_LIMIT } from './body.ts';

/** A place for one body. What it turns out not to need is given back at once, the rest when its request is over. */
interface Place {
  needs(bytes: number): void;
  leave(): void;
}

export interface Room {
  /**
   * Waits for a place, one after another within a context.
   * @param bytes as announced; undefined where that is not known
   * @returns undefined where there was none in time, or `gone` was called meanwhile
   */
  enter(
    context: string,
    bytes: number | undefined,
    gone: (leave: () => void) => void,
  ): Promise<Place | undefined>;
}

/** Bytes, milliseconds, and how many may wait in one context. */
export interface RoomLimits {
  /** What all contexts share … */
  large: number;
  small: number;
  /** … and what each has besides, whatever the others do. */
  ownLarge: number;
  ownSmall: number;
  patience: number;
  queue: number;
}

const MiB = 1024 * 1024;
const SMALL = 64 * 1024;

const LIMITS: RoomLimits = {
  large: 24 * MiB,
  small: 16 * MiB,
  ownLarge: 2 * BODY_LIMIT,
  ownSmall: MiB,
  patience: 10_000,
  queue: 1_000,
};

/** Bytes that are free. */
interface Pool {
  free: number;
}

interface Waiting {
  context: string;
  bytes: number;
  enter(pool: Pool): void;
}

/**
 * How much of bodies that wait for a judgement may lie in memory at once. What finds no place is not read: the client's own
 * system holds it. Small bodies (nearly every delete) have room of their own, so that large ones never stand before them;
 * and so has each context, so that what another one's clients hold, or send without an end, is never in its way.
 */
export function bodyRoom(options: Partial<RoomLimits> = {}): Room {
  const { large, small, ownLarge, ownSmall, patience, queue } = { ...LIMITS, ...options };
  const lanes = { large: lane(large, ownLarge), small: lane(small, ownSmall) };

  function lane(shared: number, each: number) {
    const common: Pool = { free: shared };
    const own = new Map<string, Pool>();
    // In the order in which they came.
    const waiting = new Set<Waiting>();
    const ownOf = (context: string): Pool => {
      const known = own.get(context) ?? { free: each };
      own.set(context, known);
      return known;
    };
    const next = (): void => {
      const behind = new Set<string>();
      for (const one of waiting) {
        if (behind.has(one.context)) continue;
        const pool = [ownOf(one.context), common].find(({ free }) => one.bytes <= free);
        if (!pool) {
          behind.add(one.context);
          continue;
        }
        waiting.delete(one);
        pool.free -= one.bytes;
        one.enter(pool);
      }
    };
    const place = (bytes: number, pool: Pool): Place => {
      let taken = bytes;
      const keep = (now: number) => {
        pool.free += taken - now;
        taken = now;
        next();
      };
      return { needs: (now) => keep(Math.min(taken, now)), leave: () => keep(0) };
    };
    const isFull = (context: string): boolean => {
      let count = 0;
      for (const one of waiting) if (one.context === context) count++;
      return count >= queue;
    };
    return { waiting, place, next, isFull };
  }

  return {
    enter(context, announced, gone) {
      const bytes = Math.min(announced ?? BODY_LIMIT, BODY_LIMIT);
      const { waiting, place, next, isFull } = bytes <= SMALL ? lanes.small : lanes.large;
      return new Promise((resolve) => {
        if (isFull(context)) return resolve(undefined);
        const leave = () => {
          if (!waiting.delete(own)) return;
          clearTimeout(timer);
          resolve(undefined);
          next();
        };
        const timer = setTimeout(leave, patience);
        const own: Waiting = {
          context,
          bytes,
          enter(pool) {
            clearTimeout(timer);
            resolve(place(bytes, pool));
          },
        };
        waiting.add(own);
        gone(leave);
        next();
      });
    },
  };
}
