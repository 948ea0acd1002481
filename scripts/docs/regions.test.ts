import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table, written } from './regions.ts';

const page = (inside: string) =>
  `# Page\n<!-- from the code: words (npm run check -- --fix) -->\n${inside}<!-- end: words -->\nafter\n`;

test('what stands between the marks is what the code says, and nothing else changes', () => {
  const expected = page('new\n');
  for (const old of ['', 'old\n', '\n\nold <b> $& $1\n'])
    assert.equal(written(page(old), { words: 'new\n' }), expected);
  assert.equal(written(page('old\n'), { words: '$& $1' }), page('$& $1\n'));
});

test('marks that are missing, doubled or of nobody are told', () => {
  const wrong: [string, RegExp][] = [
    ['# Page\n', /words must begin once/],
    [`${page('')}${page('')}`, /words must begin once/],
    [page('').replace('<!-- end: words -->', ''), /words must end once/],
    [page('<!-- end: words -->\n'), /words must end once/],
    [page('').concat('<!-- from the code: other (…) -->\n'), /nobody writes the region other/],
  ];
  for (const [text, why] of wrong) assert.throws(() => written(text, { words: 'new' }), why);
});

test('a bar or a line break within a cell breaks no table', () => {
  assert.equal(table(['a', 'b'], [['1|2', 'x\ny']]), '| a | b |\n|---|---|\n| 1\\|2 | x y |');
});
