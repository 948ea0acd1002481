import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyRoom } from './room.ts';

test('bodies get room one after another, small ones not behind large ones; what is not needed is given back', async () => {
  const room = bodyRoom({ large: 4_000_000, small: 100, ownLarge: 0, ownSmall: 0, patience: 60_000 });
  const never = () => undefined;
  const first = await room.enter('prod', 3_000_000, never);
  assert.ok(first);
  let leave: () => void = () => undefined;
  const gone = room.enter('prod', undefined, (way) => {
    leave = way;
  });
  const second = room.enter('prod', 1_000_001, never);
  assert.ok(await room.enter('prod', 90, never), 'a small body waits for large ones');
  leave();
  assert.equal(await gone, undefined);
  first.needs(2_900_000);
  const now = await second;
  assert.ok(now);
  now.leave();
  first.leave();
  const all = await Promise.all([room.enter('prod', 2_000_000, never), room.enter('prod', 2_000_000, never)]);
  assert.equal(all.filter(Boolean).length, 2, 'room was lost');
  const short = bodyRoom({ large: 10, small: 10, ownSmall: 0, patience: 1, queue: 1 });
  assert.ok(await short.enter('prod', 10, never));
  assert.equal(await short.enter('prod', 1, never), undefined, 'more than there is room for');
});

test('what one context’s bodies take is in no other one’s way; each gets back what it had', async () => {
  const room = bodyRoom({ large: 0, small: 10, ownSmall: 10, ownLarge: 0, patience: 60_000 });
  const never = () => undefined;
  const [own, shared] = [await room.enter('one', 10, never), await room.enter('one', 10, never)];
  assert.ok(own && shared);
  let later = false;
  const third = room.enter('one', 1, never).then((place) => {
    later = true;
    return place;
  });
  const other = await room.enter('two', 10, never);
  assert.ok(other, 'it waits for the other context');
  // What is given back is that context's own again, and no other one's.
  other.leave();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(later, false);
  shared.leave();
  (await third)?.leave();
  own.leave();
  for (const context of ['one', 'two'])
    assert.ok(await room.enter(context, 10, never), `room of ${context} was lost`);
});
