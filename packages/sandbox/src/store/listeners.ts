import type { StoreEvent } from './store.ts';

export type Listener = (event: StoreEvent) => void;

/** Those who are told of changes: strictly in order, also when one of them writes again while it is told. */
export function createListeners(): { add(listener: Listener): () => void; tell(event: StoreEvent): void } {
  const listeners = new Set<Listener>();
  const queue: StoreEvent[] = [];
  let telling = false;
  return {
    /** @returns takes it away again */
    add(listener) {
      // One function may listen twice.
      const own: Listener = (event) => listener(event);
      listeners.add(own);
      return () => listeners.delete(own);
    },
    tell(event) {
      queue.push(event);
      if (telling) return;
      telling = true;
      try {
        for (let next = queue.shift(); next; next = queue.shift()) {
          for (const listener of [...listeners]) listener(next);
        }
      } finally {
        telling = false;
      }
    },
  };
}
