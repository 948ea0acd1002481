import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Patient } from './check.ts';
import { checks, diagnose } from './index.ts';
import { patient } from './testing/patient.ts';

for (const { name, look } of checks) {
  test(`${name}: nothing known is never guarded by a request, and never an exception`, async () => {
    const found = await look(patient());
    for (const { state, text } of found) {
      assert.ok(text.length > 10 && /[.)]$/.test(text), text);
      if (name === 'this terminal' || name === 'programs now') assert.notEqual(state, 'guarded');
    }
  });
}

test('a check that fails is told as not known; nothing found and something not known is no all-clear', async () => {
  const broken = { ...patient(), env: new Proxy({}, { get: () => assert.fail('no environment') }) };
  const { verdict, checks: told } = await diagnose(broken as Patient);
  assert.notEqual(verdict, 'all-guarded');
  assert.equal(told.length, checks.length);
});
