import { guardClient } from '../laptop/api/client.ts';
import { ensureGuard, stopGuard } from '../laptop/daemon.ts';
import { followEnding } from '../laptop/ending.ts';
import type { Paths } from '../laptop/paths.ts';
import type { Guard } from '../operations/context.ts';

/** The guard that runs on this machine, over its socket; started only where that is asked for, with this environment. */
export function guardOver(paths: Paths, env: Record<string, string | undefined>): Guard {
  const client = guardClient(paths.socket);
  return {
    start: () => ensureGuard(paths, { env }),
    status: client.status,
    holds: client.holds,
    hold: client.hold,
    answer: client.answer,
    async stop(waits) {
      const quiet = followEnding(paths, waits);
      return stopGuard(paths).finally(quiet);
    },
  };
}
