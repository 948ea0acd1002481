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
 * Which OSI-approved licence a text is. `spdx` is null where it is like none of them; where a text serves two ids
 * (GPL-2.0-only and -or-later share theirs) the narrower grant is taken.
 */
export function recogniseLicence(text: string): { spdx: string | null; likeness: number } {
  const words = wordsOf(text.slice(0, LONGEST));
  texts ??= loadTexts();
  let best = { id: '', likeness: 0 };
  for (const { id, words: known } of texts) {
    // Two texts of very different length can't be alike enough; most are ruled out here.
    if (Math.min(known.total, words.total) / Math.max(known.total, words.total) < 0.8) continue;
    const likeness = dice(known, words);
    if (likeness > best.likeness) best = { id, likeness };
  }
  const rounded = Math.round(best.likeness * 1000) / 1000;
  return { spdx: rounded >= LIKENESS_NEEDED ? best.id : null, likeness: rounded };
}

function loadTexts(): { id: string; words: Words }[] {
  // An id without -only or -or-later is the deprecated name of the same text.
  const ids = Object.keys(SPDX).filter(
    (id) => isOsiApproved(id) && !isSpdxId(`${id}-only`) && !id.endsWith('-or-later'),
  );
  return ids.map((id) => {
    const { licenseText } = require(`spdx-license-list/licenses/${id}.json`) as { licenseText: string };
    return { id, words: wordsOf(licenseText) };
  });
}

/** SPDX's matching guidelines in short: case, punctuation, copyright notices and placeholders don't count. */
function wordsOf(text: string): Words {
  const plain = text
    .toLowerCase()
    .replace(/^\W*(copyright|\(c\)|©).*$/gm, ' ')
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

function dice(a: Words, b: Words): number {
  let shared = 0;
  for (const [word, count] of a.counts) shared += Math.min(count, b.counts.get(word) ?? 0);
  return a.total + b.total === 0 ? 0 : (2 * shared) / (a.total + b.total);
}
