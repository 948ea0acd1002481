import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Effect, Hold, Journal } from '@toolcrib/model';
import { ACT_PAUSE } from '../act/group.ts';
import { loadPolicy } from '../policy/policy.ts';
import type { AskedRequest, Instruction } from '../request.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, items, put } from '../testing/target.ts';
import { asked, openWay, policyOf, testClock } from '../testing/way.ts';
import { acts } from './acts.ts';
import { brain } from './brain.ts';

// A no ends the act: whatever of it comes after is refused, and what went before is named.

const RULES = `[{name: named, when: 'effect.name.startsWith("held")', then: hold}]`;
const AT = '/api/v1/namespaces/default/configmaps';
const kubectl = (session: string) => ({ 'user-agent': 'kubectl/v1.35.2', 'kubectl-session': session });

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

async function maps(...names: string[]): Promise<void> {
  for (const name of names)
    await put(target, AT, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }).catch(() => undefined);
}

const textOf = (instruction: Instruction): string =>
  instruction.do === 'answer' ? JSON.parse(Buffer.from(instruction.body).toString()).message : 'forwarded';

/** @param at what happens meanwhile: right after a request was kept, and after each delete that the guard itself sends */
function opened(at: { kept?: (path: string) => Promise<void>; deleted?: () => Promise<void> } = {}) {
  const { kept, deleted } = at;
  const cluster = new Proxy(target.cluster, {
    get: (real, name) =>
      name === 'delete' && deleted
        ? (...args: Parameters<typeof real.delete>) => real.delete(...args).then(deleted)
        : Reflect.get(real, name),
  });
  const keeping = (stored: Journal): Journal => ({
    ...stored,
    keep: async (snapshot, request) => {
      await stored.keep(snapshot, request);
      await kept?.(request.path);
    },
  });
  const { deps, close, journal } = openWay(cluster, policyOf(RULES), keeping);
  const thinking = brain(deps);
  /** As the door does it: what is forwarded is answered. */
  const send = async (name: string, more: Partial<AskedRequest>) => {
    const request = asked('DELETE', `${AT}/${name}`, more);
    const told = await thinking.judge(request);
    if (told.do === 'forward') thinking.settled(request.id, { status: 200, said: 'yes' });
    return textOf(told);
  };
  const open = (name?: string) => {
    const named = ({ effect }: Hold) =>
      name === undefined || ('target' in effect && effect.target?.name === name);
    const hold = deps.desk.list().find((one) => one.state === 'open' && named(one));
    assert.ok(hold);
    return hold;
  };
  const approve = async (name: string) => {
    const hold = open(name);
    // The clock counts milliseconds: a person's next answer never comes within the same one.
    const at = Date.now();
    while (Date.now() === at);
    await deps.desk.answer(hold.code, { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000);
    return hold;
  };
  const deny = async (name?: string) => {
    const hold = open(name);
    await deps.desk.answer(hold.code, { as: 'denied', by: 'ben' }, 60_000);
    return hold;
  };
  return { deps, close, journal, thinking, send, approve, deny };
}

test('a session: all that it sends after the no is refused, what went before is named; another goes on', async () => {
  await maps('first', 'held', 'after', 'other');
  const { deps, close, journal, send, deny } = opened();
  const headers = kubectl('s1');
  assert.equal(await send('first', { headers }), 'forwarded');
  const held = await send('held', { headers });
  const [act] = await journal.acts();
  assert.match(held, /^toolcrib HELD [A-Z0-9]{5}: /);
  assert.ok(held.includes(`this act has done: delete configmap default/first`), held);
  assert.ok(held.includes(`toolcrib undo ${act?.id}`), held);
  assert.deepEqual((await deny()).before, ['delete configmap default/first']);
  const refused = await send('after', { headers });
  assert.match(refused, /ben said no to this act \([A-Z0-9]{5}\), and that ends it\. Nothing more was sent/);
  assert.ok(refused.includes('delete configmap default/first'), refused);
  const states = (await journal.requests({ actId: act?.id })).map(({ path, state, decision }) => [
    path.split('/').at(-1),
    state,
    decision.rule,
  ]);
  assert.deepEqual(states, [
    ['first', 'answered', 'default'],
    ['held', 'refused', 'named'],
    ['after', 'refused', 'the-act-was-denied'],
  ]);
  assert.equal(await send('other', { headers: kubectl('s2') }), 'forwarded');
  assert.equal(deps.desk.list().length, 1, 'nothing of it is asked again');
  await close();
});

test('with many acts that wait for an answer, the next command is still one act', async () => {
  const { deps, close } = opened();
  const { journal, clock, ids, sessions } = deps;
  const many = acts({ journal, clock, ids, sessions, isHeld: () => true });
  const of = (session: string) =>
    many.assign(asked('DELETE', `${AT}/x`, { headers: kubectl(session) }), {
      verb: 'delete',
      target: { group: '', version: 'v1', resource: 'configmaps', namespace: 'default', name: 'x' },
      options: {},
      dryRun: false,
    });
  for (let count = 0; count < 310; count++) await of(`held-${count}`);
  assert.equal((await of('mine')).act.id, (await of('mine')).act.id);
  await close();
});

test('a no is remembered, and a running program’s act, however many others come in between', async () => {
  await maps('held', 'after');
  const { deps, close, journal, send, deny } = opened();
  const effect = (name: string): Effect => ({
    verb: 'delete',
    target: { group: '', version: 'v1', resource: 'configmaps', namespace: 'default', name },
    options: {},
    dryRun: false,
  });
  const act = (session: string) =>
    deps.acts.assign(asked('DELETE', `${AT}/x`, { headers: kubectl(session) }), effect('x'));
  await send('held', { headers: kubectl('denied') });
  await deny();
  const running = await act('running');
  for (let count = 0; count < 310; count++) {
    await act(`other-${count}`);
    if (count % 100 === 0) assert.equal((await act('running')).act.id, running.act.id);
  }
  assert.equal((await act('running')).act.id, running.act.id);
  assert.match(await send('after', { headers: kubectl('denied') }), /said no to this act/);
  assert.equal((await journal.acts()).length, 1);
  await close();
});

const statesOf = async (journal: Journal, name: string) =>
  (await journal.requests({})).filter(({ path }) => path.endsWith(`/${name}`)).map(({ state }) => state);

describe('said while another request of the act is being judged', () => {
  const headers = kubectl('s4');
  /** Right after one request was kept, another of its act is held; then this. */
  const meanwhile = async (name: string, then: (way: ReturnType<typeof opened>) => void) => {
    await maps('held', 'held-too', 'late');
    let once = false;
    const way = opened({
      kept: async (path) => {
        if (once || !path.endsWith(`/${name}`)) return;
        once = true;
        await way.send('held-too', { headers });
        then(way);
      },
    });
    return way;
  };

  test('a no: it is not sent either', async () => {
    const way = await meanwhile('late', ({ deny }) => deny());
    assert.match(await way.send('late', { headers }), /ben said no to this act/);
    assert.deepEqual(await statesOf(way.journal, 'late'), ['refused']);
    assert.equal(way.deps.onTheWay.count(), 0);
    await way.close();
  });

  test('a hold that nobody has answered yet: it waits with the rest of its command', async () => {
    const way = await meanwhile('late', () => undefined);
    assert.match(await way.send('late', { headers }), /^toolcrib HELD/);
    assert.deepEqual(await statesOf(way.journal, 'late'), ['refused']);
    await way.close();
  });

  test('what was held itself, and had its yes before the no: not sent', async () => {
    const way = await meanwhile('held', ({ deny }) => deny());
    await way.send('held', { headers });
    await way.approve('held');
    assert.match(await way.send('held', { headers }), /ben said no to this act/);
    await way.close();
  });

  test('a yes that comes after the no is meant: sent', async () => {
    await maps('held', 'held-too');
    const way = opened();
    await way.send('held', {});
    await way.send('held-too', {});
    const { actId } = await way.deny('held-too');
    assert.equal((await way.approve('held')).actId, actId);
    assert.equal(await way.send('held', {}), 'forwarded');
    await way.close();
  });

  test('a collection that is deleted one by one stops there, and tells of each', async () => {
    await maps('one', 'two', 'three', 'held');
    let count = 0;
    const way = opened({
      deleted: async () => {
        if (++count > 1) return;
        await way.send('held', { headers });
        await way.deny();
      },
    });
    const before = (await items(target, AT)).length;
    const told = await way.thinking.judge(asked('DELETE', AT, { headers }));
    assert.match(textOf(told), /1 of \d+ deleted; failed: .*ben said no to this act/s);
    assert.equal((await items(target, AT)).length, before - 1);
    await way.close();
  });
});

test('the worst part of an act is its title, wherever it stands', async () => {
  await maps('first', 'held', 'after');
  const { close, journal, send } = opened();
  for (const name of ['first', 'held', 'after']) await send(name, { headers: kubectl('s3') });
  assert.deepEqual(
    (await journal.acts()).map(({ title }) => title),
    ['delete configmap default/held'],
  );
  await close();
});

test('a program without sessions: for the length of a pause, then what it does is a new act', async () => {
  let now = 1_000_000;
  let deniedAt: number | undefined;
  const clock = { ...testClock, now: () => now };
  let count = 0;
  const all = acts({
    journal: { undos: async () => [] } as never,
    clock,
    ids: { act: () => `act-${++count}`, request: () => '', code: () => '' },
    sessions: { notice: () => undefined, of: () => [] },
    deniedAt: (id) => (id === 'act-1' ? deniedAt : undefined),
  });
  const assign = async () => (await all.assign(asked('DELETE', `${AT}/a`), { verb: 'none' })).act.id;
  assert.equal(await assign(), 'act-1');
  deniedAt = now;
  now += ACT_PAUSE;
  assert.equal(await assign(), 'act-1');
  now += 1;
  assert.equal(await assign(), 'act-2', 'although no pause was in between');
});

async function inTurn<T>(ports: number[], work: (port: number) => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  for (const port of ports) found.push(await work(port));
  return found;
}

test('one act for each process, where the machine tells which', async () => {
  let count = 0;
  const all = acts({
    journal: { undos: async () => [] } as never,
    clock: testClock,
    ids: { act: () => `act-${++count}`, request: () => '', code: () => '' },
    sessions: { notice: () => undefined, of: () => [] },
    clientOf: (port) => (port < 9 ? { pid: port, id: `${port}@1`, argv: [] } : undefined),
  });
  const assign = (clientPort?: number) =>
    all.assign(asked('DELETE', `${AT}/a`, { clientPort }), { verb: 'none' }).then(({ act }) => act.id);
  assert.deepEqual(await inTurn([1, 2, 1, 2], assign), ['act-1', 'act-2', 'act-1', 'act-2']);
  // Who can't be told apart is taken for the last one of the name.
  assert.equal(await assign(99), 'act-2');
});

test('one helm uninstall is one act as long as it runs, also where a hook of its takes minutes, and after a no', async () => {
  let now = 1_000_000;
  let count = 0;
  const argv = (port: number) => (port === 1 ? ['/usr/bin/helm', '-n', 'shop', 'uninstall', 'web'] : ['k9s']);
  const all = acts({
    journal: { undos: async () => [] } as never,
    clock: { ...testClock, now: () => now },
    ids: { act: () => `act-${++count}`, request: () => '', code: () => '' },
    sessions: { notice: () => undefined, of: () => [] },
    clientOf: (port) => ({ pid: port, id: `${port}@1`, argv: argv(port) }),
    deniedAt: () => 1_000_000,
  });
  const assign = (clientPort: number) =>
    all.assign(asked('DELETE', `${AT}/a`, { clientPort }), { verb: 'none' }).then(({ act }) => act.id);
  assert.deepEqual(await inTurn([1, 2], assign), ['act-1', 'act-2']);
  now += 10 * ACT_PAUSE;
  assert.deepEqual(await inTurn([1, 2], assign), ['act-1', 'act-3']);
});

test('an act that was taken over from another thread by its hold goes on', async () => {
  const { journal, close } = openWay(target.cluster, policyOf('[]'));
  const sessions = { notice: () => undefined, of: () => [] };
  let count = 0;
  const ids = { act: () => `act-${++count}`, request: () => '', code: () => '' };
  const [before, now] = [1, 2].map(() => acts({ journal, clock: testClock, ids, sessions }));
  const request = asked('DELETE', `${AT}/a`, { headers: kubectl('s9') });
  const live = await before?.assign(request, { verb: 'none' });
  assert.ok(live && now);
  await before?.save(live);
  await now.byId(live.act.id);
  assert.equal((await now.assign(request, { verb: 'none' })).act.id, live.act.id);
  await close();
});

describe('a yes that is taken back', () => {
  const no = { as: 'denied', by: 'ben' } as const;

  test('before its client asks again: it does not go, and is asked anew', async () => {
    await maps('held-pass');
    const { deps, close, send, approve } = opened();
    await send('held-pass', {});
    const { code } = await approve('held-pass');
    await deps.desk.answer(code, no, 60_000);
    assert.match(await send('held-pass', {}), /said no to this act/);
    const again = await send('held-pass', { headers: kubectl('another') });
    assert.match(again, /^toolcrib HELD/);
    assert.ok(!again.includes(code));
    await close();
  });

  for (const by of ['the same program', 'another program, by the pass'])
    test(`while it is on its way, by ${by}: what has not left is stopped`, async () => {
      await maps('held-way');
      const first = { headers: { 'user-agent': 'dashboard/1.0' } };
      const code = { now: '' };
      const way = opened({
        kept: async () => {
          const hold = await way.deps.desk.answer(code.now, no, 60_000);
          assert.ok(typeof hold === 'object' && hold.state === 'used');
        },
      });
      await way.send('held-way', first);
      code.now = (await way.approve('held-way')).code;
      const more = by === 'the same program' ? first : { headers: { 'user-agent': 'script/1.0' } };
      assert.match(await way.send('held-way', more), /ben said no to this act/);
      assert.deepEqual(await statesOf(way.journal, 'held-way'), ['refused', 'refused']);
      await way.close();
    });

  test('of a collection: what has not gone yet stays', async () => {
    await maps('held-one', 'held-two', 'held-three');
    const labels = { metadata: { labels: { of: 'the-collection' } } };
    for (const name of ['held-one', 'held-two', 'held-three'])
      await target.https('PATCH', `${AT}/${name}`, labels);
    const code = { now: '' };
    const way = opened({
      deleted: async () => void way.deps.desk.answer(code.now, no, 60_000),
    });
    {
      const { deps } = way;
      const all = policyOf('[{name: all, when: "true", then: hold}]');
      deps.policy = () => loadPolicy(all, 'guard.yaml');
      const query = 'labelSelector=of%3Dthe-collection';
      const sent = () => way.thinking.judge(asked('DELETE', AT, { query }));
      assert.match(textOf(await sent()), /HELD/);
      const [hold] = deps.desk.list();
      assert.ok(hold);
      code.now = hold.code;
      await new Promise((resolve) => setTimeout(resolve, 2));
      await deps.desk.answer(hold.code, { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000);
      assert.match(textOf(await sent()), /1 of 3 deleted.*ben said no/s);
      assert.equal((await items(target, `${AT}?${query}`)).length, 2);
    }
    await way.close();
  });
});
