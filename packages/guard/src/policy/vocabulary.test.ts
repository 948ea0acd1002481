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

test('the sample is one Pod of the namespace default, deleted by itself', () => {
  const { radius, effect, act, caller, context } = sampleFacts;
  assert.deepEqual([radius.objects, radius.state, radius.volumesLost], [1, 'complete', 0]);
  assert.deepEqual(
    [effect.verb, effect.resource, effect.namespace, effect.name],
    ['delete', 'pods', 'default', 'web-0'],
  );
  // What the request does not say.
  assert.deepEqual([effect.gracePeriodSeconds, effect.replicas], [-1, -1]);
  assert.deepEqual(act, { soFar: 1, expected: 1, all: false });
  assert.deepEqual([caller.person, caller.agent, context], ['aiko', false, 'prod']);
});
