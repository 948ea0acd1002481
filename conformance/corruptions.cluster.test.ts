// Proves that the comparison can fail: twenty planted faults in the sandbox's answers, each of which must be reported.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { corruptions } from './corruptions/list.ts';
import { corrupted } from './corruptions/proxy.ts';
import { categories } from './playbook/index.ts';
import { type Pair, runStep } from './run-steps.ts';
import { sandboxTarget, testbedTarget } from './target.ts';

let pair: Pair;
before(async () => {
  const [testbed, sandbox] = await Promise.all([testbedTarget(), sandboxTarget()]);
  pair = { testbed, sandbox };
});
after(async () => {
  await Promise.all([pair?.testbed.close(), pair?.sandbox.close()]);
});

const steps = new Map(categories.flatMap((category) => category.steps.map((step) => [step.id, step])));

test('there are twenty, and each has its step', () => {
  assert.equal(corruptions.length, 20);
  assert.equal(new Set(corruptions.map(({ name }) => name)).size, 20);
  for (const { step } of corruptions) assert.ok(steps.has(step), `no step is called ${step}`);
});

for (const [number, corruption] of corruptions.entries()) {
  test(`reported: ${corruption.name}`, async () => {
    const step = steps.get(corruption.step);
    assert.ok(step);
    const honest = await runStep(pair, step, `honest-${number}`);
    assert.equal(honest.outcome, 'identical', 'without the fault the step must pass');
    const liar = await corrupted(pair.sandbox, corruption);
    try {
      const result = await runStep({ ...pair, sandbox: liar }, step, `liar-${number}`);
      assert.ok(liar.count() > 0, 'the fault was never planted');
      assert.equal(result.outcome, 'failed');
    } finally {
      await liar.close();
    }
  });
}
