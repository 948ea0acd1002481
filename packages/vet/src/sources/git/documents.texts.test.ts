import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declaredLicence, endOfLife, hasContact, isPolicy, timeframes } from './documents.ts';

test('a time frame is in days, whatever its unit and however its number is written', () => {
  const table: [string, number][] = [
    ['12 hours', 0.5],
    ['1 hour', 0.04],
    ['9999 days', 9999],
    ['two weeks', 14],
    ['3 months', 90],
    ['Zero days', 0],
    ['TEN business days', 10],
    ['fourteen calendar days', 14],
    ['Thirty (30) days', 30],
    ['sixty working days', 60],
    ['ninety-day', 90],
  ];
  for (const [frame, days] of table)
    assert.deepEqual(
      timeframes(`We answer within ${frame}.`).map((one) => one.days),
      [days],
      frame,
    );
});

test('the words around a time frame come with it, and no more than these', () => {
  const before = 'b'.repeat(100);
  const after = 'a'.repeat(100);
  assert.deepEqual(timeframes(`${before} We answer in\n 5  days ${after}`), [
    { text: `${'b'.repeat(46)} We answer in 5 days ${'a'.repeat(39)}`, days: 5 },
  ]);
  assert.deepEqual(timeframes('3 days until we answer'), [{ text: '3 days until we answer', days: 3 }]);
  assert.deepEqual(timeframes('Fix: 9 days'), [{ text: 'Fix: 9 days', days: 9 }]);
});

test('only the sentence of a time frame says what it is of', () => {
  const days = (text: string) => timeframes(text).map((one) => one.days);
  assert.deepEqual(days('We answer. It takes 5 days. We fix.'), []);
  assert.deepEqual(days('It! We answer in 5 days? No.'), [5]);
  // Words that stand too far away are of something else.
  assert.deepEqual(days(`answer ${'x'.repeat(395)} 5 days`), []);
  assert.deepEqual(days(`answer ${'x'.repeat(380)} 5 days`), [5]);
  assert.deepEqual(days(`5 days ${'x'.repeat(380)} answer`), [5]);
  assert.deepEqual(days(`5 days ${'x'.repeat(400)} answer`), []);
  assert.equal(days('We answer in 5 days. '.repeat(20)).length, 10, 'ten are enough');
});

test('a contact may be all that there is', () => {
  for (const text of [
    'a@b.example',
    'HackerOne',
    'see https://x.example/security',
    'x/security/advisories/new',
  ])
    assert.equal(hasContact(text), true, text);
  for (const text of ['', 'a@b', 'https://x.example/', 'security'])
    assert.equal(hasContact(text), false, text);
  assert.equal(hasContact(`${'x'.repeat(200_000)} a@b.example`), false);
  assert.equal(isPolicy('docs/security.md', `${'x'.repeat(200_000)}\n# Security policy`), false);
});

test('a README says in its first lines that the project has ended', () => {
  assert.equal(
    endOfLife('# Tool\n\n  This project is no longer maintained.  \n'),
    'This project is no longer maintained.',
  );
  assert.equal(endOfLife('**DEPRECATED**: use x'), '**DEPRECATED**: use x');
  for (const none of ['', '# Tool\nIt archives files.', 'The issue is archived', 'not archived'])
    assert.equal(endOfLife(none), null, none);
  const end = 'This tool is deprecated';
  assert.equal(endOfLife(`${'\n'.repeat(59)}${end}`), end);
  assert.equal(endOfLife(`${'\n'.repeat(60)}${end}`), null, 'too far below');
  assert.equal(endOfLife(`${end} ${'x'.repeat(300)}`)?.length, 200);
  assert.equal(endOfLife(`${'x '.repeat(200)}${end}`), null, 'too far to the right');
});

test('a manifest declares a licence', () => {
  const long = 'x'.repeat(300);
  const table: [path: string, text: string, licence: string | undefined][] = [
    ['package.json', '{"license":"MIT"}', 'MIT'],
    ['package.json', `{"license":"${long}"}`, 'x'.repeat(200)],
    ['package.json', '{"license":{"type":"MIT"}}', undefined],
    ['package.json', '{}', undefined],
    ['package.json', '{', undefined],
    ['package.json', 'license = "MIT"', undefined],
    ['Cargo.toml', '[package]\nlicense = "MIT OR Apache-2.0"\n', 'MIT OR Apache-2.0'],
    ['pyproject.toml', "  license = { text = 'ISC' }", 'ISC'],
    ['Cargo.toml', `license = "${long}"`, undefined],
    ['Cargo.toml', '# license: MIT\n{"license":"MIT"}', undefined],
  ];
  for (const [path, text, licence] of table)
    assert.equal(declaredLicence(path, text), licence, `${path} ${text}`);
});
