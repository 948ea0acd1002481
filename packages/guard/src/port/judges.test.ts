import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instruction } from '../request.ts';
import { createWatchKey } from './messages.ts';
import { FORWARD, textOf, turns } from './testing/pair.ts';
import { opened, request } from './testing/threads.ts';

test('a thread for each context, and a spare that is loaded before it is needed', async () => {
  const { all, clock, threads, of } = opened();
  assert.equal(threads.length, 1);
  void all.judge(request('prod'));
  assert.equal(of('prod'), threads[0], 'the spare');
  assert.equal(threads.length, 1, 'what is urgent comes first');
  clock.move(250);
  assert.equal(threads.length, 2);
  void all.judge(request('test'));
  assert.equal(of('test'), threads[1]);
  void all.judge(request('prod'));
  assert.equal(threads.length, 2);
  assert.equal(of('prod')?.asked().length, 2);
});

test('an outcome is reported to the thread that has the request, and who goes is told there', async () => {
  const { all, of } = opened();
  const one = request();
  const answer = all.judge(one);
  of('prod')?.say({ type: 'instruction', id: one.id, instruction: FORWARD });
  assert.deepEqual(await answer, FORWARD);
  all.gone(one.id);
  all.settled(one.id, { status: 200, said: 'yes' });
  all.settled('unknown', { status: 200, said: 'yes' });
  all.gone('unknown');
  const told = of('prod')?.heard.filter(({ type }) => type === 'settled' || type === 'gone');
  assert.deepEqual(told, [
    { type: 'gone', id: one.id },
    { type: 'settled', id: one.id, outcome: { status: 200, said: 'yes' } },
  ]);
});

test('one that dies is replaced, with what the door still has of it; its requests are told', async () => {
  const { all, clock, threads, logged, of } = opened();
  const [sent, open] = [request(), request()];
  const forwarded = all.judge(sent);
  const first = of('prod');
  first?.say({ type: 'begun' });
  first?.say({ type: 'ready' });
  first?.say({ type: 'instruction', id: sent.id, instruction: FORWARD });
  await forwarded;
  const waiting = all.judge(open);
  clock.move(250);
  first?.die();
  assert.match(
    textOf(await waiting),
    /judging thread died \(it crashed\) before this was judged: nothing was sent/,
  );
  assert.notEqual(of('prod'), first);
  assert.deepEqual(of('prod')?.underWay, [sent.id]);
  assert.match(logged.join('\n'), /a judging thread died .*it crashed/);
  all.settled(sent.id, { status: 200, said: 'yes' });
  assert.equal(
    of('prod')?.heard.some(({ type }) => type === 'settled'),
    true,
  );
  assert.ok(threads.length >= 2);
});

