import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hold } from '@toolcrib/model';
import { answersOf } from '../../operations/stories/answers.ts';
import { answerText } from './answers.ts';

const hold = (more: Partial<Hold>): Hold =>
  ({
    code: 'BCDFG',
    requestId: 'r',
    createdAt: 1,
    state: 'used',
    decision: { then: 'hold', rule: 'outage', reason: '' },
    ...more,
  }) as unknown as Hold;
const envelope = (uids: string[], used: string[]) =>
  ({
    session: 's',
    verb: 'delete',
    kind: 'Pod',
    uids,
    used,
    expiresAt: 1,
  }) as const satisfies Hold['envelope'];
const at = 2_000;
const from = { pid: 4711, terminal: 'pts/3', under: 'bash' };
const lines = (more: Partial<Hold>) =>
  answersOf([hold(more)]).map((one) => answerText(one).replace(/ at \d[^,]*/, ' at T'));

test('who said yes or no to a hold, when, in which form and from where', () => {
  const cases: [Partial<Hold>, string[]][] = [
    [{}, []],
    [
      { answer: { as: 'softened', by: 'ben', at, withoutNet: false, from } },
      ['BCDFG: yes, softened, by ben at T, from process 4711 (pts/3, under bash)'],
    ],
    [
      { answer: { as: 'as-sent', by: 'ben', at, withoutNet: true }, needsName: 'x', net: 'partial' },
      ['BCDFG: yes, as-sent, without a whole net, by ben at T'],
    ],
    [
      {
        answer: { as: 'as-sent', by: 'ben', at, withoutNet: true, from: { pid: 7 } },
        needsName: 'x',
        net: 'none',
      },
      ['BCDFG: yes, as-sent, without a net, by ben at T, from process 7'],
    ],
    [
      {
        answer: { as: 'as-sent', by: 'ben', at },
        denied: { by: 'cho', at: 3_000, from: { pid: 8, run: 'run-1' } },
      },
      ['BCDFG: yes, as-sent, by ben at T', 'BCDFG: no, by cho at T, from process 8 (of the run run-1)'],
    ],
    [
      { state: 'expired', answer: { as: 'as-sent', by: 'ben', at, from: { pid: 7 } } },
      [
        'BCDFG: yes, as-sent, by ben at T, from process 7; not all that it was for has gone, and nothing goes by it any more',
      ],
    ],
    [
      {
        state: 'expired',
        envelope: envelope(['a', 'b'], ['a']),
        answer: { as: 'as-sent', by: 'ben', at, from: { pid: 7 } },
      },
      [
        'BCDFG: yes, as-sent, by ben at T, from process 7; not all that it was for has gone, and nothing goes by it any more',
      ],
    ],
    [
      {
        state: 'expired',
        envelope: envelope(['a', 'b'], ['b', 'a']),
        answer: { as: 'as-sent', by: 'ben', at, from: { pid: 7 } },
      },
      ['BCDFG: yes, as-sent, by ben at T, from process 7'],
    ],
    [{ state: 'denied', denied: { by: 'cho', at } }, ['BCDFG: no, by cho at T']],
  ];
  for (const [more, expected] of cases) assert.deepEqual(lines(more), expected);
});
