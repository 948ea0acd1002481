import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { markdown, markdownCode } from './escape.ts';
import { markdownReport } from './markdown.ts';
import { packs } from './testing/packs.ts';

test('Markdown: cells stay cells, and no mention, link or HTML of a stranger lives', () => {
  fc.assert(
    fc.property(fc.string(), (text) =>
      assert.doesNotMatch(markdown(text), /(?<!\\)[`*_[\]|]|[<>]|@(?!\u200b)|\n/),
    ),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      const code = markdownCode(text);
      const fence = /^`+/.exec(code)?.[0] ?? '';
      assert.ok(!code.slice(fence.length, -fence.length).includes(fence));
    }),
  );
  const report = markdownReport(packs);
  assert.doesNotMatch(report, /<script/i);
  const table = report
    .slice(report.lastIndexOf('| verdict | criterion'), report.lastIndexOf('<details>'))
    .trim()
    .split('\n');
  for (const row of table) assert.equal([...row.matchAll(/(?<!\\)\|/g)].length, 4, row);
});
