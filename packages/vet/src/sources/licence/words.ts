/** One word of a licence text, as it is compared. */
export interface Word {
  word: string;
  /** A number or letter that heads a list item: how a list is numbered says nothing. */
  bullet: boolean;
}

/** A line of who holds it; not one of a licence that begins with "copyright notice", or its clause (c). */
const COPYRIGHT =
  /^[^\w\n©]{0,20}(?:copyright\b(?!\s+(?:notices?|licen[cs]es?|owners?|holders?|law|statement|and|or|in|to|interest|treaty|ownership)\b)|\(c\)\s*\d|©)/;
/** SPDX's equivalent words (matching guidelines, B.10), as far as licences in use differ by them. */
const SAME: Record<string, string> = {
  licence: 'license',
  licences: 'licenses',
  sublicence: 'sublicense',
  acknowledgement: 'acknowledgment',
  merchantibility: 'merchantability',
  owner: 'holder',
  owners: 'holder',
  holders: 'holder',
  https: 'http',
};

/**
 * A text by SPDX's matching guidelines: letter case, white space, punctuation, quotes, hyphens, copyright notices and
 * placeholders don't count, and neither does how its lines are wrapped.
 */
export function wordsOf(text: string): Word[] {
  const lines = withoutNotices(text.toLowerCase().split(/\r\n?|[\n\u2028\u2029]/));
  const plain = lines
    .join('\n')
    .replace(/<[^<>\n]{0,80}>|\[[^[\]\n]{0,80}\]|\{[^{}\n]{0,40}\}/g, ' ')
    .replace(/[\u2018\u2019\u201b']s\b/g, 's')
    .replace(/([a-z])[-\u2010-\u2015][ \t]{0,20}\n?[ \t]{0,20}(?=[a-z])/g, '$1')
    .replace(/&(amp;)?/g, ' and ')
    .replace(/\ball rights reserved\b/g, ' ');
  const words: Word[] = [];
  for (const match of plain.matchAll(/[a-z0-9]+/g)) {
    const [word] = match;
    words.push({ word: SAME[word] ?? word, bullet: isBullet(plain, match.index, word) });
  }
  return words;
}

/** `1.`, `a)`, `(iv)`: short, and with the sign of a list after it. */
function isBullet(text: string, at: number, word: string): boolean {
  if (word.length > 4 || !/^(\d{1,2}|[a-z]|[ivx]{1,4})$/.test(word)) return false;
  const after = text[at + word.length];
  if (after === ')') return true;
  return after === '.' && (/\d/.test(word) || /\n[^\n\w]{0,20}$/.test(text.slice(Math.max(0, at - 21), at)));
}

/** Takes copyright notices out, with the lines that carry on with more names, up to the next empty one. */
function withoutNotices(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let within = false;
  for (const line of lines) {
    if (isNotice(line)) within = true;
    else if (!within || !isMoreNames(line)) {
      within = within && line.trim() === '' && kept.length === 0;
      kept.push(line);
    }
  }
  return kept;
}

/** `TypeScript port Copyright Name <address>` and `@author 2019 Name` too; not a line of a licence on copyright. */
function isNotice(line: string): boolean {
  if (COPYRIGHT.test(line)) return true;
  return /\b(copyright|authors?)\b/.test(line) && /\d{4}|@\w|<|©|\(c\)/.test(line) && isMoreNames(line);
}

/** Names and addresses have none of the words of which licences are made. */
function isMoreNames(line: string): boolean {
  const words = line.replace(/all rights reserved/g, ' ').match(/[a-z]+/g) ?? [];
  return words.length > 0 && words.length <= 14 && !words.some((word) => OF_LICENCES.has(word));
}

const OF_LICENCES = new Set(
  'permission permissions redistribution redistributions license licensed licenses licence software use used copy copies modify source binary documentation this that these terms term condition conditions is are be may must shall not no only any all granted grant rights right subject file files except unless without warranty except excluding however portions under'.split(
    ' ',
  ),
);
