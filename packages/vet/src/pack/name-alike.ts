import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Fact } from '../facts/fact.ts';

/**
 * Calls what was collected as the pack does: facts of one type are numbered in the order of their files, and some of the
 * files may not have been read, or lie elsewhere than where the pack was made.
 *
 * @param facts what was collected now; their ids are set
 * @param files read path → the pack's path
 */
export function nameAlike(
  facts: readonly Fact[],
  inPack: readonly Fact[],
  files: ReadonlyMap<string, string>,
): void {
  const seen = new Map<string, number>();
  const taken = new Set<Fact>();
  for (const fact of facts) {
    const location = locationInPack(fact, inPack, files);
    const key = JSON.stringify([fact.type, location, proofOf(fact)]);
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    const same = inPack.filter(
      (one) => one.type === fact.type && one.source.location === location && proofOf(one) === proofOf(fact),
    )[nth];
    if (same === undefined) continue;
    fact.id = same.id;
    taken.add(fact);
  }
  // What the pack has nothing of must not be taken for another of its facts.
  const ids = new Set([...taken].map(({ id }) => id));
  for (const fact of facts) {
    if (taken.has(fact)) continue;
    for (let count = 2; ids.has(fact.id); count++) fact.id = `${fact.type}-${count}`;
    ids.add(fact.id);
  }
}

/** Two release files may name one artefact: its signatures are told apart by the files they stand on. */
function proofOf(fact: Fact): string {
  return fact.type === 'release.signature' ? fact.value.proof.join('\0') : '';
}

/**
 * Where the pack says that a fact is from. What a release file names is located by its whole path on the machine that
 * read it, and lies elsewhere on another: then it is the place of that name which, seen from its release file, agrees in
 * most of its path.
 */
function locationInPack(
  { type, source }: Fact,
  inPack: readonly Fact[],
  files: ReadonlyMap<string, string>,
): string {
  const own = files.get(source.location) ?? source.location;
  if (source.kind !== 'release') return own;
  const places = [
    ...new Set(inPack.filter((one) => one.type === type).map((one) => one.source.location)),
  ].filter((place) => basename(place) === basename(own));
  if (places.includes(own)) return own;
  const expected = [...files].map(([read, asked]) =>
    join(dirname(asked), relative(resolve(dirname(read)), own)),
  );
  const agreement = (place: string) => Math.max(...expected.map((one) => commonTail(one, place)), 0);
  return places.toSorted((a, b) => agreement(b) - agreement(a))[0] ?? own;
}

function commonTail(a: string, b: string): number {
  const [one, other] = [a.split(sep).reverse(), b.split(sep).reverse()];
  const end = one.findIndex((part, index) => part !== other[index]);
  return end < 0 ? one.length : end;
}
