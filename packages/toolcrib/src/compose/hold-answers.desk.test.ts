import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type Hold, ToolcribError } from '@toolcrib/model';
import type { FromDesk, ToDesk } from './desk-messages.ts';
import { answerAtDesk, answerHold } from './hold-answers.ts';

// What goes over the port between the thread that people ask and the desk; the desk says what each test has it say.

type Desk = Parameters<typeof answerAtDesk>[1];
const open = {
  code: 'BCDFG',
  actId: 'act-1',
  state: 'open',
  expiresAt: Date.now() + 600_000,
  decision: { then: 'hold', rule: 'outage', reason: '' },
} as Hold;
const soon = () => Date.now() + 60_000;

/** A desk with that hold, and what it tells of what comes over the port. */
async function told(
  message: Partial<ToDesk> & { type: ToDesk['type'] },
  answer: Desk['answer'],
  hold = open,
) {
  const port = Object.assign(new EventEmitter(), {
    said: [] as FromDesk[],
    postMessage: (one: FromDesk) => void port.said.push(one),
  });
  answerAtDesk(port as never, { get: () => hold, answer }, () => 42);
  port.emit('message', message);
  await turn();
  return port.said;
}
const asked = (more: object = {}) =>
  ({
    type: 'answer',
    call: 7,
    code: 'BCDFG',
    body: { as: 'as-sent', by: 'ben' },
    from: undefined,
    until: soon(),
    ...more,
  }) as Extract<ToDesk, { type: 'answer' }>;

test('an answer is taken in hand, given, and told with the hold as it is then', async () => {
  const used = { ...open, state: 'used' } as Hold;
  const given: unknown[] = [];
  const said = await told(asked(), async (...all) => {
    given.push(all);
    return used;
  });
  assert.deepEqual(given, [['BCDFG', { as: 'as-sent', by: 'ben', withoutNet: false }, 42]]);
  assert.deepEqual(said, [
    { type: 'answering', call: 7 },
    { type: 'answered', call: 7, hold: used },
  ]);
});

test('one that comes too late is told so, and never given', async () => {
  const said = await told(asked({ until: Date.now() - 1 }), () => assert.fail('it was given'));
  assert.deepEqual(said, [
    { type: 'not-answered', call: 7, code: 'conflict', message: 'It came too late.', next: undefined },
  ]);
});

test('why it could not be given is told with its code and what to do; a fault of our own as that', async () => {
  const no = new ToolcribError('journal', 'The disk is full.', { next: 'Free some space.' });
  for (const [error, expected] of [
    [no, { code: 'journal', message: 'The disk is full.', next: 'Free some space.' }],
    [
      new TypeError('x is not a function'),
      { code: 'internal', message: 'x is not a function', next: undefined },
    ],
  ] as const) {
    const said = await told(asked(), async () => {
      throw error;
    });
    assert.deepEqual(said.at(-1), { type: 'not-answered', call: 7, ...expected });
  }
});

test('what is no answer is passed over', async () => {
  const other = { type: 'another' } as unknown as Parameters<typeof told>[0];
  assert.deepEqual(await told({ ...asked(), ...other }, () => assert.fail('it was given')), []);
});

const answer = (hold: Hold, body: Parameters<typeof answerHold>[2], result: Hold | 'closed' = hold) =>
  answerHold({ get: () => hold, answer: async () => result }, 'BCDFG', body, undefined, 1);
const by = 'ben';

test('a no to what is being used already is told as that; a yes that was used at once is one', async () => {
  const used = { ...open, state: 'used' } as Hold;
  await assert.rejects(answer(open, { as: 'denied', by }, used), {
    code: 'conflict',
    message: /was used already\. What of its act has not left by now is stopped\./,
    next: /toolcrib undo act-1/,
  });
  assert.equal(await answer(open, { as: 'as-sent', by }, used), used);
  const denied = { ...open, state: 'denied' } as Hold;
  assert.equal(await answer(open, { as: 'denied', by }, denied), denied);
});

test('a hold that the desk has forgotten meanwhile is told by what it was', async () => {
  const over = { ...open, expiresAt: Date.now() + 5 };
  const seen = [over];
  const desk: Desk = { get: () => seen.shift(), answer: async () => 'unknown' };
  await assert.rejects(answerHold(desk, 'BCDFG', { as: 'as-sent', by }, undefined, 1), {
    code: 'conflict',
    message: /BCDFG/,
  });
});

test('whether all or a part of it could not be kept is told; and why it can not be softened', async () => {
  const named = { ...open, needsName: 'web' };
  const says = (message: RegExp) => ({ code: 'usage', message });
  await assert.rejects(
    answer({ ...named, net: 'none' }, { as: 'as-sent', by }),
    says(/^This could not be kept,/),
  );
  await assert.rejects(
    answer({ ...named, net: 'partial' }, { as: 'as-sent', by }),
    says(/^Not all of this can be kept,/),
  );
  await assert.rejects(
    answer(open, { as: 'softened', by }),
    says(/^This can't be softened: this can only go as it was sent\.$/),
  );
  const softening = { possible: false as const, why: 'its Pods are gone' };
  await assert.rejects(
    answer({ ...open, decision: { ...open.decision, softening } }, { as: 'softened', by }),
    says(/^This can't be softened: its Pods are gone\.$/),
  );
});
