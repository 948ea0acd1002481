import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import { z } from 'zod';
import { faultOf, parsed } from './faults.ts';

const thrownBy = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return assert.fail('it threw nothing');
};

test('what toolcrib says is told in its own words, with its own code', () => {
  const told = faultOf(new ToolcribError('not-found', 'No such act.', { next: 'toolcrib log' }));
  assert.deepEqual(told, { status: 404, code: 'not-found', message: 'No such act.', next: 'toolcrib log' });
  assert.equal(faultOf(new ToolcribError('unreachable', 'x')).status, 502, 'a cluster is none of ours');
  assert.equal(faultOf(new ToolcribError('limit', 'x')).status, 503, 'to be asked again');
  assert.equal(faultOf(new ToolcribError('damaged', 'x')).status, 500);
});

test('what is wrong with the input is the sender’s fault, and said', () => {
  const wrong = faultOf(thrownBy(() => z.strictObject({ as: z.enum(['yes']) }).parse({ as: 'no' })));
  assert.deepEqual([wrong.status, wrong.code], [400, 'usage']);
  assert.match(wrong.message, /at as/);
  assert.equal(faultOf(thrownBy(() => parsed('no JSON'))).code, 'usage');
});

test('what nobody foresaw is no fault of the sender, and is told to the log alone', () => {
  const lines: unknown[] = [];
  const told = faultOf(new TypeError('secret is not a function'), (_, detail) => lines.push(detail));
  assert.deepEqual([told.status, told.code], [500, 'internal']);
  assert.doesNotMatch(JSON.stringify(told), /secret/);
  assert.match(JSON.stringify(lines), /secret is not a function.*faults\.test/);
  // Without a stack there is its text still; and what is no error can be thrown as well.
  const bare = Object.assign(new Error('no stack'), { stack: undefined });
  for (const odd of [bare, 'a word']) faultOf(odd, (_, detail) => lines.push(detail));
  assert.deepEqual(lines.slice(1), [{ why: 'Error: no stack' }, { why: 'a word' }]);
});
