import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Cluster, Hold } from '@toolcrib/model';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, items, put, until } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import type { Early } from './early.ts';
import { judge } from './judge.ts';
import type { LiveAct } from './live-act.ts';

// What the door has of an act's next requests: nothing where anybody may still end the act, or nobody knows how much it is.

const AT = '/api/v1/namespaces/default/configmaps';
const HEADERS = {
  'user-agent': 'kubectl/v1.35.0',
  'kubectl-session': 's1',
  'kubectl-command': 'kubectl delete',
};
const HELD = `[{name: named, when: 'effect.name.startsWith("held")', then: hold}]`;

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

async function maps(...names: string[]): Promise<void> {
  for (const name of names)
    await put(target, AT, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { app: 'x' } } });
}

async function opened(t: TestContext, rules: string, names: string[]) {
  await maps(...names);
  const looks = { begun: 0, ended: 0 };
  const counting = new Proxy(target.cluster, {
    get: (real, name) =>
      name === 'list'
        ? (...args: Parameters<Cluster['list']>) => {
            looks.begun++;
            return real.list(...args).finally(() => looks.ended++);
          }
        : Reflect.get(real, name),
  });
  const way = openWay(counting, policyOf(rules));
  t.after(async () => {
    await way.close();
    for (const name of names) {
      await target.https('PATCH', `${AT}/${name}`, { metadata: { finalizers: null } });
      await target.https('DELETE', `${AT}/${name}`);
    }
  });
  const { deps, door } = way;
  const query = 'limit=500&labelSelector=app%3Dx';
  const one = (name: string) => asked('DELETE', `${AT}/${name}`, { headers: HEADERS });
  deps.sessions.notice({ context: 'prod', session: 's1', path: AT, query });
  return {
    ...way,
    looks,
    list: () => deps.early.begin({ context: 'prod', session: 's1', path: AT, query, headers: HEADERS }),
    send: async (name: string) => (await judge(deps, one(name))).do,
    passOf: (name: string) => door.take(one(name))?.path,
    held: (): Hold => {
      const [hold] = deps.desk.list();
      assert.ok(hold);
      return hold;
    },
  };
}

