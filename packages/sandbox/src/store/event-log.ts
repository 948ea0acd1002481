import type { StoreEvent } from './store.ts';

/** The changes that a watch can still be served from; older ones are dropped (410 Expired). */
export interface EventLog {
  append(event: StoreEvent): void;
  /** Changes after `version`, or undefined where some of them are no longer kept. */
  since(version: number): StoreEvent[] | undefined;
  /** The oldest version that a watch may still start from. */
  oldest(): number;
  compact(version: number): void;
}

/** @param keep how many changes are kept at least */
export function createEventLog(start: number, keep: number): EventLog {
  let events: StoreEvent[] = [];
  let oldest = start;
  const dropThrough = (count: number) => {
    const last = events[count - 1];
    if (last) oldest = last.version;
    events = events.slice(count);
  };
  return {
    append(event) {
      events.push(event);
      // Trimmed in large steps: cutting one at a time would copy the list at every write.
      if (events.length > keep * 2) dropThrough(events.length - keep);
    },
    since(version) {
      if (version < oldest) return undefined;
      return events.slice(firstAfter(events, version));
    },
    oldest: () => oldest,
    compact(version) {
      dropThrough(firstAfter(events, version));
      oldest = Math.max(oldest, version);
    },
  };
}

function firstAfter(events: StoreEvent[], version: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.version ?? 0) > version) high = middle;
    else low = middle + 1;
  }
  return low;
}
