import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextNameOf, labelOf } from './label.ts';

test('a label is the name, or the name and a mark; the name comes back out of either', () => {
  for (const name of ['prod', 'kubernetes-admin@kubernetes', 'arn:aws:eks:eu-west-1:1:cluster/prod', 'a~b']) {
    assert.equal(labelOf(name), name);
    assert.equal(contextNameOf(labelOf(name)), name);
    assert.equal(contextNameOf(labelOf(name, '0a1b2c3d')), name);
  }
});
