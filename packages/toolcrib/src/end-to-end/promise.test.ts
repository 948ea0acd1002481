import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promiseCases } from '../testing/promise/run.ts';
import { openGuardedSandbox, openStage } from '../testing/stage.ts';

test('what was said before is what an undo did, in random namespaces over the sandbox', async () => {
  const stage = await openStage(openGuardedSandbox);
  try {
    const run = await promiseCases(stage, { seed: 7, count: 12, atOnce: 6, progress: () => undefined });
    assert.deepEqual(run.failures, []);
    assert.equal(run.checked, 12);
    assert.ok(run.went > 12, 'something went');
  } finally {
    await stage.close();
  }
});
