import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleVocabulary, ruleWords, sampleFacts } from './vocabulary.ts';

test('a rule may use every word that is told, and no other', () => {
  assert.deepEqual(Object.keys(ruleVocabulary), ['radius', 'effect', 'act', 'caller', 'context']);
  assert.equal(ruleVocabulary.context, null);
  for (const group of ['radius', 'effect', 'act', 'caller'] as const) {
    const told = Object.keys(ruleWords[group]);
    assert.deepEqual([...ruleVocabulary[group]].sort(), told.sort(), group);
    for (const name of told) assert.ok(name in sampleFacts[group], `${group}.${name} has a sample`);
  }
});
