import assert from 'node:assert/strict';
import { test } from 'node:test';
import { licenceText } from '../testing/repository.ts';
import { isOsiApproved, isSpdxId, recogniseLicence } from './licence.ts';

test('an id is of SPDX’s list, and approved or not', () => {
  const table: [id: string, listed: boolean, approved: boolean][] = [
    ['MIT', true, true],
    ['Pixar', true, false],
    ['none of it', false, false],
    ['toString', false, false],
  ];
  for (const [id, listed, approved] of table)
    assert.deepEqual([isSpdxId(id), isOsiApproved(id)], [listed, approved], id);
});

test('likeness is that to the text that it is most like', async () => {
  const isc = await licenceText('ISC');
  assert.deepEqual(recogniseLicence(isc), { spdx: 'ISC', likeness: 1 });
  for (const none of ['', 'All rights reserved.', 'x '.repeat(150)])
    assert.deepEqual(recogniseLicence(none), { spdx: null, likeness: 0 }, none);
  const { spdx, likeness } = recogniseLicence(`${isc}\nNot for use in production.\n`);
  assert.equal(spdx, null);
  assert.ok(likeness > 0.95 && likeness < 1 && likeness === Number(likeness.toFixed(3)), `${likeness}`);
});

test('the first three differences are told, and that there are more', async () => {
  const mit = await licenceText('MIT');
  const without = (...words: string[]) =>
    recogniseLicence(words.reduce((text, word) => text.replace(word, ''), mit)).differs;
  assert.equal(without('publish,'), 'MIT, but without “publish”');
  assert.equal(
    without('hereby', 'publish,', 'substantial'),
    'MIT, but without “hereby”, without “publish”, without “substantial”',
  );
  assert.equal(
    without('hereby', 'modify,', 'publish,', 'substantial'),
    'MIT, but without “hereby”, without “modify”, without “publish”, and more',
  );
  const long = mit.replace(
    'free of charge',
    `free of charge ${Array.from({ length: 13 }, (_, at) => `w${at}`).join(' ')}`,
  );
  assert.equal(
    recogniseLicence(long).differs,
    'MIT, but with “w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 …” added',
  );
});
