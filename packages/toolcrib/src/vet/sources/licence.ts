import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** SPDX's published texts, with which of them the Open Source Initiative approved. */
const SPDX = require('spdx-license-list') as Record<string, { name: string; osiApproved: boolean }>;

/** Dice's coefficient from which a text is taken for a licence; changed names and years stay well above it. */
export const LIKENESS_NEEDED = 0.93;
const LONGEST = 256 * 1024;

export function isOsiApproved(id: string): boolean {
  return SPDX[id]?.osiApproved === true;
}

export function isSpdxId(id: string): boolean {
  return Object.hasOwn(SPDX, id);
}

type Words = { counts: Map<string, number>; total: number };
let texts: { id: string; words: Words }[] | undefined;

/**
 * Which licence of SPDX's list a text is. `spdx` is null where it is like none of them; where a text serves two ids
 * (GPL-2.0-only and -or-later share theirs) the narrower grant is taken.
 */
export function recogniseLicence(text: string): { spdx: string | null; likeness: number } {
  const words = wordsOf(text.slice(0, LONGEST));
  texts ??= loadTexts();
  let best = { id: '', likeness: 0 };
  for (const { id, words: known } of texts) {
    // Two texts of very different length can't be alike enough; most are ruled out here.
    if (Math.min(known.total, words.total) / Math.max(known.total, words.total) < 0.8) continue;
    if (addsTerms(known, words)) continue;
    const likeness = dice(known, words);
    if (likeness > best.likeness) best = { id, likeness };
  }
  const rounded = Math.round(best.likeness * 1000) / 1000;
  return { spdx: rounded >= LIKENESS_NEEDED ? best.id : null, likeness: rounded };
}

function loadTexts(): { id: string; words: Words }[] {
  // An id without -only or -or-later is the deprecated name of the same text.
  const ids = Object.keys(SPDX).filter((id) => !isSpdxId(`${id}-only`) && !/-or-later$|\+$/.test(id));
  // Those that the OSI did not approve are known too, or their nearest relative would be taken for them.
  ids.sort((a, b) => Number(isOsiApproved(b)) - Number(isOsiApproved(a)));
  const known = ids.map((id) => ({ id, text: textOf(id) }));
  // The notice that its appendix asks for; many keep it in a file of its own (COPYING) beside the whole text.
  const apache = textOf('Apache-2.0');
  known.push({ id: 'Apache-2.0', text: apache.slice(apache.indexOf('Licensed under the Apache License')) });
  return known.map(({ id, text }) => ({ id, words: wordsOf(text) }));
}

const textOf = (id: string): string =>
  (require(`spdx-license-list/licenses/${id}.json`) as { licenseText: string }).licenseText;

/** A line of who holds it; not one of a licence that begins with "copyright notice", or its clause (c). */
const COPYRIGHT =
  /^\W*(copyright\b(?!\s+(notices?|licen[cs]es?|owners?|holders?|law|statement|and|or|in|to|interest|treaty|ownership)\b)|\(c\)\s*\d|©).*$/gm;

/** SPDX's matching guidelines in short: case, punctuation, copyright notices and placeholders don't count. */
function wordsOf(text: string): Words {
  const plain = text
    .toLowerCase()
    .replace(COPYRIGHT, ' ')
    .replace(/<[^<>\n]{0,80}>|\[[^[\]\n]{0,80}\]/g, ' ')
    .replace(/licence/g, 'license');
  const counts = new Map<string, number>();
  let total = 0;
  for (const [word] of plain.matchAll(/[a-z0-9]+/g)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
    total++;
  }
  return { counts, total };
}

/** Words by which a right is taken or a condition made; a name or a heading that was added has none of them. */
const TERMS = new Set(
  'additional addition commons commercial noncommercial conditions condition except exception excluding excludes fee fees however must no non not notwithstanding only pay paid production prohibited prohibits prior provided restricted restriction restrictions sell selling sold subject subscription unless without'.split(
    ' ',
  ),
);
const WORDS_ADDED = 40;

/** A clause added to a long text (the Commons Clause to Apache-2.0) hardly changes how alike the two are. */
function addsTerms(known: Words, { counts }: Words): boolean {
  let added = 0;
  let terms = 0;
  for (const [word, count] of counts) {
    const more = Math.max(0, count - (known.counts.get(word) ?? 0));
    added += more;
    if (TERMS.has(word)) terms += more;
  }
  return added > WORDS_ADDED || terms > 0;
}

function dice(a: Words, b: Words): number {
  let shared = 0;
  for (const [word, count] of a.counts) shared += Math.min(count, b.counts.get(word) ?? 0);
  return a.total + b.total === 0 ? 0 : (2 * shared) / (a.total + b.total);
}
