import { BODY_LIMIT } from './body.ts';

/** A place for one body. What it turns out not to need is given back at once, the rest when its request is over. */
export interface Place {
  needs(bytes: number): void;
  leave(): void;
}

export interface Room {
  /**
   * Waits for a place, one after another.
   * @param bytes as announced; undefined where that is not known
   * @returns undefined where there was none in time, or `gone` was called meanwhile
   */
  enter(bytes: number | undefined, gone: (leave: () => void) => void): Promise<Place | undefined>;
}

const MiB = 1024 * 1024;
const SMALL = 64 * 1024;

/**
 * How much of bodies that wait for a judgement may lie in memory at once. What finds no place is not read: the client's own
 * system holds it. Small bodies (nearly every delete) have room of their own, so that large ones never stand before them.
 */
export function bodyRoom({
  large = 48 * MiB,
  small = 16 * MiB,
  patience = 10_000,
  queue = 1_000,
} = {}): Room {
  const lanes = { large: lane(large), small: lane(small) };

  function lane(size: number) {
    let free = size;
    const waiting: { bytes: number; enter(): void }[] = [];
    const next = (): void => {
      for (let first = waiting[0]; first && first.bytes <= free; first = waiting[0]) {
        waiting.shift();
        free -= first.bytes;
        first.enter();
      }
    };
    const place = (bytes: number): Place => {
      let own = bytes;
      const keep = (now: number) => {
        free += own - now;
        own = now;
        next();
      };
      return { needs: (now) => keep(Math.min(own, now)), leave: () => keep(0) };
    };
    return { waiting, place, next };
  }

  return {
    enter(announced, gone) {
      const bytes = Math.min(announced ?? BODY_LIMIT, BODY_LIMIT);
      const { waiting, place, next } = bytes <= SMALL ? lanes.small : lanes.large;
      return new Promise((resolve) => {
        if (waiting.length >= queue) return resolve(undefined);
        const leave = () => {
          const at = waiting.indexOf(own);
          if (at < 0) return;
          waiting.splice(at, 1);
          clearTimeout(timer);
          resolve(undefined);
          next();
        };
        const timer = setTimeout(leave, patience);
        const own = {
          bytes,
          enter() {
            clearTimeout(timer);
            resolve(place(bytes));
          },
        };
        waiting.push(own);
        gone(leave);
        next();
      });
    },
  };
}
