import { killGuards } from '../packages/toolcrib/src/testing/kills.ts';
import type { Proof } from './proof.ts';

/** Real guard processes over a cluster in a process of its own that writes down what arrives. */
export default {
  claim:
    'after kill -9 at any moment whatever went out had been kept, pinned and whole, and in the end the journal says of each request what the cluster itself has written down',
  unit: 'kills',
  full: 500,
  sample: 40,
  sampleMinutes: 2,
  async run({ seed, count, progress }) {
    try {
      const { kills, arrived, between } = await killGuards(count, seed, progress);
      return {
        checked: kills,
        failures: [],
        rows: [
          ['DELETEs that arrived', arrived],
          ['kills between keep and forward', between],
        ],
      };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { checked: 0, failures: [{ name: `SEED=${seed}`, why }] };
    }
  },
} satisfies Proof;
