import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Effect } from '@toolcrib/model';
import { openSandbox } from '../testing/sandbox-target.ts';
import type { ClusterTarget } from '../testing/target.ts';
import { asked } from '../testing/way.ts';
import { AT, kubectl, maps, opened } from './testing/denying.ts';

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
