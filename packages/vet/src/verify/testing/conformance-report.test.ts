import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  agreement,
  type Conformance,
  DOCUMENT,
  RESULTS,
  surprises,
  table,
  tableIn,
} from './conformance-report.ts';

const results = () => JSON.parse(readFileSync(RESULTS, 'utf8')) as Conformance;

test("the document's table is what the last run gave, and nothing in it is a surprise", () => {
  assert.equal(tableIn(readFileSync(DOCUMENT, 'utf8')), table(results()));
  assert.deepEqual(surprises(results()), []);
});

test('only what the suite says is an agreement', () => {
  for (const [name, outcome, is] of [
    ['a', 'pass verified', 'agrees'],
    ['a', 'fail signature-invalid', 'disagrees'],
    ['a', 'unknown unknown-key', 'disagrees'],
    ['a_fail', 'fail signature-invalid', 'agrees'],
    ['a_fail', 'unknown unknown-key', 'unknown'],
    ['a_fail', 'pass verified', 'disagrees'],
  ] as const)
    assert.equal(agreement(name, outcome), is, `${name} ${outcome}`);
});

test('a disagreement is shown, and stops the run unless it is known', () => {
  const cases = {
    good: { artefact: 'pass verified', digest: 'pass verified' },
    bad: { artefact: 'pass verified', digest: 'unknown unsupported: needs | the bytes' },
    odd_fail: { artefact: 'unknown unknown-key: x', digest: 'unknown unknown-key: x' },
    worse_fail: { artefact: 'pass verified', digest: 'fail signature-invalid' },
  };
  assert.deepEqual(surprises({ cases }, {}), ['bad', 'worse_fail']);
  assert.deepEqual(surprises({ cases }, { bad: 'known', good: 'no longer' }), ['worse_fail', 'good']);
  const about = { repository: 'r', commit: 'c'.repeat(40), committed: '2026-01-01', ran: '2026-01-02' };
  const text = table({ ...about, cases }, { bad: 'known' });
  for (const line of [
    '| pass, and it passes | 2 | 1 |',
    '| fail, and it fails | 0 | 1 |',
    '| fail, and it is unknown here | 1 | 1 |',
    '| pass, and it does not: **disagree** | 0 | 1 |',
    '| fail, and it passes: **disagree** | 1 | 0 |',
    '| `odd_fail` | unknown | unknown unknown-key: x |',
    '| `bad` | **disagrees** | pass verified; by its digest: unknown unsupported: needs \\| the bytes (known) |',
    '| `worse_fail` | **disagrees** | pass verified; by its digest: fail signature-invalid |',
  ])
    assert.ok(text.split('\n').includes(line), `${line}\n${text}`);
});
