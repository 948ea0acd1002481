import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ARCHIVE_LIMITS, counted, type Meter, meter } from './limits.ts';

const LIMITS = {
  unpacked: 1000,
  entries: 2,
  ratio: 10,
  ratioFrom: 100,
  depth: 2,
  name: 5,
  time: 3000,
};
const still = () => 0;
const over = (message: RegExp) => ({ code: 'limit', message });

/** What the last of these calls does, when all before it are fine. */
function last(calls: ((counter: Meter) => void)[], counter = meter(LIMITS, still)): () => void {
  for (const call of calls.slice(0, -1)) call(counter);
  return () => calls.at(-1)?.(counter);
}

test('each limit is reached without harm, and passed with its own word', () => {
  const entry = (name: string) => (counter: Meter) => counter.entry(name);
  const bytes = (count: number) => (counter: Meter) => counter.bytes(count);
  const read = (count: number) => (counter: Meter) => counter.read(count);
  const down = (counter: Meter) => counter.descend();
  const up = (counter: Meter) => counter.ascend();
  assert.throws(last([entry('a'), entry('b'), entry('c')]), over(/has more than 2 entries/));
  assert.throws(last([entry('12345'), entry('123456')]), over(/overlong name/));
  assert.throws(last([read(900), bytes(600), bytes(400), bytes(1)]), over(/more than 1000 bytes/));
  assert.throws(last([down, down, down]), over(/nested deeper than 2/));
  assert.doesNotThrow(last([down, down, up, down]));
});

test('the ratio counts once enough came out, and against all that was read', () => {
  const of = (into: number[], out: number) => () => {
    const counter = meter(LIMITS, still);
    for (const count of into) counter.read(count);
    counter.bytes(out);
  };
  assert.doesNotThrow(of([1], 100), 'little may be of any ratio');
  assert.throws(of([1], 101), over(/10 times its size/));
  assert.doesNotThrow(of([20, 10], 300));
  assert.throws(of([20, 10], 301), over(/10 times its size/));
});

test('the clock is looked at by whatever goes on', () => {
  for (const call of [
    (counter: Meter) => counter.entry('a'),
    (counter: Meter) => counter.bytes(1),
    (counter: Meter) => counter.read(1),
  ]) {
    let now = 50;
    const counter = meter(LIMITS, () => now);
    now = 3050;
    assert.doesNotThrow(() => call(counter));
    now = 3051;
    assert.throws(() => call(counter), over(/took longer than 3 s/));
  }
});

test('bytes are counted where they come out, and handed on as they are', async () => {
  const pieces = [Buffer.alloc(60, 'a'), Buffer.alloc(40, 'b'), Buffer.alloc(1, 'c')];
  async function* content() {
    yield* pieces;
  }
  const got: Uint8Array[] = [];
  await assert.rejects(
    async () => {
      for await (const piece of counted(content(), meter(LIMITS, still))) got.push(piece);
    },
    over(/10 times its size/),
  );
  assert.deepEqual(got, pieces.slice(0, 2), 'what is too much is not handed on');
});

test('a release of a command-line tool is far below the limits', () => {
  assert.deepEqual(ARCHIVE_LIMITS, {
    unpacked: 4_294_967_296,
    entries: 50_000,
    ratio: 200,
    ratioFrom: 16_777_216,
    depth: 3,
    name: 4096,
    time: 120_000,
  });
});
