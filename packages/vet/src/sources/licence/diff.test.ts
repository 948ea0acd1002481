import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { differences, type Hunk } from './diff.ts';

const diff = (a: string, b: string, most = 100) => differences([...a], [...b], most);
const hunk = (at: number, removed: number, addedAt: number, added: number): Hunk => ({
  at,
  removed,
  addedAt,
  added,
});

test('what is the same differs in nothing, and each place where two differ is one hunk', () => {
  assert.deepEqual(diff('', ''), []);
  assert.deepEqual(diff('abc', 'abc', 0), []);
  assert.deepEqual(diff('abc', 'aXc'), [hunk(1, 1, 1, 1)]);
  assert.deepEqual(diff('abc', 'ac'), [hunk(1, 1, 1, 0)]);
  assert.deepEqual(diff('ac', 'abbc'), [hunk(1, 0, 1, 2)]);
  assert.deepEqual(diff('', 'ab'), [hunk(0, 0, 0, 2)]);
  assert.deepEqual(diff('abcde', 'aXcdY'), [hunk(1, 1, 1, 1), hunk(4, 1, 4, 1)]);
});

test('past so many single changes there is no answer', () => {
  assert.deepEqual(diff('ab', 'xy', 4), [hunk(0, 2, 0, 2)]);
  assert.equal(diff('ab', 'xy', 3), undefined);
  assert.equal(diff('a', 'b', 0), undefined);
});

test('the second is the first with its hunks put in, in as few changes as there can be', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
  /** By the longest common subsequence, which is another way to the same number. */
  const fewest = (a: string[], b: string[]): number => {
    let row = Array<number>(b.length + 1).fill(0);
    for (const one of a) {
      const next = [0];
      for (const [index, other] of b.entries())
        next.push(one === other ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
      row = next;
    }
    return a.length + b.length - 2 * (row.at(-1) ?? 0);
  };
  fc.assert(
    fc.property(text, text, (a, b) => {
      const hunks = differences(a, b, 24);
      assert.ok(hunks);
      const made: string[] = [];
      let at = 0;
      for (const one of hunks) {
        made.push(...a.slice(at, one.at), ...b.slice(one.addedAt, one.addedAt + one.added));
        at = one.at + one.removed;
      }
      assert.deepEqual([...made, ...a.slice(at)], b);
      assert.equal(
        hunks.reduce((sum, { added, removed }) => sum + added + removed, 0),
        fewest(a, b),
      );
    }),
  );
});
