import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { keyOf, strangers } from './strangers.ts';

/** A connection, as far as it is looked at. */
class Connection extends EventEmitter {
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort: number;
  destroyed = false;
  entered = false;
  constructor(remotePort: number) {
    super();
    this.remotePort = remotePort;
  }
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit('close');
  }
}
const never = { life: 60_000, chance: 60_000 };
function arriving(patience: Parameters<typeof strangers>[0]) {
  const door = strangers(patience);
  let port = 0;
  const arrive = () => {
    const one = new Connection(++port);
    door.arrived(one as unknown as Socket, () => {
      one.entered = true;
    });
    return one;
  };
  return { door, arrive, known: (one: Connection) => door.known(keyOf(one)) };
}
/** The door's own timers keep no process alive. */
async function closed(one: Connection): Promise<void> {
  const alive = setInterval(() => undefined, 1_000);
  if (!one.destroyed) await new Promise<void>((done) => one.once('close', () => done()));
  clearInterval(alive);
}

test('a few are let in at once; a place is free when one goes or is known, and the newest has it', () => {
  const { door, arrive, known } = arriving({ ...never, most: 2 });
  const [a, b, c, d, e] = [arrive(), arrive(), arrive(), arrive(), arrive()];
  const entered = () => [a, b, c, d, e].map((one) => one.entered);
  assert.deepEqual(entered(), [true, true, false, false, false]);
  known(a);
  assert.deepEqual(entered(), [true, true, false, false, true]);
  known(a);
  assert.deepEqual(entered(), [true, true, false, false, true], 'it has given one place free');
  c.destroy();
  b.destroy();
  assert.deepEqual(entered(), [true, true, false, true, true], 'who has gone has no place to take');
  door.close();
  assert.deepEqual(
    [a, d, e].map((one) => one.destroyed),
    [false, true, true],
    'who is known is no stranger',
  );
});

test('who waits longest goes first, where too many wait', () => {
  const { door, arrive } = arriving({ ...never, most: 1, waiting: 2 });
  const [inside, oldest, second, third] = [arrive(), arrive(), arrive(), arrive()];
  assert.deepEqual(
    [inside, oldest, second, third].map((one) => one.destroyed),
    [false, true, false, false],
  );
  door.close();
  assert.deepEqual(
    [inside, second, third].map((one) => one.destroyed),
    [true, true, true],
  );
  assert.equal(second.entered, false);
});

test('one that says nothing has its chance while others wait, and its life where nobody does', async () => {
  const { door, arrive } = arriving({ most: 1, life: 60_000, chance: 10 });
  const quiet = arrive();
  const next = arrive();
  await closed(quiet);
  assert.equal(next.entered, true);
  assert.equal(next.destroyed, false);
  door.close();
  const short = arriving({ most: 9, life: 10, chance: 5 });
  const alone = short.arrive();
  await closed(alone);
  short.door.close();
});

test('of those inside no more go than there are who wait', async () => {
  const { door, arrive } = arriving({ most: 3, life: 60_000, chance: 10 });
  const [first, second, third] = [arrive(), arrive(), arrive()];
  const waiting = arrive();
  await closed(first);
  assert.equal(waiting.entered, true);
  assert.deepEqual([second.destroyed, third.destroyed], [false, false]);
  door.close();
});

test('a connection is known by address and port', () => {
  assert.equal(keyOf({ remoteAddress: '::1', remotePort: 8 }), '::1 8');
});
