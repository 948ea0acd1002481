import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordsOf } from './words.ts';

const words = (text: string) =>
  wordsOf(text)
    .map(({ word }) => word)
    .join(' ');
const bullets = (text: string) => wordsOf(text).flatMap(({ word, bullet }) => (bullet ? [word] : []));

test('case, signs, quotes, line ends and what stands for another say nothing', () => {
  for (const text of [
    'The Software, is: "free"',
    'the\r\nsoftware\u2028is “free”',
    'THE SOFTWARE -- is ‘free’.',
  ])
    assert.equal(words(text), 'the software is free');
  assert.equal(words('non-\ninfringement non-infringement'), 'noninfringement noninfringement');
  assert.equal(words("the author's"), 'the authors');
  assert.equal(words('a & b &amp; c'), 'a and b and c');
  assert.equal(
    words('Licence owners holders HTTPS sublicence acknowledgement merchantibility'),
    'license holder holder http sublicense acknowledgment merchantability',
  );
  assert.equal(words('all rights reserved free'), 'free');
  assert.equal(words('by <name> of [yyyy] and {who} x'), 'by of and x');
  assert.equal(words(`by <${'x'.repeat(81)}>`), `by ${'x'.repeat(81)}`);
});

test('a notice of copyright is none of the terms, with the names that carry on', () => {
  assert.equal(
    words('Copyright (c) 2011 A\n  and B <b@x>\n\nPermission is granted'),
    'permission is granted',
  );
  for (const notice of [
    '(c) 2020 A',
    '© A',
    'Port Copyright 2020 C <c@x>',
    '@author 2019 Name',
    '  * Copyright A',
  ])
    assert.equal(words(`${notice}\nPermission is granted`), 'permission is granted', notice);
  for (const term of [
    'copyright notice and this',
    'copyright holders be liable',
    '(c) you must',
    'the copyright laws of a license',
  ])
    assert.equal(words(term).split(' ').length > 1, true, term);
  assert.equal(words('Copyright 2020 A\nSmith\nPermission is granted'), 'permission is granted');
  // At the very top an empty line may stand before the names, and no second one.
  assert.equal(words('Copyright 2020 A\n\nmore names\nPermission is granted'), 'permission is granted');
  assert.equal(
    words('Copyright 2020 A\n\nmore names\n\nother names\nPermission is granted'),
    'other names permission is granted',
  );
  assert.equal(words('a term\nCopyright 2020 A\n\nmore names'), 'a term more names');
  assert.equal(words('a term\nCopyright 2020 A\nmore names\nthe license'), 'a term the license');
});

test('what heads an item of a list is known for that', () => {
  assert.deepEqual(bullets('1. one\n2) two\n(a) three\n(iv) four\nb. five'), ['1', '2', 'a', 'iv', 'b']);
  assert.deepEqual(bullets('version 12, abc) word) the a. b'), []);
  assert.deepEqual(bullets('123) 12345)'), []);
  assert.deepEqual(wordsOf('words 1)'), [
    { word: 'words', bullet: false },
    { word: '1', bullet: true },
  ]);
});
