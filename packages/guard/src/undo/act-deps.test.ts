import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Act, Journal } from '@toolcrib/model';
import { anAct } from '../journal/testing/records.ts';
import { knownAct } from './act-deps.ts';

const journalOf = (acts: Act[]) =>
  ({
    act: async (id: string) => acts.find((one) => one.id === id),
    acts: async ({ limit = 0 }: { limit?: number } = {}) => acts.slice(0, limit),
  }) as unknown as Journal;

const newest = anAct({ id: 'act-7k2m9cx', title: 'delete StatefulSet shop/kafka' });
const older = anAct({ id: 'act-bcdfghj' });

test('an act that is there is given; of one that is not it is told what may have been meant', async () => {
  const journal = journalOf([newest, older]);
  assert.equal(await knownAct(journal, 'act-bcdfghj'), older);
  const list = 'toolcrib log lists them, the last one first.';
  const table: [typed: string, next: string][] = [
    ['act-bcdfghk', `Did you mean act-bcdfghj? ${list}`],
    ['last', `The last one is act-7k2m9cx (delete StatefulSet shop/kafka). ${list}`],
    // The newest is no guess at what is meant by another name.
    ['act-zzzzzzz', list],
    ['kafka', list],
  ];
  for (const [typed, next] of table)
    await assert.rejects(knownAct(journal, typed), {
      code: 'not-found',
      message: `There is no act ${typed} in the journal.`,
      next,
    });
  await assert.rejects(knownAct(journalOf([]), 'last'), { next: /^Nothing has gone through the guard yet/ });
});

test('where the list can not be read, that it is not there is told all the same', async () => {
  const broken = { ...journalOf([]), acts: () => Promise.reject(new Error('locked')) } as unknown as Journal;
  await assert.rejects(knownAct(broken, 'act-1'), { code: 'not-found', next: /^toolcrib log lists them/ });
});
