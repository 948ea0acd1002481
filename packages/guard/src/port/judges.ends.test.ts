import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asked } from '../testing/way.ts';
import { createWatchKey } from './messages.ts';
import { textOf, turns } from './testing/pair.ts';
import { opened, request } from './testing/threads.ts';

// How a thread begins, goes on, ends and is followed by the next.

const YES = { status: 200, said: 'yes' } as const;
type Thread = NonNullable<ReturnType<ReturnType<typeof opened>['of']>>;

/** Begins the thread of a context, by a request that is never answered. */
function began({ all, of }: ReturnType<typeof opened>, ...says: ('begun' | 'ready')[]): Thread {
  void all.judge(request());
  const thread = of('prod');
  assert.ok(thread);
  for (const type of says) thread.say({ type });
  return thread;
}
const pings = (thread: Thread) => thread.heard.flatMap((one) => (one.type === 'ping' ? [one.round] : []));
const count = ({ threads }: ReturnType<typeof opened>) =>
  threads.filter(({ context }) => context === 'prod').length;

test('from its beginning on it is asked whether it is free, and goes on as long as it says so', () => {
  const scene = opened(10_000_000);
  const thread = began(scene);
  thread.say({ type: 'create-watches', keys: [] });
  scene.clock.move(5_000);
  assert.deepEqual(pings(thread), [], 'it has not begun');
  thread.say({ type: 'begun' });
  for (let second = 0; second < 70; second++) {
    scene.clock.move(1_000);
    thread.say({ type: 'pong', round: pings(thread).at(-1) ?? 0 });
  }
  assert.deepEqual([thread.terminated, pings(thread).length > 60, scene.logged], [0, true, []]);
  // Of what it says besides nothing is an answer.
  for (let second = 0; second < 15; second++) {
    scene.clock.move(1_000);
    thread.say({ type: 'create-watches', keys: [] });
  }
  assert.deepEqual([thread.terminated > 0, scene.logged.length], [true, 1]);
  assert.equal(count(scene), 2, 'another takes its place');
});

test('only a thread that judges is followed at once; one that is lost is ended, and stuck no more', () => {
  for (const [says, threads] of [
    [[], 1],
    [['begun'], 1],
    [['begun', 'ready'], 2],
  ] as const) {
    const scene = opened();
    const thread = began(scene, ...says);
    thread.die();
    assert.deepEqual([count(scene), thread.terminated], [threads, 1], says.join());
    scene.clock.move(59_000);
    scene.of('prod')?.say({ type: 'begun' });
    scene.clock.move(3_000);
    assert.deepEqual(scene.logged.length, 1, 'it died, and that is all');
  }
});

test('one that can not begin is ended once, and not followed, whatever it had said before', () => {
  const scene = opened();
  const thread = began(scene, 'begun', 'ready');
  thread.say({ type: 'start-failed', message: 'no journal' });
  assert.deepEqual([count(scene), thread.terminated, scene.logged.length], [1, 1, 1]);
});

test('who waits for the threads of a start waits for none that has ended; to have begun is not to judge', async () => {
  const { all, of } = opened();
  let started = false;
  const starting = all.start(['prod'], 5_000).then(() => {
    started = true;
  });
  of('prod')?.say({ type: 'begun' });
  await turns();
  assert.equal(started, false);
  of('prod')?.die();
  await starting;
});

test('a spare stays one, whoever else dies', () => {
  const { all, clock, threads, of } = opened();
  void all.judge(request('a'));
  clock.move(250);
  of('a')?.die();
  void all.judge(request('b'));
  assert.equal(of('b'), threads[1]);
});

test('what is watched stays so whatever else a thread says', () => {
  const scene = opened();
  const thread = began(scene);
  thread.say({ type: 'create-watches', keys: [createWatchKey('prod', '', 'pods', 'shop')] });
  thread.say({ type: 'begun' });
  assert.equal(scene.all.watchesCreates('prod', '', 'pods', 'shop'), true);
});

test('what was read before its thread is told to one of them', () => {
  const scene = opened();
  scene.all.noticed({ context: 'prod', session: 's1', path: '/api/v1/pods', query: '' });
  const told = (thread: Thread) => thread.heard.filter(({ type }) => type === 'noticed').length;
  const first = began(scene);
  first.die();
  const second = began(scene);
  assert.notEqual(first, second);
  assert.deepEqual([told(first), told(second)], [1, 0]);
});

const body = new Uint8Array();
function passed(scene: ReturnType<typeof opened>): Thread {
  const thread = began(scene, 'begun', 'ready');
  const like = asked('DELETE', '/a', { body, clientPort: 7 });
  const passes = [{ id: 'of/b', path: '/b', instruction: { do: 'forward' as const, warnings: [] } }];
  const given = { actId: 'act-1', first: 'first', like, rules: '', until: 1e15, passes };
  thread.say({ type: 'passes', given });
  return thread;
}

test('the outcome of a pass goes to its thread, or to whom follows it; its client is known by its port', async () => {
  const scene = opened();
  const { all, of } = scene;
  const thread = passed(scene);
  const sent = asked('DELETE', '/b', { body, clientPort: 7, context: 'prod' });
  assert.deepEqual(await all.judge(sent), { do: 'forward', warnings: [], judgedAs: 'of/b' });
  all.gone(sent.id);
  all.left(7);
  const heard = thread.heard.filter(({ type }) => type === 'gone' || type === 'left');
  assert.deepEqual(heard, [{ type: 'left', actIds: ['act-1'] }], 'it goes by the name of its pass');
  all.settled('of/b', YES);
  thread.die();
  const settled = of('prod')?.heard.filter(({ type }) => type === 'settled');
  assert.deepEqual(settled, [{ type: 'settled', id: 'of/b', outcome: YES }]);
});

test('of what was answered nobody is told that its client goes', async () => {
  const scene = opened();
  const thread = began(scene);
  const one = request();
  const answer = scene.all.judge(one);
  const refused = { do: 'answer' as const, status: 403, body: '{}', type: 'application/json', warnings: [] };
  thread.say({ type: 'instruction', id: one.id, instruction: refused });
  assert.deepEqual(await answer, refused);
  scene.all.gone(one.id);
  scene.all.settled(one.id, YES);
  assert.equal(
    thread.heard.some(({ type }) => type === 'gone' || type === 'settled'),
    false,
  );
});

test('at the end whoever waits is told, and no thread is followed by another', async () => {
  const scene = opened();
  const one = request();
  const answer = scene.all.judge(one);
  const thread = scene.of('prod');
  thread?.say({ type: 'begun' });
  thread?.say({ type: 'ready' });
  const closing = scene.all.close(1_000);
  scene.clock.move(1_000);
  await closing;
  assert.match(textOf(await answer), /the guard was stopped before this was judged: nothing was sent/);
  assert.deepEqual([count(scene), (thread?.terminated ?? 0) > 0], [1, true]);
});
