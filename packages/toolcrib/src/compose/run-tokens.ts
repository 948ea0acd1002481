import type { Clock } from '@toolcrib/model';
import { type Lineage, lineageOf } from '../cage/lineage.ts';
import type { RunProcesses } from '../cage/run-processes.ts';
import { forgetRun } from '../cage/runs.ts';
import { personOf } from '../laptop/api/person.ts';
import type { RunTokenBody, RunTokens } from '../laptop/api/schema.ts';
import type { Asker } from '../laptop/api/witness.ts';
import type { Mints } from '../laptop/mints.ts';

/** Milliseconds. */
const AFTER_END = 1_000;

/** Gives a run its tokens, and takes them back. */
export function runTokens(deps: {
  minting: Mints;
  running: RunProcesses;
  clock: Pick<Clock, 'after'>;
  /** Where runs have their files. */
  folder: string;
  /** Told of each that has ended. */
  revoked(id: string): void;
}) {
  const { minting, running, clock, folder, revoked } = deps;
  return {
    /** Tokens for a run, good until `revoke`. @throws ToolcribError `conflict` for tokens `again` that are not that run's */
    async mint(request: RunTokenBody, asker: Asker | undefined): Promise<RunTokens> {
      const runs = running.all();
      const above: Lineage = asker ? lineageOf(asker.pid, runs) : { of: 'unknown', why: 'it shows none' };
      // What an agent starts under a run of its own is the agent's all the same; whose it is that can't be told may be an agent's.
      const agents =
        above.of === 'unknown' ? runs.some((one) => one.agent) : above.of === 'run' && above.agent;
      const agent = request.agent === true || agents;
      const person = personOf(asker);
      const run = await minting.mint({ ...request, person, ...(agent ? { agent } : {}) });
      running.began(run.id, asker?.pid, agent);
      return run;
    },
    revoke(id: string): void {
      minting.ended(id);
      running.ended(id);
      revoked(id);
      // A process that is killed lets go of its connections a moment before it is gone.
      forgetRun(folder, id);
      clock.after(AFTER_END, () => forgetRun(folder, id));
    },
  };
}
