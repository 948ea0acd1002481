import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainOf, render } from './markdown.ts';

const rendered = (text: string) => render('docs/jobs/x.md', text, (path) => `<${path}>`);

test('what is written as HTML is text, and a comment is nothing', () => {
  const { html } = rendered(
    '# T\n\n<script>alert(1)</script> a <b onclick="x">b</b>\n\n<!-- from the code -->\n',
  );
  assert.doesNotMatch(html, /<script|<b |from the code/);
  assert.match(html, /&lt;script&gt;/);
});

test('code is escaped, and can be moved by the keys', () => {
  const { html } = rendered('# T\n\n```sh\ntoolcrib run -- sh -c "a < b && c"\n```\n\n`<x>`\n');
  assert.match(
    html,
    /<pre tabindex="0" data-language="sh"><code>toolcrib run -- sh -c &quot;a &lt; b &amp;&amp; c&quot;/,
  );
  assert.match(html, /<code>&lt;x&gt;<\/code>/);
});

test('links lead where the site has what they mean; those to elsewhere and within stay', () => {
  const { html } = rendered(
    '# T\n[a](../guard.md#undo) [b](https://example.com/?a=1&b=2) [c](#t)\n![d](../p.svg)\n',
  );
  assert.match(html, /href="&lt;docs\/guard\.md&gt;#undo"/);
  assert.match(html, /href="https:\/\/example\.com\/\?a=1&amp;b=2"/);
  assert.match(html, /href="#t"/);
  assert.match(html, /<img src="&lt;docs\/p\.svg&gt;" alt="d">/);
});

test('headings have anchors, two of one name two of them; sections are the text below each', () => {
  const { headings, sections } = rendered(
    '# The `T`\none\n\n## Same\ntwo `a < b`\n\n## Same\n| a | b |\n|---|---|\n| c | d |\n',
  );
  assert.deepEqual(
    headings.map(({ anchor, level }) => `${level} ${anchor}`),
    ['1 the-t', '2 same', '2 same-1'],
  );
  assert.deepEqual(sections, [
    { anchor: '', heading: 'The T', text: 'one' },
    { anchor: 'same', heading: 'Same', text: 'two a < b' },
    { anchor: 'same-1', heading: 'Same', text: 'a b c d' },
  ]);
});

test('the text of HTML has its entities as characters, once', () => {
  assert.equal(plainOf('<b>a</b> &amp;lt; &lt;b&gt; &quot;c&quot; &#39;'), `a &lt; <b> "c" '`);
});
