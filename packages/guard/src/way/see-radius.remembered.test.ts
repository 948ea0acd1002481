import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from '@toolcrib/model';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, put } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { judge } from './judge.ts';

// What is remembered for a moment is given back after it, although nobody asks again.

const AT = '/api/v1/namespaces/default/configmaps';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

/** A clock that stands until it is moved, and then runs what is due. */
function handClock() {
  let now = 1_000_000;
  const timers = new Set<{ at: number; run: () => void }>();
  const clock: Clock = {
    now: () => now,
    after(delay, run) {
      const timer = { at: now + delay, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  };
  const move = (ms: number) => {
    now += ms;
    for (const timer of timers) {
      if (timer.at > now) continue;
      timers.delete(timer);
      timer.run();
    }
  };
  return { clock, move, timers };
}

async function eventuallyCollected(ref: WeakRef<object>): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    // A WeakRef that was read stays until the end of the turn.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    if (ref.deref() === undefined) return true;
  }
  return false;
}

async function deletedMany() {
  for (const name of ['a', 'b', 'c'])
    await put(target, AT, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }).catch(() => undefined);
  const { clock, move, timers } = handClock();
  const way = openWay(target.cluster, policyOf('[]'), undefined, clock);
  const headers = {
    'user-agent': 'kubectl/v1.35.2',
    'kubectl-session': 's',
    'kubectl-command': 'kubectl delete',
  };
  const noticed = { context: 'prod', session: 's', path: AT, query: 'limit=500' };
  way.deps.sessions.notice(noticed);
  for (const name of ['a', 'b'])
    assert.equal((await judge(way.deps, asked('DELETE', `${AT}/${name}`, { headers }))).do, 'forward');
  const [act] = await way.journal.acts();
  const live = await way.deps.acts.byId(act?.id ?? '');
  assert.ok(live);
  return { ...way, live, headers, move, timers };
}

test('the radius of a whole act, that the next like requests need not look at again', async () => {
  const { live, move, timers, close } = await deletedMany();
  assert.ok(live.seen);
  const ref = new WeakRef(live.seen.seen.radius);
  const before = timers.size;
  move(4_999);
  assert.ok(live.seen, 'still good');
  move(2);
  assert.equal(live.seen, undefined);
  assert.ok(timers.size < before);
  assert.ok(await eventuallyCollected(ref), 'something else holds it');
  await close();
});

test('what an act was seen to go through, once it has long been quiet; typed on, it is looked up anew', async () => {
  const { deps, live, headers, move, close } = await deletedMany();
  assert.equal([...live.expected.values()].flat().length, 3);
  move(9 * 60_000);
  assert.ok(live.expected.size > 0);
  move(60_000 + 1);
  assert.equal(live.expected.size, 0);
  assert.equal(live.act.expected, 3, 'how many it was stays known');
  await judge(deps, asked('DELETE', `${AT}/c`, { headers }));
  assert.equal([...live.expected.values()].flat().length, 3);
  await close();
});
