// Proves that the comparison can fail: twenty planted faults in the sandbox's answers, each of which must be reported.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { describeDifferences } from './compare.ts';
import { corruptions } from './corruptions/list.ts';
import { type Altered, corrupted } from './corruptions/proxy.ts';
import { categories } from './playbook/index.ts';
import { runStep } from './run-steps.ts';
import { openPair } from './target.ts';
import type { Pair } from './types.ts';

let pair: Pair;
before(async () => {
  pair = await openPair();
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

/** Alters nothing: what fails through it fails by the proxy, and proves no fault. */
const honest = { where: () => true, alter: (answer: Altered) => answer };

for (const [number, corruption] of corruptions.entries()) {
  test(`reported: ${corruption.name}`, async () => {
    const step = steps.get(corruption.step);
    assert.ok(step);
    const control = await corrupted(pair.sandbox, honest);
    const liar = await corrupted(pair.sandbox, corruption, 5_000);
    try {
      const right = await runStep({ ...pair, sandbox: control }, step, `honest-${number}`);
      assert.equal(right.outcome, 'identical', describeDifferences(right.differences));
      const wrong = await runStep({ ...pair, sandbox: liar }, step, `liar-${number}`);
      assert.ok(liar.count() > 0, 'the fault was never planted');
      assert.equal(wrong.outcome, 'failed');
      const shown = wrong.differences.map(({ path }) => path);
      assert.ok(
        shown.some((path) => corruption.shows.test(path)),
        `not where it was planted: ${shown.join('; ')}`,
      );
    } finally {
      await control.close();
      await liar.close();
    }
  });
}

for (const id of ['kubectl/apply, twice, and changed', 'kubectl/auth can-i and whoami', 'helm/install']) {
  test(`the proxy itself changes nothing: ${id}`, async () => {
    const step = steps.get(id);
    assert.ok(step);
    const control = await corrupted(pair.sandbox, honest);
    try {
      const { outcome, differences } = await runStep(
        { ...pair, sandbox: control },
        step,
        `through-${id.length}`,
      );
      assert.equal(outcome, 'identical', describeDifferences(differences));
    } finally {
      await control.close();
    }
  });
}
