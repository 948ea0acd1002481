import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences, type Hunk } from './diff.ts';
import { isFree } from './free.ts';
import type { Word } from './words.ts';

/** Words as they are compared; `1.` heads an item of a list. */
const words = (text: string): Word[] =>
  text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => ({ word: word.replace('.', ''), bullet: word.endsWith('.') }));

/** Far from where a title may stand. */
const FAR = 'term '.repeat(90);

/** Whether each difference of two texts is free. */
function free(
  known: string,
  given: string,
  { before = FAR, name = 'x', end = Number.POSITIVE_INFINITY } = {},
) {
  const [one, other] = [words(before + known), words(before + given)];
  const plain = (list: Word[]) => list.map(({ word }) => word);
  const hunks = differences(plain(one), plain(other), 1000) ?? [];
  assert.ok(hunks.length > 0, `${known} is ${given}`);
  return hunks.every((hunk) => isFree(hunk, { words: one, name, end }, other));
}

test('how a list is numbered is free, and a number that heads nothing is not', () => {
  assert.equal(free('x 1. one', 'x a. one'), true);
  assert.equal(free('x 1. one', 'x one'), true);
  assert.equal(free('x 1 one', 'x 2 one'), false);
  assert.equal(free('x 1. one', 'x 2 one'), false, 'only one of them heads an item');
});

test('words that are written together or apart are the same', () => {
  assert.equal(free('x sub license y', 'x sublicense y'), true);
  assert.equal(free('x sub license y', 'x sublicence y'), false);
});

test('how to apply the terms may be cut, and nothing of it added', () => {
  assert.equal(free('a b c how to apply', 'a b c', { before: '', end: 3 }), true);
  assert.equal(free('a b c how to apply', 'a b c', { before: '', end: 4 }), false);
  assert.equal(free('a b c', 'a b c more', { before: '', end: 3 }), false);
});

test('a title may be another, of words that titles and its own name are made of', () => {
  const title = (given: string, name = 'mit license') => free('z y', `${given} z y`, { before: '', name });
  assert.equal(title('the mit license'), true);
  assert.equal(title('1. license'), true);
  assert.equal(title('zope license', 'zpl zope-license 2.1'), true);
  assert.equal(title('zop license', 'zpl zope-license 2.1'), false);
  assert.equal(title('license for customers'), false);
  assert.equal(free('mit license z', 'z', { before: '' }), true, 'without one');
  // A title's words are no title where terms stand before them.
  assert.equal(free('grant b', 'grant license b', { before: '' }), false);
  // Both tops together are less than 80 words.
  assert.equal(title('license '.repeat(79).trim()), true);
  assert.equal(title('license '.repeat(80).trim()), false);
});

test('what a template marks as optional is free beside the words it belongs to', () => {
  const both = (context: string, phrase: string) => {
    const [with_, without] = [context.replace('_', phrase), context.replace('_ ', '')];
    const answers = [free(with_, without), free(without, with_)];
    assert.equal(answers[0], answers[1], `${context} with ${phrase}: both ways`);
    return answers[0];
  };
  for (const phrase of ['the', 'a', 'an', 'including the next paragraph', 'end of terms and conditions'])
    assert.equal(both('x _ y', phrase), true, phrase);
  for (const context of ['and _ y', 'x _ and', 'distribute _ y'])
    assert.equal(both(context, 'or'), true, context);
  assert.equal(both('x _ y', 'or'), false);
  assert.equal(both('of _ contributors', 'its'), true);
  assert.equal(both('of _ y', 'its'), false);
  assert.equal(both('x _ contributors', 'its'), false);
  assert.equal(both('x _ disclaimer', 'the following'), true);
  assert.equal(both('disclaimer _ y', 'the following'), true);
  assert.equal(both('x _ y', 'the following'), false);
  assert.equal(both('portions _ y', 'of the software'), true);
  assert.equal(both('copies _ y', 'of the software'), true);
  assert.equal(both('x _ y', 'of the software'), false);
  assert.equal(both('x _ y', 'that'), false);
  assert.equal(free('x the y', 'x a y'), false, 'one for the other');
});

test('a holder’s name is free where a licence names its holder', () => {
  for (const [before, after] of [
    ['neither the name of', 'nor the names of'],
    ['neither the names of', 'nor the names of'],
    ['neither the name of', 'may be used'],
    ['nor the names of', 'may be used to endorse'],
    ['the name of', 'may not be used to endorse'],
    ['the names of', 'may not be used to endorse'],
    ['the name of', 'not be used in advertising'],
    ['the name of', 'or any'],
    ['this software is provided by', 'as is'],
    ['software is provided by', 'as is'],
    ['in no event shall', 'be liable'],
    ['in no event will', 'be liable'],
    ['either expressed or implied of', ''],
    ['as is and', 'disclaims all warranties'],
    ['as is and', 'disclaim all warranties'],
  ]) {
    const named = (name: string) => `${before} ${name} ${after}`;
    assert.equal(free(named('acme'), named('example inc')), true, named('…'));
    // What ends the text is a name to its end.
    if (after !== '') assert.equal(free(named('acme'), `${named('example')} more`), false, named('… more'));
    // Nobody takes a right away under the name of a holder.
    assert.equal(free(named('acme'), named('anybody except acme')), false, named('except'));
  }
  assert.equal(free('the word of acme or any', 'the word of example or any'), false, 'no such place');
});

test('a term in either name is none, and a name has at most sixteen words', () => {
  const named = (name: string) => `in no event shall ${name} be liable`;
  assert.equal(free(named('those without it'), named('acme')), false, 'in the known one');
  for (const term of ['commercial', 'no', 'only', 'unless', 'fee', 'than'])
    assert.equal(free(named('acme'), named(`acme ${term}`)), false, term);
  assert.equal(free(named('acme'), named('w '.repeat(16).trim())), true);
  assert.equal(free(named('acme'), named('w '.repeat(17).trim())), false);
  assert.equal(free(named('w '.repeat(17).trim()), named('acme')), false);
});

test('a change of part of a name is one of the name', () => {
  const named = (name: string) => `in no event shall ${name} be liable`;
  const hunk: Hunk = { at: 5, removed: 1, addedAt: 5, added: 1 };
  const [known, given] = [words(FAR + named('one two three')), words(FAR + named('one 2 three'))];
  const moved = { ...hunk, at: 90 + 5, addedAt: 90 + 5 };
  assert.equal(isFree(moved, { words: known, name: 'x', end: known.length }, given), true);
});
