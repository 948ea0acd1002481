import assert from 'node:assert/strict';
import { it } from 'node:test';
import { VERDICT_OF } from './verification.ts';

it('one reason is a pass; what was shown to be wrong is a fail; whatever could not be decided is unknown', () => {
  const of = (verdict: string) =>
    Object.entries(VERDICT_OF).flatMap(([code, leads]) => (leads === verdict ? [code] : []));
  assert.deepEqual(of('pass'), ['verified']);
  assert.deepEqual(of('unknown').toSorted(), [
    'changed-while-read',
    'expired-key-undated',
    'first-seen',
    'integrity-only',
    'limit',
    'not-understood',
    'nothing-to-verify',
    'outdated-root',
    'provenance-undecided',
    'unknown-authority',
    'unknown-key',
    'unsupported',
  ]);
  assert.equal(of('fail').length, 14);
  assert.equal(Object.keys(VERDICT_OF).length, 27);
});
