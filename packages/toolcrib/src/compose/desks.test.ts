import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { aHold } from '@toolcrib/guard/journal/testing/records.ts';
import type { Hold } from '@toolcrib/model';
import type { FromDesk, ToDesk } from './desk-messages.ts';
import { desks } from './desks.ts';

// Real ports, as between the threads; the clock is ours, so that nothing is waited for.

const open: MessagePort[] = [];
after(() => {
  for (const port of open) port.close();
});

function world(policy?: string) {
  let now = 10_000;
  const timers: { at: number; run(): void }[] = [];
  const clock = {
    now: () => now,
    after(ms: number, run: () => void) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  };
  const held = desks({ clock, policy: () => policy, answerLimit: 1_000 });
  /** A thread's end of its desk. */
  const thread = async (context: string) => {
    const { port1, port2 } = new MessageChannel();
    open.push(port1, port2);
    const said: ToDesk[] = [];
    const begun = once(port2, 'message');
    port2.on('message', (message: ToDesk) => void said.push(message));
    held.join(context, port1);
    await begun;
    return {
      said,
      next: async () => (await once(port2, 'message'))[0] as ToDesk,
      /** Says something, and waits until it was heard: what comes after it on the same port is heard after it. */
      async tell(...messages: FromDesk[]) {
        const heard = Promise.withResolvers<void>();
        port1.once('message', () => heard.resolve());
        for (const message of messages) port2.postMessage(message);
        await heard.promise;
      },
      close: () => port2.close(),
      port: port1,
    };
  };
  const pass = (ms: number) => {
    now += ms;
    for (const timer of timers.filter(({ at }) => at <= now)) timer.run();
  };
  return { held, thread, pass, timers };
}

const hold = (code: string, more: Partial<Hold> = {}): Hold =>
  aHold({
    code,
    context: 'prod',
    createdAt: 10_000,
    expiresAt: 60_000,
    state: 'open',
    waiting: true,
    ...more,
  });

test('what lies at any desk is listed as long as it is good, and can be looked at ten minutes longer', async () => {
  const { held, thread, pass } = world();
  const [prod, stage] = [await thread('prod'), await thread('stage')];
  await prod.tell({ type: 'hold', hold: hold('AAAAA') });
  await stage.tell({ type: 'hold', hold: hold('BBBBB', { context: 'stage', expiresAt: 90_000 }) });
  assert.deepEqual(
    held.list().map(({ code }) => code),
    ['AAAAA', 'BBBBB'],
  );
  pass(55_000);
  assert.deepEqual(
    held.list().map(({ code }) => code),
    ['BBBBB'],
  );
  assert.equal(held.get('AAAAA')?.code, 'AAAAA');
  pass(10 * 60_000);
  await stage.tell({ type: 'hold', hold: hold('CCCCC', { context: 'stage', expiresAt: 1_000_000 }) });
  assert.equal(held.get('AAAAA'), undefined);
  assert.equal(held.get('CCCCC')?.code, 'CCCCC');
});

test('who follows a thread is given what lay at its desk, and no client of its own waits', async () => {
  const { held, thread } = world('the policy');
  const first = await thread('prod');
  assert.deepEqual(first.said[0], {
    type: 'begin',
    holds: [],
    policy: 'the policy',
    lease: { guard: '', until: Number.NEGATIVE_INFINITY, inherited: [] },
  });
  await first.tell({ type: 'hold', hold: hold('AAAAA') });
  await first.tell({ type: 'hold', hold: hold('OVERR', { expiresAt: 9_000 }) });
  const second = await thread('prod');
  const [begin] = second.said;
  assert.ok(begin?.type === 'begin');
  assert.deepEqual(
    begin.holds.map(({ code }) => code),
    ['AAAAA'],
  );
  assert.equal(held.get('AAAAA')?.waiting, false);
  // What the first had still to say is overtaken.
  await first.tell({ type: 'hold', hold: hold('LATER') });
  assert.equal(held.get('LATER'), undefined);
  const other = await thread('stage');
  assert.ok(
    other.said[0]?.type === 'begin' && other.said[0].holds.length === 0,
    'another context’s is none of its',
  );
});

