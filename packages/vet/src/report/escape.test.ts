import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { escapeUnsafe, hasUnsafe, html, markdown, markdownCode, visible } from './escape.ts';
import { UNSAFE } from './testing/packs.ts';

test('what is made visible holds nothing that a terminal acts on, and hides nothing', () => {
  // Not fc.string({ unit: 'binary' }): its table of all characters alone takes a second.
  const code = (min: number, max: number) => fc.integer({ min, max });
  const codes = fc.oneof(
    code(0, 0xff),
    code(0x2000, 0x206f),
    code(0, 0xd7ff),
    code(0xe000, 0xffff),
    code(0x10000, 0x10ffff),
  );
  const texts = fc.array(codes).map((all) => String.fromCodePoint(...all));
  fc.assert(fc.property(texts, (text) => assert.doesNotMatch(visible(text), UNSAFE)));
  assert.equal(visible('a\u001b[2Jb'), 'a\\u{1b}[2Jb');
  assert.equal(visible('Grüße 日本 👋'), 'Grüße 日本 👋');
});

test('every kind of what acts or hides is written out, and breaks of lines are blanks', () => {
  assert.equal(visible('a\nb\tc'), 'a b c');
  for (const code of [
    0, 0x1f, 0x7f, 0x9f, 0xad, 0x61c, 0x180e, 0x200b, 0x200f, 0x2028, 0x202e, 0x2060, 0x206f, 0xfeff, 0xfff9,
    0xfffb, 0xe0041, 0xd800, 0xdc00,
  ])
    assert.equal(visible(`a${String.fromCodePoint(code)}b`), `a\\u{${code.toString(16)}}b`);
  for (const code of [0x20, 0x7e, 0xa0, 0x200a, 0x2010, 0x205f, 0xfffc, 0x1f44b])
    assert.equal(visible(String.fromCodePoint(code)), String.fromCodePoint(code));
});

test('whether a text holds such a thing', () => {
  assert.deepEqual(['a\n\tb', '', 'a\u001b', '\u202e'].map(hasUnsafe), [false, false, true, true]);
});

test('a document keeps its lines, and has the rest as escapes of its own', () => {
  assert.equal(escapeUnsafe('{\n\t"a\u009b"}', 'json'), '{\n\t"a\\u009b"}');
  assert.equal(escapeUnsafe('\u{e0041}', 'json'), '\\udb40\\udc41');
  assert.equal(escapeUnsafe('\u{e0041}', 'yaml'), '\\U000e0041');
  assert.equal(escapeUnsafe('\u200b', 'yaml'), '\\u200b');
});

test('HTML: the five signs are written as what they are', () => {
  assert.equal(
    html(`<a href="x">'&'</a>\u001b`),
    '&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;\\u{1b}',
  );
});

test('Markdown: nothing of it is markup, a mention, a reference or a link', () => {
  assert.equal(markdown('\\`*_{}[]()+!|~$'), '\\\\\\`\\*\\_\\{\\}\\[\\]\\(\\)\\+\\!\\|\\~\\$');
  assert.equal(markdown('<b> @me #1'), '&lt;b&gt; @\u200bme \\#\u200b1');
  assert.equal(markdown('HTTPS://x www.y http.z whttp:'), 'HTTPS\u200b://x www\u200b.y http\u200b.z whttp:');
});

test('Markdown: a code span ends where it should', () => {
  assert.equal(markdownCode('a|b'), '`a\\|b`');
  assert.equal(markdownCode('a``b`'), '``` a``b` ```');
  assert.equal(markdownCode('a`b'), '`` a`b ``');
});