describe('what is judged before it comes', () => {
  test('goes by itself where the whole of its act is known, and nobody was asked about it', async (t) => {
    const { send, passOf } = await opened(t, HELD, ['a', 'b', 'c']);
    assert.equal(await send('a'), 'forward');
    assert.deepEqual([passOf('b'), passOf('c')], [`${AT}/b`, `${AT}/c`]);
  });

  test('is nothing where a write comes to a delete: nothing but the UID pins that, however it is changed meanwhile', async (t) => {
    const { deps, door } = await opened(t, '[]', ['a', 'b', 'c']);
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      name: 'ghost',
      uid: '00000000-0000-4000-8000-000000000001',
    };
    const body = Buffer.from(JSON.stringify({ metadata: { ownerReferences: [node] } }));
    const headers = { ...HEADERS, 'content-type': 'application/merge-patch+json' };
    const one = (name: string) => asked('PATCH', `${AT}/${name}`, { headers, body });
    assert.equal((await judge(deps, one('a'))).do, 'forward');
    assert.equal(door.take(one('b')), undefined);
  });

  test('is nothing where its act has a yes: that may be taken back, and ends it at once', async (t) => {
    const { deps, send, passOf, held } = await opened(t, HELD, ['held1', 'b', 'c', 'd']);
    assert.equal(await send('held1'), 'answer');
    await deps.desk.answer(held().code, { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000);
    assert.equal(await send('held1'), 'forward');
    assert.equal(await send('b'), 'forward');
    assert.deepEqual([passOf('c'), passOf('d')], [undefined, undefined]);
    await deps.desk.answer(held().code, { as: 'denied', by: 'ben' }, 60_000);
    assert.equal(await send('c'), 'answer');
  });

  test('is nothing where another request of its act is held meanwhile', async (t) => {
    const { deps, send, passOf, held } = await opened(t, HELD, ['held1', 'b', 'c']);
    const { together } = deps.journal;
    let kept = 0;
    deps.journal.together = async (moment) => {
      await together(moment);
      // Another request of the act is held at this moment.
      if (moment.keep && kept++ === 0) await send('held1');
    };
    assert.equal(await send('b'), 'answer', 'the rest of its command is held');
    assert.equal(held().effect.verb, 'delete');
    assert.equal(passOf('c'), undefined);
  });

  for (const [what, unknown] of [
    ['what else its command takes can’t be told', { untold: 'it names more than 100 objects' }],
    [
      'one of its lists could not be made',
      { unlisted: new Map([['x', { kind: 'cronjobs.batch', why: '503' }]]) },
    ],
  ] as const)
    test(`is nothing where ${what}`, async (t) => {
      const { deps, send, passOf } = await opened(t, HELD, ['a', 'b', 'c']);
      const { foresee } = deps.acts;
      deps.acts.foresee = async (live: LiveAct, ...rest) => {
        const found = await foresee(live, ...rest);
        Object.assign(live, unknown);
        return found;
      };
      assert.equal(await send('a'), 'forward');
      assert.equal(passOf('b'), undefined);
    });

  test('is nothing where this guard goes on as another since it was kept: by that lease it was not', async (t) => {
    const { deps, send, passOf, journal } = await opened(t, HELD, ['a', 'b', 'c']);
    const { together } = deps.journal;
    let guard = 'a';
    deps.lease = { ...deps.lease, guard: () => guard };
    deps.journal.together = async (moment) => {
      await together(moment);
      if (moment.keep) guard = 'b';
    };
    assert.equal(await send('a'), 'forward');
    assert.equal(passOf('b'), undefined);
    const [act] = await journal.acts();
    assert.equal(
      (await journal.requests({ actId: act?.id ?? '' })).length,
      1,
      'what was read ahead is forgotten',
    );
  });

  test('is nothing where something was softened since it was looked at', async (t) => {
    const { deps, send, passOf } = await opened(t, HELD, ['a', 'b', 'c']);
    const { together } = deps.journal;
    deps.journal.together = async (moment) => {
      await together(moment);
      if (moment.keep) await deps.ahead.recallAll();
    };
    assert.equal(await send('a'), 'forward');
    assert.equal(passOf('b'), undefined);
  });

  /** kubectl lists, and all that is begun then has come; `meanwhile`, then its first delete. */
  async function afterTheLook(t: TestContext, rules: string, meanwhile: (early: Early) => Promise<unknown>) {
    const way = await opened(t, rules, ['a', 'b', 'c']);
    const { deps, list, looks } = way;
    list();
    const early = deps.early.take('prod', 's1');
    assert.ok(early);
    await Promise.all([early.all, early.page]);
    await until('the look has ended', async () => looks.begun > 1 && looks.begun === looks.ended);
    await meanwhile(early);
    deps.early.take = () => early;
    return way;
  }

  test('is not what was changed since the look, whatever stands there by then', async (t) => {
    const { send, passOf } = await afterTheLook(t, HELD, async (early) => {
      await target.https('PATCH', `${AT}/b`, { data: { of: 'somebody else' } });
      const now = await items(target, AT);
      early.page = Promise.resolve(now.map((one) => ({ ...one, apiVersion: 'v1', kind: 'ConfigMap' })));
    });
    assert.equal(await send('a'), 'forward');
    assert.deepEqual([passOf('b'), passOf('c')], [undefined, `${AT}/c`]);
  });

  test('and the first of them is looked at as it stands when it comes', async (t) => {
    const rules = `[{name: unclear, when: 'radius.state != "complete"', then: hold}]`;
    const { send, passOf } = await afterTheLook(t, rules, () =>
      target.https('PATCH', `${AT}/a`, { metadata: { finalizers: ['example.dev/wait'] } }),
    );
    assert.equal(await send('a'), 'answer');
    assert.equal(passOf('b'), undefined);
  });
});