test('the lease is told to those that are there, and to those that come', async () => {
  const { held, thread } = world();
  const news = { guard: 'guard-1', until: 99, inherited: ['guard-0'] };
  const first = await thread('prod');
  const told = first.next();
  held.lease(news);
  assert.deepEqual(await told, { type: 'lease', news });
  const second = await thread('stage');
  assert.ok(second.said[0]?.type === 'begin');
  assert.deepEqual(second.said[0].lease, news);
});

test('an answer goes to the desk where it lies, and comes back as that says', async () => {
  const { held, thread, timers } = world();
  const prod = await thread('prod');
  await prod.tell({ type: 'hold', hold: hold('AAAAA') });
  const asked = prod.next();
  const answer = held.answer('AAAAA', { as: 'as-sent', by: 'aiko' }, { pid: 7 });
  const message = await asked;
  assert.ok(message.type === 'answer');
  assert.deepEqual(
    [message.code, message.body, message.from],
    ['AAAAA', { as: 'as-sent', by: 'aiko' }, { pid: 7 }],
  );
  assert.ok(message.until > Date.now() - 60_000 && message.until <= Date.now() + 1_000);
  await prod.tell({ type: 'answered', call: message.call, hold: hold('AAAAA', { state: 'approved' }) });
  assert.equal((await answer).state, 'approved');
  const again = prod.next();
  const refused = held.answer('AAAAA', { as: 'denied', by: 'aiko' });
  const { call } = (await again) as { call: number };
  assert.notEqual(call, message.call);
  void prod.tell({
    type: 'not-answered',
    call,
    code: 'conflict',
    message: 'It was answered.',
    next: 'Look.',
  });
  await assert.rejects(refused, {
    name: 'ToolcribError',
    code: 'conflict',
    message: 'It was answered.',
    next: 'Look.',
  });
  assert.equal(timers.length, 0, 'nothing is waited for any more');
});

test('a desk that says nothing in time, or is not there, has not answered', async () => {
  const { held, thread, pass } = world();
  await assert.rejects(held.answer('NONEE', { as: 'denied', by: 'aiko' }), { code: 'not-found' });
  const prod = await thread('prod');
  await prod.tell({ type: 'hold', hold: hold('AAAAA') });
  const late = held.answer('AAAAA', { as: 'as-sent', by: 'aiko' });
  pass(1_499);
  assert.equal(await Promise.race([late.catch(() => 'refused'), Promise.resolve('waits')]), 'waits');
  pass(1);
  await assert.rejects(late, { code: 'conflict', message: /busy judging in prod: AAAAA was not answered/ });
  const closed = once(prod.port, 'close');
  prod.close();
  await closed;
  await assert.rejects(held.answer('AAAAA', { as: 'denied', by: 'aiko' }), { code: 'conflict' });
});

test('what is left of an earlier life is counted over all contexts, and is unknown where one does not know', async () => {
  const { held, thread } = world();
  assert.equal(held.unsettled(), 0);
  held.expect(['prod', 'stage']);
  assert.equal(held.unsettled(), 2);
  const prod = await thread('prod');
  await prod.tell({ type: 'unsettled', count: 5 });
  assert.equal(held.unsettled(), 6);
  held.expect(['prod']);
  assert.equal(held.unsettled(), 6, 'what was counted is not guessed again');
  await prod.tell({ type: 'unsettled', count: -1 });
  assert.equal(held.unsettled(), -1);
  await prod.tell({ type: 'unsettled', count: 0 });
  assert.equal(held.unsettled(), 1);
  held.unknown();
  assert.equal(held.unsettled(), -1);
  held.expect([]);
  assert.equal(held.unsettled(), 1);
});