test('one that dies before it can judge is not begun again and again: the next request tries it', async () => {
  const { all, clock, threads, of } = opened();
  const answer = all.judge(request());
  clock.move(250);
  const before = threads.length;
  of('prod')?.die();
  assert.match(textOf(await answer), /nothing was sent/);
  assert.equal(threads.filter((one) => one.context === 'prod').length, 1);
  void all.judge(request());
  assert.equal(threads.filter((one) => one.context === 'prod').length, 2);
  assert.ok(threads.length >= before);
  const failed = all.judge(request('test'));
  of('test')?.say({ type: 'start-failed', message: 'no journal' });
  assert.match(textOf(await failed), /can't judge \(no journal\)/);
});

test('one that does not begin, or answers no question, is ended; what was held stays held', async () => {
  const { all, clock, logged, of } = opened(10_000_000);
  const slow = all.judge(request());
  clock.move(59_000);
  assert.equal(of('prod')?.terminated, 0);
  clock.move(2_000);
  await turns();
  assert.match(textOf(await slow), /got stuck and was freed before this was judged/);
  const held = request('test');
  const answer = all.judge(held);
  const thread = of('test');
  thread?.say({ type: 'begun' });
  thread?.say({ type: 'ready' });
  thread?.say({ type: 'waiting', id: held.id, code: 'K7QM' });
  assert.equal(thread?.terminated, 0);
  for (let i = 0; i < 600 && thread?.terminated === 0; i++) {
    clock.move(1_000);
    await turns(1);
  }
  assert.match(textOf((await answer) as Instruction), /while this was held.*toolcrib held K7QM/s);
  assert.match(logged.join('\n'), /got stuck and is ended/);
});

test('what is read before a thread is there is told once it is; what is watched is asked of no thread', async () => {
  const { all, of } = opened();
  const read = (session: string) => ({ context: 'prod', session, path: '/api/v1/pods', query: '' });
  for (let i = 0; i < 60; i++) all.noticed(read(`s${i}`));
  void all.judge(request());
  const sessions = () =>
    of('prod')?.heard.flatMap((message) => (message.type === 'noticed' ? [message.read.session] : []));
  assert.equal(sessions()?.length, 50);
  assert.equal(sessions()?.[0], 's10', 'the last ones');
  all.noticed(read('now'));
  assert.equal(sessions()?.at(-1), 'now');
  assert.equal(all.watchesCreates('prod', 'apps', 'deployments', 'shop'), false);
  of('prod')?.say({ type: 'create-watches', keys: [createWatchKey('prod', 'apps', 'deployments', 'shop')] });
  assert.equal(all.watchesCreates('prod', 'apps', 'deployments', 'shop'), true);
  assert.equal(all.watchesCreates('prod', 'apps', 'deployments', 'test'), false);
});

test('those with unfinished business are begun first, and waited for only so long', async () => {
  const { all, clock, of } = opened();
  let begun = false;
  const started = all.start(['prod', 'test'], 5_000).then(() => {
    begun = true;
  });
  of('prod')?.say({ type: 'ready' });
  await turns();
  assert.equal(begun, false);
  of('test')?.say({ type: 'ready' });
  await started;
  const late = all.start(['slow'], 5_000);
  clock.move(5_000);
  await late;
});

test('at the end each is asked to close, and ended where it does not', async () => {
  const { all, clock, threads, logged, of } = opened();
  void all.judge(request('prod'));
  void all.judge(request('slow'));
  all.stopping();
  assert.ok(of('prod')?.heard.some(({ type }) => type === 'stopping'));
  const closing = all.close(1_000);
  assert.ok(of('prod')?.heard.some(({ type }) => type === 'close'));
  of('prod')?.say({ type: 'closed' });
  await turns();
  clock.move(1_000);
  await closing;
  for (const context of ['prod', 'slow']) assert.equal((of(context)?.terminated ?? 0) > 0, true, context);
  const count = threads.length;
  clock.move(10_000);
  assert.equal(threads.length, count, 'nobody is begun any more');
  assert.deepEqual(logged, [], 'an end that was asked for is no death');
});

test('one that does die while it ends is told as dead, one that we end for its own reason is not', async () => {
  const { all, logged, of } = opened();
  void all.judge(request('prod'));
  void all.judge(request('bad'));
  of('bad')?.say({ type: 'start-failed', message: 'no journal' });
  assert.match(logged.join('\n'), /^judging could not begin [^\n]*$/);
  const closing = all.close(1_000);
  of('prod')?.die();
  await closing;
  assert.match(logged[1] ?? '', /a judging thread died .*it crashed/);
});

test('one spare is loaded, however many were taken; one that dies unused is not given away', async () => {
  const { all, clock, threads, of } = opened();
  void all.judge(request('a'));
  void all.judge(request('b'));
  assert.equal(threads.length, 2);
  clock.move(250);
  assert.equal(threads.length, 3);
  const dead = threads[2];
  dead?.die();
  void all.judge(request('c'));
  assert.notEqual(of('c'), dead);
  assert.equal(threads.length, 4);
});

test('an outcome is told once; after the end nobody is begun for one', async () => {
  const { all, clock, threads, of } = opened();
  const one = request();
  const answer = all.judge(one);
  of('prod')?.say({ type: 'instruction', id: one.id, instruction: FORWARD });
  await answer;
  for (let i = 0; i < 2; i++) all.settled(one.id, { status: 200, said: 'yes' });
  assert.equal(of('prod')?.heard.filter(({ type }) => type === 'settled').length, 1);
  const idle = opened();
  await idle.all.close(10);
  assert.equal(idle.threads[0]?.terminated, 1, 'the spare too');
  void idle.all.judge(request());
  const count = idle.threads.length;
  idle.clock.move(1_000);
  assert.equal(idle.threads.length, count);
  clock.move(250);
  assert.equal(threads.length, 2);
});
