import type { Hunk } from './diff.ts';
import type { Word } from './words.ts';

/** The places where a licence names its holder, each between the words before and after it; '' is the end. */
const HOLDERS: readonly [before: string, after: string][] = [
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
];
const LONGEST_HOLDER = 16;
/** Words of both titles together. */
const TITLE_LIMIT = 80;

/** Words that SPDX's templates mark as optional, as they are compared. */
const OPTIONAL = [
  'including the next paragraph',
  'or',
  'end of terms and conditions',
  'the following',
  'the',
  'a',
  'an',
  'its',
  'of the software',
];

/** What may stand before the text as its name, beside the words of the name SPDX gives it. */
const OF_TITLES = new Set(
  'the a an license licenses version v new simplified modified revised original open source software free public clause see file text this is of mit bsd isc apache gnu mozilla zlib expat x11 style 2 3 4 0 1 january 2004 http www org opensource apache licenses mit-license php html txt lgpl gpl full name template readme md licensed under project terms below following reproduced distributed released with mitlicense copyright'.split(
    ' ',
  ),
);

/** Words by which a right is taken or a condition made: none of them is a holder's name. */
const TERMS = new Set(
  'commercial noncommercial condition conditions except exception excluding excludes fee fees however must no non not notwithstanding only pay paid prohibited prohibits provided restricted restriction restrictions sell subject unless without if may shall any all others other than'.split(
    ' ',
  ),
);

/**
 * Whether a difference is one that SPDX's matching guidelines leave free: a title, a holder's name, how lists are
 * numbered, what a template marks as optional.
 *
 * @param known the published text, its name, and the word at which its terms end @param given the one that is looked at
 */
export function isFree(
  hunk: Hunk,
  { words: known, name, end }: { words: readonly Word[]; name: string; end: number },
  given: readonly Word[],
): boolean {
  const removed = known.slice(hunk.at, hunk.at + hunk.removed);
  const added = given.slice(hunk.addedAt, hunk.addedAt + hunk.added);
  const both = [...removed, ...added];
  if (both.every(({ bullet }) => bullet)) return true;
  if (joined(removed, '') === joined(added, '')) return true;
  // How to apply the terms to a program of one's own is shortened and filled in.
  if (hunk.at >= end && added.length === 0) return true;
  const top = [...known.slice(0, hunk.at + hunk.removed), ...given.slice(0, hunk.addedAt + hunk.added)];
  if (top.length < TITLE_LIMIT && top.every(({ word, bullet }) => bullet || isOfTitle(word, name)))
    return true;
  const one = removed.length === 0 ? joined(added, ' ') : added.length === 0 ? joined(removed, ' ') : '';
  if (OPTIONAL.includes(one)) return isOptionalHere(one, hunk, known);
  return isHolder(hunk, known, given);
}

const joined = (words: readonly Word[], by: string) => words.map(({ word }) => word).join(by);

function isOfTitle(word: string, name: string): boolean {
  return OF_TITLES.has(word) || name.split(/[^a-z0-9]+/).includes(word);
}

/** The shortest ones are free only beside the words they belong to. */
function isOptionalHere(phrase: string, { at, removed }: Hunk, known: readonly Word[]): boolean {
  const before = known[at - 1]?.word;
  const after = known[at + removed]?.word;
  if (phrase === 'or') return before === 'and' || after === 'and' || before === 'distribute';
  if (phrase === 'its') return after === 'contributors' && before === 'of';
  if (phrase === 'the following') return after === 'disclaimer' || before === 'disclaimer';
  if (phrase === 'of the software') return before === 'portions' || before === 'copies';
  return true;
}

/** Both sides lie between the same words before and after, and neither holds a word that makes a term. */
function isHolder(hunk: Hunk, known: readonly Word[], given: readonly Word[]): boolean {
  return HOLDERS.some(([before, after]) => {
    const there = slot(known, hunk.at, hunk.at + hunk.removed, before, after);
    const here = slot(given, hunk.addedAt, hunk.addedAt + hunk.added, before, after);
    return there && here;
  });
}

function slot(words: readonly Word[], from: number, to: number, before: string, after: string): boolean {
  const first = before.split(' ');
  const last = after === '' ? [] : after.split(' ');
  for (let start = from; start >= Math.max(0, from - LONGEST_HOLDER); start--) {
    if (joined(words.slice(Math.max(0, start - first.length), start), ' ') !== before) continue;
    for (let end = to; end <= Math.min(words.length, to + LONGEST_HOLDER); end++) {
      if (end - start > LONGEST_HOLDER) break;
      if (after === '' ? end !== words.length : joined(words.slice(end, end + last.length), ' ') !== after)
        continue;
      return !words.slice(start, end).some(({ word }) => TERMS.has(word));
    }
  }
  return false;
}
