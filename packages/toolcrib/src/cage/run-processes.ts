import type { Clock } from '@toolcrib/model';
import { processSeen } from '../laptop/processes.ts';
import type { RunProcess } from './lineage.ts';

/** How long after its end a run is remembered: what it asked for can still be answered so long. Milliseconds. */
const AFTERLIFE = 15 * 60_000;

/** The processes at the head of runs, as the guard itself saw them: what lies in a folder a run's own program may change. */
export interface RunProcesses {
  all(): RunProcess[];
  /** @param pid undefined where that can't be told: then only its mark tells what is its own */
  began(id: string, pid: number | undefined, agent: boolean): void;
  ended(id: string): void;
}

export function runProcesses(clock: Clock, seen = processSeen): RunProcesses {
  const known = new Map<string, RunProcess>();
  return {
    all: () => [...known.values()],
    began(id, pid, agent) {
      const start = pid === undefined ? undefined : seen(pid)?.start;
      const head: RunProcess = { id, pid: pid ?? -1, agent, ...(start === undefined ? {} : { start }) };
      known.set(id, head);
    },
    ended(id) {
      const run = known.get(id);
      if (!run) return;
      const over: RunProcess = { ...run, ended: true };
      known.set(id, over);
      clock.after(AFTERLIFE, () => {
        if (known.get(id) === over) known.delete(id);
      });
    },
  };
}
