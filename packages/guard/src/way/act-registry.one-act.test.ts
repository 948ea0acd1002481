import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACT_PAUSE } from '../act/group.ts';
import { asked, openWay, policyOf, testClock } from '../testing/way.ts';
import { memoryCluster } from '../undo/testing/memory-cluster.ts';
import { actRegistry } from './act-registry.ts';

// Nothing of it asks a cluster.
const AT = '/api/v1/namespaces/default/configmaps';
const kubectl = (session: string) => ({ 'user-agent': 'kubectl/v1.35.2', 'kubectl-session': session });

test('with many acts that wait for an answer, the next command is still one act', async () => {
  const { deps, close } = openWay(memoryCluster([]), policyOf('[]'));
  const { journal, clock, ids, sessions } = deps;
  const many = actRegistry({ journal, clock, ids, sessions, isHeld: () => true });
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

test('a program without sessions: for the length of a pause, then what it does is a new act', async () => {
  let now = 1_000_000;
  let deniedAt: number | undefined;
  const clock = { ...testClock, now: () => now };
  let count = 0;
  const all = actRegistry({
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
  const all = actRegistry({
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
  const all = actRegistry({
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
  const { journal, close } = openWay(memoryCluster([]), policyOf('[]'));
  const sessions = { notice: () => undefined, of: () => [] };
  let count = 0;
  const ids = { act: () => `act-${++count}`, request: () => '', code: () => '' };
  const [before, now] = [1, 2].map(() => actRegistry({ journal, clock: testClock, ids, sessions }));
  const request = asked('DELETE', `${AT}/a`, { headers: kubectl('s9') });
  const live = await before?.assign(request, { verb: 'none' });
  assert.ok(live && now);
  await before?.save(live);
  await now.byId(live.act.id);
  assert.equal((await now.assign(request, { verb: 'none' })).act.id, live.act.id);
  await close();
});
