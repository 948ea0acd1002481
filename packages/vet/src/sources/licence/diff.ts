/** A place where two lists differ: `removed` items of the first from `at` on stand as `added` ones in the second. */
export interface Hunk {
  at: number;
  removed: number;
  addedAt: number;
  added: number;
}

/**
 * The differences of two lists, in order (Myers, An O(ND) Difference Algorithm, 1986).
 *
 * @param most single items removed or added; past it the answer is undefined
 */
export function differences(a: readonly string[], b: readonly string[], most: number): Hunk[] | undefined {
  const size = 2 * most + 3;
  const middle = most + 1;
  const furthest = new Int32Array(size);
  const trace: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits++) {
    trace.push(furthest.slice());
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const down =
        diagonal === -edits ||
        (diagonal !== edits && at(furthest, middle + diagonal - 1) < at(furthest, middle + diagonal + 1));
      let x = down ? at(furthest, middle + diagonal + 1) : at(furthest, middle + diagonal - 1) + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++;
      furthest[middle + diagonal] = x;
      if (x >= a.length && x - diagonal >= b.length) return walkBack(trace, middle, a.length, b.length);
    }
  }
  return undefined;
}

const at = (list: Int32Array, index: number): number => list[index] ?? 0;

function walkBack(trace: readonly Int32Array[], middle: number, endA: number, endB: number): Hunk[] {
  const hunks: Hunk[] = [];
  let x = endA;
  let y = endB;
  for (let edits = trace.length - 1; edits > 0; edits--) {
    const before = trace[edits] as Int32Array;
    const diagonal = x - y;
    const down =
      diagonal === -edits ||
      (diagonal !== edits && at(before, middle + diagonal - 1) < at(before, middle + diagonal + 1));
    const from = diagonal + (down ? 1 : -1);
    const fromX = at(before, middle + from);
    const fromY = fromX - from;
    const next = hunks.at(-1);
    const ends = down ? { x: fromX, y: fromY + 1 } : { x: fromX + 1, y: fromY };
    if (next !== undefined && next.at === ends.x && next.addedAt === ends.y) {
      next.at = fromX;
      next.addedAt = fromY;
      if (down) next.added++;
      else next.removed++;
    } else hunks.push({ at: fromX, removed: down ? 0 : 1, addedAt: fromY, added: down ? 1 : 0 });
    x = fromX;
    y = fromY;
  }
  return hunks.reverse();
}
