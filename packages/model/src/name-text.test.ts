import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameText } from './name-text.ts';

test('a name is in quotes where a reader would not see it, or not where it ends', () => {
  const names = ['prod', 'arn:aws:eks:eu-1:7:cluster/a', "it's", '', '  ', 'a b', 'a\n', 'say "x"'];
  assert.deepEqual(names.map(nameText), [
    ...['prod', 'arn:aws:eks:eu-1:7:cluster/a', "it's"],
    ...['""', '"  "', '"a b"', '"a\\n"', '"say \\"x\\""'],
  ]);
});
