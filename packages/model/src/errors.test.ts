import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf, ToolcribError, type ToolcribErrorCode } from './errors.ts';

// The rule of the command line: 1 no, 2 wrong usage or bad input, 3 could not tell. Whoever adds a code says here which.
const EXIT = {
  usage: 2,
  'bad-file': 2,
  'no-kubeconfig': 2,
  'unknown-context': 2,
  'not-found': 2,
  'wrong-key': 2,
  'missing-part': 2,
  'too-large': 2,
  conflict: 1,
  overdue: 1,
  'not-kept': 1,
  credentials: 3,
  unreachable: 3,
  api: 3,
  'port-in-use': 3,
  'not-running': 3,
  journal: 3,
  damaged: 3,
  newer: 3,
  fault: 3,
  internal: 3,
  unsettled: 3,
  'not-understood': 3,
  limit: 3,
  unverifiable: 3,
} satisfies Record<ToolcribErrorCode, 1 | 2 | 3>;

test('every code ends the command as the command line promises', () => {
  for (const [code, exit] of Object.entries(EXIT)) {
    assert.equal(new ToolcribError(code as ToolcribErrorCode, 'x').exitCode, exit, code);
  }
});

test('an error says what, what next and from what it came', () => {
  const cause = new Error('connection refused');
  const error = new ToolcribError('unreachable', 'prod does not answer', { next: 'Try again.', cause });
  assert.ok(error instanceof Error);
  assert.deepEqual(
    { name: error.name, code: error.code, message: error.message, next: error.next, cause: error.cause },
    {
      name: 'ToolcribError',
      code: 'unreachable',
      message: 'prod does not answer',
      next: 'Try again.',
      cause,
    },
  );
});

test('without a cause there is none, also not an empty one', () => {
  const error = new ToolcribError('usage', 'no');
  assert.equal(error.next, undefined);
  assert.equal('cause' in error, false);
});

test('what was thrown is told by its message, or as it stands', () => {
  assert.equal(messageOf(new TypeError('not a function')), 'not a function');
  assert.equal(messageOf(new ToolcribError('usage', 'two names')), 'two names');
  assert.equal(messageOf('a bare text'), 'a bare text');
  assert.equal(messageOf({ message: 'like an error, and none' }), '[object Object]');
  assert.equal(messageOf(undefined), 'undefined');
});
