import { promiseCases } from '../packages/toolcrib/src/testing/promise/run.ts';
import { openStage } from '../packages/toolcrib/src/testing/stage.ts';
import { openGuardedTestbed } from '../testbed/guarded.ts';
import type { Proof } from './proof.ts';

const proof: Proof = {
  claim:
    'What the radius said before a destructive act through the guard is what undo did: what was to come back stood there again, equal to before, and all else had been named.',
  unit: 'random namespaces',
  full: 300,
  sample: 8,
  sampleMinutes: 2,
  async run({ seed, count, progress }) {
    const stage = await openStage(openGuardedTestbed);
    try {
      const only = process.env.PROMISE_ONLY;
      const run = await promiseCases(stage, {
        seed,
        count,
        atOnce: 8,
        progress,
        ...(only ? { only: Number(only) } : {}),
      });
      return {
        checked: run.checked,
        failures: run.failures,
        rows: [
          ['objects that went', run.went],
          ['of these said beforehand to be lost (data, or spent)', run.lost],
        ],
      };
    } finally {
      await stage.close();
    }
  },
};

export default proof;
