import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Cluster } from '@toolcrib/model';
import type { AskedRequest, Instruction, Outcome } from '../request.ts';
import { asked } from '../testing/way.ts';
import { type Channel, judgeClient } from './client.ts';
import { heartbeat } from './heartbeat.ts';
import { hostBrain } from './host.ts';
import { judgements } from './judgements.ts';

/** Time that stands until it is moved. */
function handClock() {
  let now = 1_000_000;
  const timers = new Set<{ at: number; run(): void }>();
  return {
    now: () => now,
    after(delay: number, run: () => void) {
      const timer = { at: now + delay, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    /** `late`: the machine slept, and timers ring only at its end. */
    move(ms: number, late = false) {
      const end = now + ms;
      if (late) now = end;
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = end;
    },
  };
}

/** Both ends in this thread, with a brain that does as it is told. */
function pair(judge: (request: AskedRequest, cluster: Cluster) => Promise<Instruction>) {
  const clock = handClock();
  const ends: ((message: never) => void)[][] = [[], []];
  const end = (own: number): Channel => ({
    postMessage: (message) =>
      void setImmediate(() => {
        for (const to of ends[1 - own] ?? []) to(message as never);
      }),
    on: (_event, listener) => ends[own]?.push(listener),
  });
  const [door, worker] = [end(0), end(1)];
  const sent: string[] = [];
  const settled: [string, Outcome][] = [];
  const recalled: [number, string[]][] = [];
  const left: string[] = [];
  const running = judgements((id) => worker.postMessage({ type: 'acting', id }));
  const cluster = running.announced({
    request: async ({ method, path }: { method: string; path: string }) =>
      void sent.push(`${method} ${path}`),
    delete: async () => void sent.push('DELETE'),
  } as unknown as Cluster);
  hostBrain(
    worker,
    {
      judge: (request) => judge(request, cluster),
      settled: (id, outcome) => settled.push([id, outcome]),
      passed: (all) => {
        for (const { id, outcome } of all) settled.push([id, outcome]);
      },
      recalled: (call, taken) => void recalled.push([call, taken]),
      left: (actIds) => void left.push(...actIds),
      gone: () => undefined,
      noticed: () => undefined,
      stopping: () => undefined,
      close: async () => undefined,
    },
    running,
  );
  return { clock, client: judgeClient(door, { clock, limit: 1000 }), worker, sent, settled, recalled, left };
}

const FORWARD: Instruction = { do: 'forward', warnings: [] };
const turns = async (count = 10) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};
const textOf = (instruction: Instruction) =>
  instruction.do === 'answer' ? JSON.parse(String(instruction.body)).message : 'forward';

describe('the time of one judgement', () => {
  it('is limited; its client is told that nothing was sent, and that stays true', async () => {
    const cluster = Promise.withResolvers<void>();
    const { clock, client, sent, settled } = pair(async (_, way) => {
      await way.request({ method: 'GET', path: '/slow' });
      await cluster.promise;
      await way.request({ method: 'PATCH', path: '/thing?dryRun=All' });
      await way.delete({} as never, { name: 'thing' }, {} as never);
      return FORWARD;
    });
    const request = asked('DELETE', '/thing');
    const answer = client.judge(request);
    await turns();
    clock.move(999);
    await turns();
    clock.move(1);
    assert.match(textOf(await answer), /not be judged within 1 s, so nothing was sent/);
    cluster.resolve();
    await turns();
    assert.deepEqual(sent, ['GET /slow', 'PATCH /thing?dryRun=All']);
    assert.deepEqual([settled, client.underWay()], [[], []]);
  });

  it('what is judged to be forwarded after its time is settled as not sent', async () => {
    const cluster = Promise.withResolvers<void>();
    const { clock, client, settled } = pair(() => cluster.promise.then(() => FORWARD));
    const request = asked('DELETE', '/thing');
    const answer = client.judge(request);
    await turns();
    clock.move(1000);
    assert.match(textOf(await answer), /nothing was sent/);
    cluster.resolve();
    await turns();
    assert.deepEqual(settled, [[request.id, { notSent: 'it could not be judged in time' }]]);
    assert.deepEqual(client.underWay(), []);
  });

  it('does not run while a person is asked, nor once it has begun to change something', async () => {
    const person = Promise.withResolvers<void>();
    const acting = Promise.withResolvers<void>();
    let post: (message: unknown) => void = () => undefined;
    const { clock, client, worker, sent } = pair(async ({ id }, way) => {
      post({ type: 'waiting', id, code: 'BCDFG' });
      await person.promise;
      post({ type: 'waiting', id });
      await way.delete({} as never, { name: 'thing' }, {} as never);
      await acting.promise;
      return FORWARD;
    });
    post = worker.postMessage;
    const answer = client.judge(asked('DELETE', '/thing'));
    await turns();
    clock.move(60_000);
    await turns();
    person.resolve();
    await turns();
    clock.move(60_000);
    await turns();
    acting.resolve();
    assert.equal(textOf(await answer), 'forward');
    assert.deepEqual(sent, ['DELETE']);
    assert.equal(client.underWay().length, 1);
  });

  it('a thread that ends says of each request what is true', async () => {
    const never = new Promise<Instruction>(() => undefined);
    const { client, worker } = pair(async ({ id, path }, way) => {
      if (path === '/acts') await way.delete({} as never, { name: 'thing' }, {} as never);
      if (path === '/waits') worker.postMessage({ type: 'waiting', id, code: 'BCDFG' });
      return never;
    });
    const answers = ['/thinks', '/acts', '/waits'].map((path) => client.judge(asked('DELETE', path)));
    await turns();
    client.end('the guard got stuck');
    const [thinks, acts, waits] = (await Promise.all(answers)).map(textOf);
    assert.match(thinks, /nothing was sent/);
    assert.match(acts, /in the middle.*toolcrib log/s);
    assert.doesNotMatch(acts, /nothing/);
    assert.match(waits, /nothing was sent.*toolcrib held BCDFG/s);
    assert.match(textOf(await client.judge(asked('DELETE', '/later'))), /nothing was sent/);
    await client.close();
  });
});

describe('a request that was judged before it came', () => {
  const body = new Uint8Array();
  const headers = { 'kubectl-session': 's1' };
  const like = { ...asked('DELETE', '/a', { body, headers, clientPort: 7 }) };
  const give = (worker: Channel, path = '/b') => {
    const passes = [{ id: `of${path}`, path, instruction: { do: 'forward' as const, warnings: ['w'] } }];
    const given = { actId: 'act-1', first: 'first', like, rules: '', until: 10 ** 15, passes };
    worker.postMessage({ type: 'passes', given });
  };

  it('goes at once, and its outcome is told with those of its moment, before whatever is told next', async () => {
    const judged: string[] = [];
    const { clock, client, worker, settled, recalled } = pair(async ({ path }) => {
      judged.push(path);
      return FORWARD;
    });
    give(worker);
    await turns();
    const answer = await client.judge(asked('DELETE', '/b', { body, headers }));
    assert.deepEqual(answer, { do: 'forward', warnings: ['w'], judgedAs: 'of/b' });
    client.settled('first', { status: 200, said: 'yes' });
    client.settled('of/b', { status: 200, said: 'yes' });
    await turns();
    assert.deepEqual([judged, settled.length, client.underWay()], [[], 0, ['of/b']]);
    clock.move(250);
    await turns();
    assert.deepEqual(
      settled.map(([id]) => id),
      ['first', 'of/b'],
    );
    assert.deepEqual(client.underWay(), []);
    // The second time it is judged like any other.
    assert.deepEqual(await client.judge(asked('DELETE', '/b', { body, headers })), FORWARD);
    worker.postMessage({ type: 'recall', call: 3, actId: 'act-1' });
    await turns();
    assert.deepEqual(recalled, [[3, ['of/b']]]);
  });

  it('is judged once its session has listed again; a look at one object is no list', async () => {
    const { client, worker } = pair(async () => FORWARD);
    give(worker, '/b');
    await turns();
    const noticed = { context: like.context, session: 's1', query: '' };
    client.noticed({ ...noticed, path: '/api/v1/namespaces/shop/configmaps/one' });
    assert.deepEqual(await client.judge(asked('DELETE', '/b', { body, headers })), {
      ...FORWARD,
      warnings: ['w'],
      judgedAs: 'of/b',
    });
    give(worker, '/c');
    await turns();
    client.noticed({ ...noticed, path: '/api/v1/namespaces/shop/secrets' });
    assert.deepEqual(await client.judge(asked('DELETE', '/c', { body, headers })), FORWARD);
  });

  it('what was recalled is judged; what was taken before that and is not settled is told', async () => {
    const { client, worker, settled, recalled, left } = pair(async () => FORWARD);
    give(worker);
    await turns();
    client.left(8);
    client.left(7);
    await client.judge(asked('DELETE', '/b', { body, headers }));
    worker.postMessage({ type: 'recall', call: 1, actId: 'act-1' });
    await turns();
    assert.deepEqual([recalled, settled, left], [[[1, ['of/b']]], [], ['act-1']]);
    give(worker, '/c');
    worker.postMessage({ type: 'recall', call: 2, actId: 'act-1' });
    await turns();
    assert.deepEqual(await client.judge(asked('DELETE', '/c', { body, headers })), FORWARD);
    client.settled('of/b', { failed: 'gone' });
    client.left(9);
    await turns();
    assert.deepEqual(settled, [['of/b', { failed: 'gone' }]]);
  });
});

describe('a thread that does not answer', () => {
  const beat = { every: 1000, most: 3 };

  it('is found after so many questions, and one that answers late is not', () => {
    const clock = handClock();
    let round = 0;
    let stuck = 0;
    const beats = heartbeat(
      clock,
      (number) => {
        round = number;
      },
      () => {
        stuck++;
      },
      beat,
    );
    for (let i = 0; i < 20; i++) {
      clock.move(2000);
      beats.heard(round);
    }
    assert.equal(stuck, 0);
    clock.move(3000);
    beats.heard(round - 1);
    assert.equal(stuck, 0);
    clock.move(1000);
    assert.equal(stuck, 1);
    clock.move(10_000);
    assert.equal(stuck, 1);
  });

  it('is not blamed for a machine that slept', () => {
    const clock = handClock();
    let stuck = 0;
    const beats = heartbeat(
      clock,
      () => undefined,
      () => {
        stuck++;
      },
      beat,
    );
    for (let i = 0; i < 10; i++) clock.move(3_600_000, true);
    assert.equal(stuck, 0);
    beats.stop();
    clock.move(10_000);
    assert.equal(stuck, 0);
  });
});
