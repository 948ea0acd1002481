import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { html } from './escape.ts';
import { htmlReport } from './html.ts';
import { packs, UNSAFE } from './testing/packs.ts';

test('HTML: no text of strangers becomes markup', () => {
  fc.assert(
    fc.property(fc.string(), (text) => assert.doesNotMatch(html(text), /[<>"']|&(?!(amp|lt|gt|quot|#39);)/)),
  );
  const page = htmlReport(packs);
  assert.doesNotMatch(page, /<script/i);
  assert.doesNotMatch(page, UNSAFE);
  assert.match(page, /&lt;script&gt;/);
  assert.match(page, /default-src 'none'/);
  // Self-contained: nothing is fetched, nothing can be clicked to a stranger's place.
  assert.doesNotMatch(page, /<(img|link|iframe|object|embed|a|base|form)\b|url\(|@import|\son\w+=/i);
  const opened = [...page.matchAll(/<(section|table|tbody|tr|td|details|svg|figure|div|p|ul|li|pre|code)\b/g)]
    .length;
  const closed = [
    ...page.matchAll(/<\/(section|table|tbody|tr|td|details|svg|figure|div|p|ul|li|pre|code)>/g),
  ].length;
  assert.equal(opened, closed);
});

test('HTML: a plot of the intervals, one of the people, a side-by-side, and every verdict as a word', () => {
  const page = htmlReport(packs);
  assert.ok([...page.matchAll(/<svg /g)].length >= 3);
  assert.match(page, /class="compare"/);
  for (const word of ['✓ pass', '✗ fail', '? unknown']) assert.ok(page.includes(word), word);
});
