import { test } from 'node:test';
import { killGuards } from '../testing/kills.ts';

const KILLS = 6;

// That the proof itself works: `npm run deep -- --sample`, which CI runs besides, kills 40, `npm run deep -- kills` 500.
test(`${KILLS} kills of the guard at random moments: whatever went out had been kept`, async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`SEED=${seed}`);
  const { kills, arrived, between } = await killGuards(KILLS, seed);
  t.diagnostic(`${kills} kills; ${arrived} DELETEs arrived; ${between} kills fell between keep and forward`);
});
