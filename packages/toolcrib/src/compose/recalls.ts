/** Passes that are asked back from the door, in another thread: each question with its answer. */
export interface Recalls {
  /** @returns ids of the act's requests that were taken already */
  ask(actId: string): Promise<string[]>;
  answered(call: number, taken: string[]): void;
}

export function recalls(send: (call: number, actId: string) => void): Recalls {
  const waiting = new Map<number, (taken: string[]) => void>();
  let calls = 0;
  return {
    ask(actId) {
      const { promise, resolve } = Promise.withResolvers<string[]>();
      waiting.set(++calls, resolve);
      send(calls, actId);
      return promise;
    },
    answered(call, taken) {
      waiting.get(call)?.(taken);
      waiting.delete(call);
    },
  };
}
