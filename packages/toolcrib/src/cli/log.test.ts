import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { RequestRecord, UndoRecord } from '../model/index.ts';
import { type ActStory, outcomeOf } from './log.ts';

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
