import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestRecord, RequestState, UndoRecord } from '@toolcrib/model';
import { isUndoable, outcomeOf, progressOf, titleNow } from './became.ts';
import type { ActFacts, Outcome } from './story.ts';

// Which word stands at the end of an act, in which tone, and whether its undo is offered.

let ids = 0;
const one = (name: string, state: RequestState, more: Partial<RequestRecord> = {}): RequestRecord => ({
  id: `r${++ids}`,
  actId: 'a',
  at: 1,
  method: 'DELETE',
  path: `/api/v1/namespaces/e1/configmaps/${name}`,
  effect: {
    verb: 'delete',
    target: { group: '', version: 'v1', resource: 'configmaps', namespace: 'e1', name },
    options: {},
    dryRun: false,
  },
  decision: { then: 'allow', rule: '', reason: '' },
  state,
  targetUids: [],
  ...more,
});
const db = 'delete configmap e1/db';
const story = (requests: RequestRecord[], more: Partial<ActFacts> = {}) =>
  ({
    act: { title: db, lastAt: 1_000 },
    requests,
    softenings: [],
    undos: [],
    ...more,
  }) as unknown as ActFacts;
const undo = (kind: UndoRecord['kind'], result: UndoRecord['results'][number]['result']) =>
  [{ id: 'u', actId: 'a', at: 2, by: 'me', kind, results: [{ what: '', result, note: '' }] }] as UndoRecord[];

for (const [state, word, tone] of [
  ['answered', 'carried out', 'plain'],
  ['carried-out', 'carried out', 'plain'],
  ['unsettled', 'unsettled', 'bad'],
  ['kept', 'unsettled', 'bad'],
  ['failed', 'failed', 'bad'],
  ['held', 'held', 'mild'],
  ['without-net', 'without a net', 'bad'],
  ['softened', 'softened', 'plain'],
  ['not-carried-out', 'not carried out', 'plain'],
  ['not-sent', 'not sent', 'plain'],
  ['refused', 'refused', 'plain'],
] as const)
  test(`an act whose request is ${state} is “${word}”`, () => {
    assert.deepEqual(outcomeOf(story([one('db', state)])), { word, tone } satisfies Outcome);
  });

test('the worst of several comes first', () => {
  const states: RequestState[] = ['unsettled', 'failed', 'held', 'without-net', 'answered', 'softened'];
  const words = states.map((_, n) => outcomeOf(story(states.slice(n).map((state) => one('db', state)))).word);
  assert.deepEqual(words, ['unsettled', 'failed', 'held', 'without a net', 'carried out', 'softened']);
});

test('where a record is not known here, nobody says what became of it', () => {
  for (const more of [{ newer: true }, { damaged: true }] as unknown as Partial<ActFacts>[])
    assert.deepEqual(outcomeOf(story([one('db', 'answered')], more)), {
      word: 'not known here',
      tone: 'mild',
    });
});

test('refused in favour of another act: it is named', () => {
  const elsewhere = ['act-2', 'act-3'];
  const found = outcomeOf(story([one('db', 'refused')], { elsewhere } as Partial<ActFacts>));
  assert.deepEqual(found, { word: 'refused', tone: 'plain', more: 'see act-2, act-3' });
});

test('while it goes on it is under way, so far and no further; what is held counts for nothing yet', () => {
  const requests = [one('a', 'answered'), one('d', 'failed'), one('b', 'held'), one('c', 'kept')];
  const act = { title: db, expected: 60, lastAt: 1_000 } as ActFacts['act'];
  const some = story(requests, { act });
  assert.deepEqual(outcomeOf(some, 10_900), { word: 'under way', tone: 'mild', more: '2 of 60' });
  assert.equal(outcomeOf(some, 11_001).word, 'unsettled');
  assert.equal(progressOf(story(requests, { act: { ...act, expected: 2 } }), 1_000), '2 of 2');
  assert.equal(progressOf(story(requests, { act: { ...act, expected: 1 } }), 1_000), undefined);
});

test('an undo is offered for what may have been taken, and is not back yet', () => {
  for (const state of ['answered', 'softened', 'carried-out', 'failed', 'unsettled'] as const)
    assert.equal(isUndoable(story([one('db', 'refused'), one('db', state)])), true, state);
  for (const state of ['held', 'refused', 'not-sent', 'not-carried-out', 'kept'] as const)
    assert.equal(isUndoable(story([one('db', state)])), false, state);
  const taken = [one('db', 'answered')];
  assert.equal(isUndoable(story(taken, { undos: undo('finish', 'done') })), false);
  assert.equal(isUndoable(story(taken, { undos: undo('undo', 'done') })), false);
  assert.equal(isUndoable(story(taken, { undos: undo('undo', 'failed') })), true);
  assert.equal(isUndoable(story(taken, { newer: true } as unknown as Partial<ActFacts>)), false);
});

test('what did not go is held as long as somebody can say yes to it, and refused else', () => {
  const requests = [one('q', 'answered'), one('db', 'held')];
  const q = 'delete configmap e1/q';
  assert.equal(titleNow(story(requests)), `${q}; held: ${db}`);
  assert.equal(titleNow(story(requests, { answerable: false })), `${q}; refused: ${db}`);
  assert.equal(titleNow(story([one('q', 'answered'), one('db', 'refused')])), `${q}; refused: ${db}`);
  // Of an act of which no request was written down yet there is its own title.
  assert.equal(titleNow(story([])), db);
});
