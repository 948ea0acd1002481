import { nameText } from './name-text.ts';

/** So many names are told of all that there are. */
const TOLD = 10;
/** So long a name is told, and compared: what is longer differs somewhere else than a typing error. */
const LENGTH = 80;

/** Names that a person may have meant, nearest first, at most three, as a line tells them. */
export function nearest(name: string, known: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  const near = byDistance(name, known).filter(({ candidate, far }) => {
    const contains = wanted !== '' && candidate.toLowerCase().includes(wanted);
    return contains || far <= Math.max(2, Math.floor(name.length / 3));
  });
  return near.slice(0, 3).map(({ candidate }) => nameText(candidate));
}

/** The names that there are in one line: those nearest to what was asked for first, each once, at most ten. */
export function listed(name: string, known: readonly string[]): string {
  const all = byDistance(name, known).map(({ candidate }) => nameText(candidate));
  const more = all.length > TOLD ? [`… and ${all.length - TOLD} more`] : [];
  return [...all.slice(0, TOLD), ...more].join(', ');
}

function byDistance(name: string, known: readonly string[]): { candidate: string; far: number }[] {
  const wanted = shortName(name.toLowerCase());
  return [...new Set(known.map(shortName))]
    .map((candidate) => ({ candidate, far: distance(wanted, candidate.toLowerCase()) }))
    .sort((a, b) => a.far - b.far || (a.candidate < b.candidate ? -1 : 1));
}

/** A file may call a context anything: here it is one short name, of which no terminal obeys a part. */
export function shortName(name: string): string {
  const line = name.slice(0, LENGTH).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\ufffd');
  return name.length > LENGTH ? `${line}…` : line;
}

/** Levenshtein's edit distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
