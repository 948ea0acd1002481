import { guardClient } from '../laptop/api/client.ts';
import { stopGuard } from '../laptop/daemon.ts';
import { followEnding } from '../laptop/ending.ts';
import type { Paths } from '../laptop/paths.ts';
import type { Guard } from '../operations/context.ts';

/** The guard that runs on this machine, over its socket; not started where it does not. */
export function guardOver(paths: Paths): Guard {
  const client = guardClient(paths.socket);
  return {
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
