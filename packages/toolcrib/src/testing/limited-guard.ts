// A guard like any other, with limits of its own: what it does at them is tested, not how long they are. As long as the
// file GUARD_PATIENCE is there, nobody is taken for stuck: so a test says itself when it has seen enough.
import { existsSync } from 'node:fs';
import { type GuardLimits, runGuard } from '../compose/guard.ts';

const limits: GuardLimits = JSON.parse(process.env.GUARD_LIMITS ?? '{}');
const patience = process.env.GUARD_PATIENCE;
const { heartbeat } = limits;

await runGuard(
  heartbeat === undefined || patience === undefined
    ? limits
    : {
        ...limits,
        heartbeat: {
          every: heartbeat.every,
          get most() {
            return existsSync(patience) ? Number.POSITIVE_INFINITY : heartbeat.most;
          },
        },
      },
);
