import { createRequire } from 'node:module';
import { differences, type Hunk } from './licence/diff.ts';
import { isFree } from './licence/free.ts';
import { type Word, wordsOf } from './licence/words.ts';

const require = createRequire(import.meta.url);

/** SPDX's published texts, with which of them the Open Source Initiative approved. */
const SPDX = require('spdx-license-list') as Record<string, { name: string; osiApproved: boolean }>;

/** Dice's coefficient over words from which a text is compared in order. */
const LIKENESS_LOOKED = 0.85;
/** Words that may be other than SPDX's, free ones included; a text with more is another one. */
const MOST_EDITS = 120;
const COMPARED = 6;
const LONGEST = 256 * 1024;

export function isOsiApproved(id: string): boolean {
  return SPDX[id]?.osiApproved === true;
}

export function isSpdxId(id: string): boolean {
  return Object.hasOwn(SPDX, id);
}

export interface Recognised {
  /** null where it is none of SPDX's texts, or one of them with a difference that counts. */
  spdx: string | null;
  /** Dice's coefficient over words, 0–1, to the text that it is most like. */
  likeness: number;
  /** How it differs from the text that it is most like; absent where that is free, or where it is like none. */
  differs?: string;
}

type Known = {
  id: string;
  name: string;
  words: Word[];
  plain: string[];
  counts: Map<string, number>;
  /** The word at which its terms end, and how to apply them begins. */
  end: number;
};
/** Read when a text of about its length is looked at: taking all of them apart takes a second. */
type Listed = { id: string; text: string; known?: Known };
let texts: Listed[] | undefined;

/**
 * Which licence of SPDX's list a text is: the very words in their order, but for what SPDX's matching guidelines leave
 * free (docs: https://spdx.github.io/spdx-spec/v2.3/license-matching-guidelines-and-templates/). Where a text serves two
 * ids (GPL-2.0-only and -or-later share theirs) the narrower grant is taken.
 */
export function recogniseLicence(text: string): Recognised {
  const words = wordsOf(text.slice(0, LONGEST));
  const plain = words.map(({ word }) => word);
  const counts = countsOf(plain);
  texts ??= loadTexts();
  const alike = texts
    .filter(
      ({ text: published }) =>
        text.length > published.length / 3 && text.length < published.length * 3 + 2000,
    )
    .map(knownOf)
    .map((known) => ({ known, likeness: dice(known, counts, plain.length) }))
    .filter(({ likeness }) => likeness >= LIKENESS_LOOKED)
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, COMPARED);
  let differs: string | undefined;
  for (const { known, likeness } of alike) {
    const hunks = differences(known.plain, plain, MOST_EDITS);
    const strange = hunks?.filter((hunk) => !isFree(hunk, known, words));
    if (strange?.length === 0) return { spdx: known.id, likeness: rounded(likeness) };
    differs ??= `${known.id}, but ${strange === undefined ? 'with many other words' : inWords(strange, known.plain, plain)}`;
  }
  const likeness = rounded(alike[0]?.likeness ?? 0);
  return { spdx: null, likeness, ...(differs === undefined ? {} : { differs }) };
}

const rounded = (number: number) => Math.round(number * 1000) / 1000;

/** The first few differences, for a person to judge. */
function inWords(hunks: readonly Hunk[], known: readonly string[], given: readonly string[]): string {
  const quoted = (words: readonly string[], from: number, count: number) => {
    const all = words.slice(from, from + Math.min(count, 12)).join(' ');
    return `“${all.slice(0, 120)}${count > 12 ? ' …' : ''}”`;
  };
  const parts = hunks.slice(0, 3).map(({ at, removed, addedAt, added }) => {
    if (removed === 0) return `with ${quoted(given, addedAt, added)} added`;
    if (added === 0) return `without ${quoted(known, at, removed)}`;
    return `with ${quoted(given, addedAt, added)} for ${quoted(known, at, removed)}`;
  });
  return `${parts.join(', ')}${hunks.length > 3 ? ', and more' : ''}`;
}

function loadTexts(): Listed[] {
  // An id without -only or -or-later is the deprecated name of the same text.
  const ids = Object.keys(SPDX).filter((id) => !isSpdxId(`${id}-only`) && !/-or-later$|\+$/.test(id));
  // Those that the OSI did not approve are known too, or their nearest relative would be taken for them.
  ids.sort((a, b) => Number(isOsiApproved(b)) - Number(isOsiApproved(a)));
  const listed = ids.flatMap((id) => variants(textOf(id)).map((text) => ({ id, text })));
  // The notice that its appendix asks for; many keep it in a file of its own (COPYING) beside the whole text.
  const apache = textOf('Apache-2.0');
  listed.push({ id: 'Apache-2.0', text: apache.slice(apache.indexOf('Licensed under the Apache License')) });
  return listed;
}

function knownOf(listed: Listed): Known {
  const { id, text } = listed;
  if (listed.known !== undefined) return listed.known;
  const words = wordsOf(text);
  const plain = words.map(({ word }) => word);
  const end = endOfTerms(text);
  listed.known = {
    id,
    name: `${id} ${SPDX[id]?.name ?? ''}`.toLowerCase(),
    words,
    plain,
    counts: countsOf(plain),
    end: end === text.length ? plain.length : wordsOf(text.slice(0, end)).length,
  };
  return listed.known;
}

/** Many leave out what comes after the terms: how to apply them to a program of one's own. */
function variants(text: string): string[] {
  const end = endOfTerms(text);
  return end === text.length ? [text] : [text, text.slice(0, end)];
}

function endOfTerms(text: string): number {
  const end = text.search(/END OF TERMS AND CONDITIONS|\n\s{0,20}(?:APPENDIX|Exhibit A)\b/);
  return end === -1 ? text.length : end;
}

const textOf = (id: string): string =>
  (require(`spdx-license-list/licenses/${id}.json`) as { licenseText: string }).licenseText;

function countsOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function dice(known: Known, counts: ReadonlyMap<string, number>, total: number): number {
  const sum = known.plain.length + total;
  // Two texts of very different length can't be alike enough; most are ruled out here.
  if (sum === 0 || Math.min(known.plain.length, total) * 2 < LIKENESS_LOOKED * sum) return 0;
  let shared = 0;
  for (const [word, count] of known.counts) shared += Math.min(count, counts.get(word) ?? 0);
  return (2 * shared) / sum;
}
