import { type Clock, ToolcribError } from '@toolcrib/model';
import { answeredFrom, mayAnswer } from '../cage/lineage.ts';
import type { RunProcesses } from '../cage/run-processes.ts';
import { whyOver } from '../laptop/api/over.ts';
import { type GuardStatus, unknownCode } from '../laptop/api/schema.ts';
import type { Guard, Person } from '../operations/context.ts';
import type { Desks } from './desks.ts';
import type { OthersHolds } from './others-holds.ts';

/** The guard as it is for who asks it, within its own process. */
export function keeperGuard(
  asker: Person,
  deps: {
    held: Desks;
    others: OthersHolds;
    running: RunProcesses;
    clock: Pick<Clock, 'now'>;
    status(): Promise<GuardStatus>;
    stop(): void;
  },
): Guard {
  const { held, others, running } = deps;
  /** Also one that is over, as long as it is remembered. */
  const found = async (code: string) => {
    const named = code.toUpperCase();
    return held.get(named) ?? (await others.get(named)) ?? (await others.closed(named));
  };
  const unknown = (code: string) =>
    unknownCode(
      code,
      held.list().flatMap((hold) => (hold.state === 'open' ? [hold.code] : [])),
    );
  return {
    start: async () => 'running',
    status: deps.status,
    holds: async () => [...held.list(), ...(await others.list().catch(() => []))],
    async hold(code) {
      const hold = await found(code);
      if (!hold) throw unknown(code);
      return hold;
    },
    async answer(code, { as, withoutNet }) {
      // A no is nobody's yes: it may come from anywhere.
      if (as !== 'denied') mayAnswer(asker.pid, running.all(), 'approved');
      const from = answeredFrom(asker.pid, running.all());
      const at = held.get(code.toUpperCase()) ? held : others;
      try {
        return await at.answer(code.toUpperCase(), { as, withoutNet, by: asker.person }, from);
      } catch (error) {
        if (!(error instanceof ToolcribError) || error.code !== 'not-found') throw error;
        // What can still be looked at is not answered as if it had never been.
        const hold = await found(code);
        throw (hold && whyOver(hold, deps.clock.now())) ?? unknown(code);
      }
    },
    async stop() {
      deps.stop();
      return 'ending';
    },
  };
}
