import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { RequestRecord, UndoRecord } from '../model/index.ts';
import { type ActStory, outcomeOf, severityOf } from './log.ts';
import { dated, dateTime } from './terminal.ts';

const request = (state: RequestRecord['state']): RequestRecord => ({
  id: 'r',
  actId: 'a',
  at: 1,
  method: 'DELETE',
  path: '/api/v1/namespaces/shop/configmaps/c',
  effect: { verb: 'none', why: '', dryRun: false } as unknown as RequestRecord['effect'],
  decision: { then: 'allow', rule: '', reason: '' },
  state,
  targetUids: [],
});
type Word = UndoRecord['results'][number]['result'];
const undo = (...words: Word[]): UndoRecord => ({
  id: 'u',
  actId: 'a',
  at: 2,
  by: 'me',
  kind: 'undo',
  results: words.map((result) => ({ what: 'ConfigMap c', result, note: '' })),
});
const became = (state: RequestRecord['state'], undos: UndoRecord[]): string => {
  const story = { act: {}, requests: [request(state)], softenings: [], undos } as unknown as ActStory;
  return stripVTControlCharacters(outcomeOf(story));
};

test('an act is undone only where everything is back', () => {
  const table: [RequestRecord['state'], UndoRecord[], string][] = [
    ['answered', [], 'carried out'],
    ['answered', [undo('done')], 'undone'],
    ['answered', [undo('unchanged', 'skipped')], 'undone'],
    ['answered', [undo('conflict')], 'carried out'],
    ['answered', [undo('failed')], 'carried out'],
    ['answered', [undo('done', 'conflict')], 'partly undone'],
    ['answered', [undo('done', 'failed')], 'partly undone'],
    ['answered', [undo('done', 'failed'), undo('done', 'unchanged')], 'undone'],
    ['answered', [undo()], 'carried out'],
    ['refused', [undo()], 'refused'],
    ['not-sent', [], 'not sent'],
  ];
  for (const [state, undos, expected] of table) assert.equal(became(state, undos), expected);
});

test('how bad an act was is what the rules say of its worst request, also where the mode let it pass', () => {
  const of = (...decisions: Partial<RequestRecord['decision']>[]) =>
    stripVTControlCharacters(
      severityOf({
        requests: decisions.map((one) => {
          const calm = request('answered');
          return { ...calm, decision: { ...calm.decision, ...one } };
        }),
      }),
    );
  assert.equal(of({}), 'calm');
  assert.equal(of({}, { wouldBe: 'hold' }, {}), 'hold');
  assert.equal(of({ then: 'warn' }), 'warn');
  assert.equal(of({ then: 'hold' }, { then: 'deny' }), 'deny');
});

test('other programs get points in time as RFC 3339, people with their distance from UTC', () => {
  const value = { at: 1_764_511_385_000, act: [{ startedAt: 0, soFar: 3 }], note: undefined, count: 5 };
  assert.deepEqual(dated(value), {
    at: '2025-11-30T14:03:05.000Z',
    act: [{ startedAt: '1970-01-01T00:00:00.000Z', soFar: 3 }],
    count: 5,
  });
  assert.match(dateTime(value.at), /^2025-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d$/);
});
