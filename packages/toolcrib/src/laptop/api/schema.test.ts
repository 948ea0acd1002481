import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answerSchema,
  endingSchema,
  faultSchema,
  runTokenSchema,
  runTokensSchema,
  statusSchema,
  unknownCode,
} from './schema.ts';

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

test('an answer says as what, and nothing of who: that is heard and forgotten', () => {
  for (const as of ['as-sent', 'softened', 'denied']) {
    assert.deepEqual(answerSchema.parse({ as, by: 'mallory' }), { as });
  }
  assert.deepEqual(answerSchema.parse({ as: 'as-sent', withoutNet: 'kafka' }), {
    as: 'as-sent',
    withoutNet: 'kafka',
  });
  for (const other of [
    {},
    { as: 'yes' },
    { as: 'as-sent', by: 7 },
    { as: 'as-sent', withoutNet: true },
    { as: 'denied', code: 'X' },
  ]) {
    assert.equal(accepts(answerSchema, other), false, JSON.stringify(other));
  }
});

test('a run asks with its tool and, again, with the very tokens that it has', () => {
  const token = 'x'.repeat(43);
  const again = { id: 'run-0123456789ab', tokens: { prod: token }, meanings: { prod: 'm' } };
  const tool = { name: 'helm', sha256: 'abc' };
  assert.deepEqual(runTokenSchema.parse({}), {});
  assert.deepEqual(runTokenSchema.parse({ tool, agent: true, person: 'mallory', again }), {
    tool,
    agent: true,
    again,
  });
  assert.deepEqual(runTokenSchema.parse({ tool: { ...tool, version: '3' } }), {
    tool: { ...tool, version: '3' },
  });
  for (const other of [
    { tool: { name: 'helm' } },
    { tool: { ...tool, path: '/x' } },
    { agent: 'yes' },
    { token },
    { again: { ...again, id: 'run-1' } },
    { again: { ...again, id: '../run-0123456789ab' } },
    { again: { ...again, id: 'run-0123456789abc' } },
    { again: { ...again, tokens: { prod: `${token}x` } } },
    { again: { ...again, tokens: { prod: `${'x'.repeat(42)}!` } } },
    { again: { id: again.id, tokens: again.tokens } },
  ]) {
    assert.equal(accepts(runTokenSchema, other), false, JSON.stringify(other));
  }
  assert.equal(accepts(runTokensSchema, { id: 'run-1', tokens: {}, meanings: {} }), true);
  assert.equal(accepts(runTokensSchema, { id: 'run-1', tokens: {} }), false);
});

/** As a guard of 0.1.0 tells it: what came later is not in it. */
const STATUS = {
  version: '0.1.0',
  pid: 1,
  port: 2,
  startedAt: 3,
  contexts: [{ context: 'prod', mode: 'enforce' }],
  held: 0,
  journal: null,
  unsettled: 0,
  policy: { file: null, error: null },
  softened: [{ actId: 'a', what: 'w', finishAfter: 4, state: 'waiting' }],
};

test('the status of an older guard is read, with what it could not say', () => {
  assert.deepEqual(statusSchema.parse(STATUS), {
    ...STATUS,
    ending: null,
    policy: { file: null, error: null, rules: [], disabled: [] },
  });
  const ending = { requests: 2, until: 5 };
  assert.deepEqual(statusSchema.parse({ ...STATUS, ending }).ending, ending);
  assert.equal(accepts(endingSchema, { requests: 2 }), false);
  for (const state of ['by-hand', 'waiting', 'due', 'overdue', 'late']) {
    const [one] = STATUS.softened;
    assert.equal(
      accepts(statusSchema, { ...STATUS, softened: [{ ...one, state }] }),
      state !== 'late',
      state,
    );
  }
  for (const missing of Object.keys(STATUS)) {
    assert.equal(accepts(statusSchema, { ...STATUS, [missing]: undefined }), false, missing);
  }
});

test('a fault says what happened, and what to do where that is known', () => {
  assert.equal(accepts(faultSchema, { code: 'x', message: 'y' }), true);
  assert.equal(accepts(faultSchema, { code: 'x' }), false);
  const { code, message, next } = unknownCode('BCDFG');
  assert.deepEqual([code, message], ['not-found', 'Nothing is held under the code BCDFG.']);
  assert.match(next ?? '', /toolcrib held/);
});
