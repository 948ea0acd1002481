import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anAct } from '@toolcrib/guard/journal/testing/records.ts';
import { actStorySchema, outcomeWords } from './story.ts';

const story = (more: object = {}) => ({
  act: anAct(),
  requests: [],
  softenings: [],
  undos: [],
  title: 'delete pod shop/a',
  became: { word: 'refused', tone: 'plain' },
  severity: 'calm',
  undoable: false,
  ...more,
});

test('every word for what became of an act can be told, and no other', () => {
  assert.equal(new Set(outcomeWords).size, outcomeWords.length);
  for (const word of outcomeWords)
    actStorySchema.parse(story({ became: { word, tone: 'mild', more: '2 of 3' } }));
  for (const became of [
    { word: 'eaten', tone: 'plain' },
    { word: 'refused', tone: 'loud' },
    { word: 'refused' },
  ])
    assert.equal(actStorySchema.safeParse(story({ became })).success, false);
});

test('an answer says who, how and when, and how much of a net was missing', () => {
  const answer = {
    code: 'BCDFG',
    requestId: 'r',
    createdAt: 1,
    state: 'approved',
    as: 'as-sent',
    by: 'aiko',
    at: 2,
  };
  const parsed = actStorySchema.parse(
    story({ answers: [{ ...answer, withoutNet: 'none', from: { pid: 7 } }] }),
  );
  assert.deepEqual(parsed.answers?.[0], { ...answer, withoutNet: 'none', from: { pid: 7 } });
  for (const wrong of [{ as: 'yes' }, { by: undefined }, { withoutNet: 'all' }])
    assert.equal(actStorySchema.safeParse(story({ answers: [{ ...answer, ...wrong }] })).success, false);
});

test('what is not known of an act is left out, and what is to be said of it never is', () => {
  const parsed = actStorySchema.parse(story());
  for (const field of ['answerable', 'elsewhere', 'answers', 'newer'])
    assert.equal(field in parsed, false, field);
  for (const field of ['title', 'became', 'severity', 'undoable'])
    assert.equal(actStorySchema.safeParse({ ...story(), [field]: undefined }).success, false, field);
});
