import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectorError } from './selector-errors.ts';

test('what the API server can read has no error', () => {
  for (const text of [
    '',
    'a',
    '!a',
    'a=b',
    'a==b',
    'a!=b',
    'a=',
    'a in (b,c)',
    'a notin (b)',
    'a>1',
    'a<1',
    'a gt 1',
    'a lt 1',
    'a=b,!c,example.com/d',
    ' a = b , c ',
  ]) {
    assert.equal(selectorError(text), undefined, text);
  }
});

test('what it can’t read is told in its words', () => {
  const cases: [string, string][] = [
    ['=b', "found '=', expected: !, identifier, or 'end of string'"],
    ['!', "found '', expected: !, identifier, or 'end of string'"],
    ['!!a', "found '!', expected: !, identifier, or 'end of string'"],
    [',a', "found ',', expected: !, identifier, or 'end of string'"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['a in (b) c', "found 'c', expected: ',' or 'end of string'"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a notin b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in (b', "unable to parse requirement: found '', expected: ',', or ')'"],
    ['a like b', "unable to parse requirement: found 'like', expected: in, notin, =, ==, !=, gt, lt"],
    ['a=b,=c', "found '=', expected: !, identifier, or 'end of string'"],
  ];
  for (const [text, said] of cases) assert.equal(selectorError(text), said, text);
});

test('a key that is no qualified name is told with the rule', () => {
  for (const key of ['-a', 'a/b/c', 'A/b', 'a-']) {
    const said = selectorError(`${key}=x`) ?? '';
    assert.ok(
      said.startsWith(`unable to parse requirement: <nil>: Invalid value: "${key}": name part must`),
      key,
    );
  }
});
