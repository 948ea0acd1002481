import type { WayDeps } from '@toolcrib/guard/way/deps';
import type { requestHandler } from '@toolcrib/guard/way/request-handler';
import type { Clock } from '@toolcrib/model';
import type { Lie, Point } from './liar.ts';

/** What is asked of the guard, and of which of its writes the upstream lies. */
export type Form =
  | { does: 'delete' | 'scale' | 'evict' | 'collection' }
  | { does: 'retain-first' | 'orphan-first'; nth: number };

export interface LieCase {
  form: Form;
  lie: Lie;
  point: Point;
  /** The lie looks like the API server's own Status. */
  honest: boolean;
  /** The guard dies in the moment in which the lie leaves. */
  killed: boolean;
}

/** Time that goes on by itself, and further when told so; timers run when their time has come. */
export function movedClock(): Clock & { ahead(ms: number): Promise<void> } {
  let moved = 0;
  const timers = new Set<{ at: number; run(): void }>();
  const now = () => Date.now() + moved;
  return {
    now,
    after(delay, run) {
      const timer = { at: now() + delay, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async ahead(ms) {
      moved += ms;
      for (const timer of [...timers]) {
        if (timer.at > now()) continue;
        timers.delete(timer);
        timer.run();
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}

/** One life of a guard; once dead it sends and writes nothing. */
export interface Life {
  deps: WayDeps;
  thinking: ReturnType<typeof requestHandler>;
  pass(): Promise<void>;
  dead: boolean;
}
