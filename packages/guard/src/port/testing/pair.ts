import type { Cluster } from '@toolcrib/model';
import type { AskedRequest, Instruction, Outcome } from '../../request.ts';
import { type Channel, judgeClient } from '../client.ts';
import { hostHandler } from '../host.ts';
import { judgements } from '../judgements.ts';

/** Time that stands until it is moved. */
export function handClock() {
  let now = 1_000_000;
  const timers = new Set<{ at: number; run(): void }>();
  return {
    now: () => now,
    after(delay: number, run: () => void) {
      const timer = { at: now + delay, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    /** `late`: the machine slept, and timers ring only at its end. */
    move(ms: number, late = false) {
      const end = now + ms;
      if (late) now = end;
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = end;
    },
  };
}

/** Both ends in this thread, with a handler that does as it is told. */
export function pair(judge: (request: AskedRequest, cluster: Cluster) => Promise<Instruction>) {
  const clock = handClock();
  const ends: ((message: never) => void)[][] = [[], []];
  const end = (own: number): Channel => ({
    postMessage: (message) =>
      void setImmediate(() => {
        for (const to of ends[1 - own] ?? []) to(message as never);
      }),
    on: (_event, listener) => ends[own]?.push(listener),
  });
  const [door, worker] = [end(0), end(1)];
  const sent: string[] = [];
  const settled: [string, Outcome][] = [];
  const recalled: [number, string[]][] = [];
  const left: string[] = [];
  const running = judgements((id) => worker.postMessage({ type: 'acting', id }));
  const cluster = running.announced({
    request: async ({ method, path }: { method: string; path: string }) =>
      void sent.push(`${method} ${path}`),
    delete: async () => void sent.push('DELETE'),
  } as unknown as Cluster);
  hostHandler(
    worker,
    {
      judge: (request) => judge(request, cluster),
      settled: (id, outcome) => settled.push([id, outcome]),
      passed: (all) => {
        for (const { id, outcome } of all) settled.push([id, outcome]);
      },
      recalled: (call, taken) => void recalled.push([call, taken]),
      left: (actIds) => void left.push(...actIds),
      gone: () => undefined,
      noticed: () => undefined,
      stopping: () => undefined,
      close: async () => undefined,
    },
    running,
  );
  return { clock, client: judgeClient(door, { clock, limit: 1000 }), worker, sent, settled, recalled, left };
}

export const FORWARD: Instruction = { do: 'forward', warnings: [] };
export const turns = async (count = 10) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};
export const textOf = (instruction: Instruction) =>
  instruction.do === 'answer' ? JSON.parse(String(instruction.body)).message : 'forward';
