import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type Granted, traffic } from './traffic.ts';

/** A connection, as far as it is looked at. */
class Connection extends EventEmitter {
  ended = 0;
  destroyed = 0;
  end(): void {
    this.ended++;
  }
  destroy(): void {
    this.destroyed++;
    this.emit('close');
  }
  get socket(): Socket {
    return this as unknown as Socket;
  }
}
function open() {
  const door = traffic();
  const arrive = (grant?: Granted) => {
    const one = new Connection();
    door.arrived(one.socket);
    if (grant) door.belongs(one.socket, grant);
    return one;
  };
  return { door, arrive };
}
const answer = (headersSent = false) => {
  const headers: [string, unknown][] = [];
  const response = { headersSent, setHeader: (name: string, value: unknown) => headers.push([name, value]) };
  return { headers, response: response as unknown as ServerResponse };
};
const prod = { id: 'one', context: 'prod' };
const turns = async () => {
  for (let i = 0; i < 5; i++) await turn();
};

test('a token’s connections are closed with it: by its name and its context, each once', () => {
  const { door, arrive } = open();
  const [own, other, elsewhere, nobodys] = [
    arrive(prod),
    arrive({ ...prod, id: 'two' }),
    arrive({ ...prod, context: 'test' }),
    arrive(),
  ];
  door.belongs(own.socket, { id: 'three', context: 'prod' });
  door.cut(prod);
  const destroyed = () => [own, other, elsewhere, nobodys].map((one) => one.destroyed);
  assert.deepEqual(destroyed(), [1, 0, 0, 0]);
  door.cut(prod);
  door.cut({ id: 'three', context: 'prod' });
  assert.deepEqual(destroyed(), [1, 0, 0, 0], 'it is forgotten with its end');
  door.close();
  assert.deepEqual(destroyed(), [1, 1, 1, 1]);
});

test('at the end nobody waits where nothing has an end: a watch is finished at once', async () => {
  const { door, arrive } = open();
  let finished = 0;
  door.begins(arrive().socket).endless(() => finished++);
  const drained = door.drain(600_000);
  await turns();
  assert.equal(finished, 1);
  door.close();
  await drained;
});

test('what has an end of its own is counted, a watch is not', () => {
  const { door, arrive } = open();
  const one = arrive();
  assert.equal(door.count(), 0);
  const [first, watch] = [door.begins(one.socket), door.begins(one.socket)];
  assert.equal(door.count(), 2);
  watch.endless(() => undefined);
  assert.equal(door.count(), 1);
  first.over();
  assert.equal(door.count(), 0);
  assert.equal(one.ended, 0, 'nothing ends yet');
  assert.equal(door.ending, false);
});

test('at the end who is idle goes at once, who waits for an answer after it, and a watch is finished last', async () => {
  const { door, arrive } = open();
  const [idle, busy, watching] = [arrive(), arrive(), arrive()];
  const [unsent, sent] = [answer(), answer(true)];
  const first = door.begins(busy.socket, unsent.response);
  const second = door.begins(busy.socket, sent.response);
  let finished = 0;
  door.begins(watching.socket).endless(() => finished++);
  const drained = door.drain(60_000);
  assert.equal(door.ending, true);
  assert.deepEqual([idle.ended, busy.ended, watching.ended], [1, 0, 0]);
  assert.deepEqual([unsent.headers, sent.headers], [[['connection', 'close']], []]);
  const late = arrive();
  assert.deepEqual([late.ended, late.destroyed], [1, 0], 'nobody new');
  await turns();
  assert.equal(finished, 0, 'a request is under way');
  first.over();
  assert.equal(busy.ended, 0, 'one of two');
  second.over();
  assert.equal(busy.ended, 1);
  while (finished === 0) await turn();
  await turns();
  assert.deepEqual(
    [idle, busy, watching, late].map((one) => one.destroyed),
    [0, 0, 0, 0],
    'its last answer is to arrive',
  );
  for (const one of [idle, busy, watching]) one.emit('close');
  late.destroyed = 0;
  late.emit('close');
  await drained;
  assert.deepEqual(
    [idle, busy, watching, late].map((one) => one.destroyed),
    [0, 0, 0, 0],
    'who has gone is forgotten',
  );
  const after = arrive();
  assert.deepEqual([after.destroyed, after.ended], [1, 0]);
});

test('who does not come to an end in time is let go; so is all, at once, where nobody waits any longer', async () => {
  const { door, arrive } = open();
  const stuck = arrive();
  door.begins(stuck.socket);
  const drained = door.drain(0);
  await drained;
  assert.equal(stuck.destroyed, 1);

  const other = open();
  const busy = other.arrive();
  other.door.begins(busy.socket);
  const waiting = other.door.drain(60_000);
  await turns();
  assert.equal(busy.destroyed, 0);
  other.door.close();
  assert.equal(busy.destroyed, 1);
  await waiting;
  assert.equal(other.door.ending, true);
});

test('closed at once, nothing new begins', () => {
  const { door, arrive } = open();
  door.close();
  assert.equal(door.ending, true);
  assert.equal(arrive().destroyed, 1);
});
