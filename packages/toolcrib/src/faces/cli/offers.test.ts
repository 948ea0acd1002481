import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationNames } from '../../operations/operation.ts';
import { commandOf, noOperation } from './offers.ts';

test('what is no operation says why in words of its own, and is none', () => {
  const asked = new Set(operationNames.map((name) => commandOf[name].split(' ')[0]));
  for (const [command, why] of Object.entries(noOperation)) {
    assert.ok(!asked.has(command), command);
    assert.ok(why.length > 20, command);
  }
});
