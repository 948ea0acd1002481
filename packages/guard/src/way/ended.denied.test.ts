import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Effect, Journal } from '@toolcrib/model';
import { loadPolicy } from '../policy/policy.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, items } from '../testing/target.ts';
import { asked, policyOf } from '../testing/way.ts';
import { AT, kubectl, maps, opened, textOf } from './testing/denying.ts';

// A no ends the act: whatever of it comes after is refused, and what went before is named.

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

test('a session: all that it sends after the no is refused, what went before is named; another goes on', async () => {
  await maps(target, 'first', 'held', 'after', 'other');
  const { deps, close, journal, send, deny } = opened(target);
  const headers = kubectl('s1');
  assert.equal(await send('first', { headers }), 'forwarded');
  const held = await send('held', { headers });
  const [act] = await journal.acts();
  assert.match(held, /^[A-Z0-9]{5} HELD by toolcrib: /);
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

test('a no is remembered, and a running program’s act, however many others come in between', async () => {
  await maps(target, 'held', 'after');
  const { deps, close, journal, send, deny } = opened(target);
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

test('the worst part of an act is its title, wherever it stands', async () => {
  await maps(target, 'first', 'held', 'after');
  const { close, journal, send } = opened(target);
  for (const name of ['first', 'held', 'after']) await send(name, { headers: kubectl('s3') });
  assert.deepEqual(
    (await journal.acts()).map(({ title }) => title),
    ['delete configmap default/held'],
  );
  await close();
});

const statesOf = async (journal: Journal, name: string) =>
  (await journal.requests({})).filter(({ path }) => path.endsWith(`/${name}`)).map(({ state }) => state);

describe('said while another request of the act is being judged', () => {
  const headers = kubectl('s4');
  /** Right after one request was kept, another of its act is held; then this. */
  const meanwhile = async (name: string, then: (way: ReturnType<typeof opened>) => void) => {
    await maps(target, 'held', 'held-too', 'late');
    let once = false;
    const way = opened(target, {
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
    assert.match(await way.send('late', { headers }), /^[A-Z0-9]{5} HELD by toolcrib/);
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
    await maps(target, 'held', 'held-too');
    const way = opened(target);
    await way.send('held', {});
    await way.send('held-too', {});
    const { actId } = await way.deny('held-too');
    assert.equal((await way.approve('held')).actId, actId);
    assert.equal(await way.send('held', {}), 'forwarded');
    await way.close();
  });

  test('a collection that is deleted one by one stops there, and tells of each', async () => {
    // They go in the order of their names.
    await maps(target, 'before', 'one', 'two', 'three', 'held');
    let count = 0;
    const way = opened(target, {
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

describe('a yes that is taken back', () => {
  const no = { as: 'denied', by: 'ben' } as const;

  test('before its client asks again: it does not go, and is asked anew', async () => {
    await maps(target, 'held-pass');
    const { deps, close, send, approve } = opened(target);
    await send('held-pass', {});
    const { code } = await approve('held-pass');
    await deps.desk.answer(code, no, 60_000);
    assert.match(await send('held-pass', {}), /said no to this act/);
    const again = await send('held-pass', { headers: kubectl('another') });
    assert.match(again, /^[A-Z0-9]{5} HELD by toolcrib/);
    assert.ok(!again.includes(code));
    await close();
  });

  for (const by of ['the same program', 'another program, by the pass'])
    test(`while it is on its way, by ${by}: what has not left is stopped`, async () => {
      await maps(target, 'held-way');
      const first = { headers: { 'user-agent': 'dashboard/1.0' } };
      const code = { now: '' };
      const way = opened(target, {
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
    await maps(target, 'held-one', 'held-two', 'held-three');
    const labels = { metadata: { labels: { of: 'the-collection' } } };
    for (const name of ['held-one', 'held-two', 'held-three'])
      await target.https('PATCH', `${AT}/${name}`, labels);
    const code = { now: '' };
    const way = opened(target, {
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
