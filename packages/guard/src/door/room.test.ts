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

test('what is not needed is given back once: neither more nor less comes free than was taken', async () => {
  const room = bodyRoom({ large: 0, small: 10, ownSmall: 0, ownLarge: 0, patience: 60_000 });
  const entered: string[] = [];
  const enter = (name: string, bytes: number, context = 'prod') => {
    const place = room.enter(context, bytes, () => undefined);
    place.then(() => entered.push(name));
    return place;
  };
  const told = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return entered.splice(0);
  };
  const first = await enter('first', 10);
  first?.needs(4);
  const second = enter('second', 6);
  const third = enter('third', 1);
  assert.deepEqual(await told(), ['first', 'second'], 'six are free, and no more');
  first?.needs(7);
  assert.deepEqual(await told(), [], 'it can’t need more than before');
  first?.leave();
  assert.deepEqual(await told(), ['third'], 'four');
  first?.leave();
  (await second)?.leave();
  (await third)?.leave();
  const all = enter('all', 10);
  enter('one more', 1);
  assert.deepEqual(await told(), ['all'], 'ten again, and no more');
  (await all)?.leave();
  assert.deepEqual(await told(), ['one more']);
});

test('in a context they come in their turn; another context’s do not wait for them', async () => {
  const room = bodyRoom({ large: 0, small: 10, ownSmall: 0, ownLarge: 0, patience: 60_000, queue: 2 });
  const entered: string[] = [];
  const enter = (name: string, context: string, bytes: number) =>
    room
      .enter(context, bytes, (leave) => ways.set(name, leave))
      .then((place) => {
        entered.push(place ? name : `not ${name}`);
        return place;
      });
  const ways = new Map<string, () => void>();
  const told = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return entered.splice(0);
  };
  const first = await enter('first', 'one', 5);
  enter('large', 'one', 6);
  enter('small', 'one', 1);
  enter('too many', 'one', 1);
  enter('other', 'two', 1);
  enter('other large', 'two', 9);
  assert.deepEqual(await told(), ['first', 'not too many', 'other']);
  ways.get('large')?.();
  assert.deepEqual(await told(), ['not large', 'small'], 'who goes lets the next one in');
  ways.get('large')?.();
  enter('again', 'one', 4);
  assert.deepEqual(await told(), []);
  first?.leave();
  assert.deepEqual(await told(), ['again']);
  ways.get('other large')?.();
  assert.deepEqual(await told(), ['not other large']);
});

test('a body of unknown length has room for the longest, and none is longer', async () => {
  const limit = 3 * 1024 * 1024 + 1024;
  const room = bodyRoom({ large: limit, small: 0, ownLarge: 0, ownSmall: 0, patience: 60_000 });
  const never = () => undefined;
  const longest = await room.enter('prod', undefined, never);
  assert.ok(longest);
  let later = false;
  const more = room.enter('prod', 70_000, never).then((place) => {
    later = true;
    return place;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(later, false, 'nothing is left');
  longest.leave();
  (await more)?.leave();
  assert.ok(await room.enter('prod', 10 * limit, never));
});
