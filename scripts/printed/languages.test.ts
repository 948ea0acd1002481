// The Japanese README says what the English one says: as far as a machine can tell.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { blocksOf, namedIn, printedIn } from './read.ts';

const root = join(import.meta.dirname, '../..');
const [english = '', japanese = ''] = ['README.md', 'README.ja.md'].map((page) =>
  readFileSync(join(root, page), 'utf8'),
);
const both = (of: (text: string) => unknown) => assert.deepEqual(of(japanese), of(english));

test('the same commands in the same order, each with something said of it or with nothing', () => {
  both((text) =>
    printedIn('', text).map(({ line: _, comment, ...one }) => ({ ...one, said: comment !== '' })),
  );
});

test('the same commands in its text', () => both(namedIn));

test('the same blocks, but for what is said behind commands', () => {
  both((text) =>
    blocksOf(text).map(({ language, lines }) => [language, language === 'sh' ? lines.length : lines]),
  );
});

test('the same headings, of the same levels', () => {
  both((text) => [...text.matchAll(/^(#+) /gm)].map(([, level]) => level));
  assert.ok((english.match(/^#+ /gm) ?? []).length > 5);
});

test('the same links, but for the one to the other language', () => {
  const links = (text: string) =>
    [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, to]) => to).filter((to) => !/^README/.test(to ?? ''));
  both(links);
  assert.match(english, /\[日本語\]\(README\.ja\.md\)/);
  assert.match(japanese, /\[English\]\(README\.md\)/);
});

test('a Japanese paragraph is one line: a line’s end within it would be shown as a space', () => {
  const text = '[\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Han}、。]';
  assert.doesNotMatch(japanese, new RegExp(`${text}\\n\\s*${text}`, 'u'));
});

test('the same rows of tables', () => {
  both((text) => text.split('\n').filter((line) => line.startsWith('|')).length);
});

test('each section of the one is as long as a translation is, and not a remnant', () => {
  const sections = (text: string) =>
    text.split(/^#+ /m).map((section) => section.replaceAll(/\s/g, '').length);
  for (const [index, length] of sections(english).entries()) {
    if (index === 0) continue;
    const other = sections(japanese)[index] ?? 0;
    assert.ok(
      other > length * 0.35 && other < length * 1.5,
      `section ${index}: ${length} and ${other} characters`,
    );
  }
});
