import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Destructive } from '../effects/subject.ts';
import type { AskedRequest } from '../request.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, put } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { judge } from './judge.ts';
import { likenessOf } from './request-key.ts';

// One yes for several like requests: for the same sender and the same options as those that were shown.

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

const AT = '/api/v1/namespaces/default/configmaps';
const bytes = (body: unknown) => Buffer.from(JSON.stringify(body));
const json = { 'content-type': 'application/json' };
const kubectl = { 'user-agent': 'dashboard/1.0', 'kubectl-session': 's1' };

describe('after one yes for two, the second goes', () => {
  const others: [string, boolean, Partial<AskedRequest>][] = [
    ['as the others', true, {}],
    ['with the same options in a body', true, { headers: json, body: bytes({ kind: 'DeleteOptions' }) }],
    [
      'with a precondition',
      true,
      { headers: json, body: bytes({ preconditions: { resourceVersion: '7' } }) },
    ],
    ['at once', false, { query: 'gracePeriodSeconds=0' }],
    ['with another propagation', false, { headers: json, body: bytes({ propagationPolicy: 'Orphan' }) }],
    ['by an agent', false, { agent: true }],
    ['by another program', false, { tool: { name: 'bot', sha256: 'ab' } }],
    [
      'as somebody else',
      false,
      { headers: { 'impersonate-user': 'kubernetes-admin', 'impersonate-group': 'system:masters' } },
    ],
  ];
  for (const [how, goes, more] of others) {
    test(`${how}: ${goes ? 'yes' : 'no'}`, async () => {
      const { deps, close } = openWay(target.cluster, policyOf('[{name: all, when: "true", then: hold}]'));
      const names = ['a', 'b'].map((name) => `${name}-${how.replaceAll(' ', '-')}`);
      for (const name of names)
        await put(target, AT, {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name, labels: { how: names[0] } },
        });
      deps.sessions.notice({
        context: 'prod',
        session: 's1',
        path: AT,
        query: `labelSelector=how=${names[0]}`,
      });
      await judge(deps, asked('DELETE', `${AT}/${names[0]}`, { headers: kubectl }));
      const [hold] = deps.desk.list();
      assert.equal(hold?.envelope?.uids.length, 2);
      await deps.desk.answer(hold?.code ?? '', { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000);
      const second = asked('DELETE', `${AT}/${names[1]}`, {
        ...more,
        headers: { ...kubectl, ...more.headers },
      });
      assert.equal((await judge(deps, second)).do, goes ? 'forward' : 'answer');
      await close();
    });
  }
});

test('a yes that is found not to cover what is there is none for the others either', async () => {
  const { deps, close } = openWay(target.cluster, policyOf('[{name: all, when: "true", then: hold}]'));
  const object = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { how: 'void' } },
  });
  for (const name of ['void-a', 'void-b']) await put(target, AT, object(name));
  deps.sessions.notice({ context: 'prod', session: 's1', path: AT, query: 'labelSelector=how=void' });
  const send = (name: string) => judge(deps, asked('DELETE', `${AT}/${name}`, { headers: kubectl }));
  await send('void-a');
  const [hold] = deps.desk.list();
  await deps.desk.answer(hold?.code ?? '', { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000);
  // Another one under its name, which nobody has been shown.
  await target.https('DELETE', `${AT}/void-a`);
  await put(target, AT, object('void-a'));
  const first = await send('void-a');
  assert.ok(first.do === 'answer');
  assert.match(Buffer.from(first.body).toString(), /no longer what was approved/);
  assert.equal((await send('void-b')).do, 'answer');
  await close();
});

test('sent all at once: one hold', async () => {
  const names = ['c1', 'c2', 'c3', 'c4'];
  let asking = 0;
  let allAsk: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    allAsk = resolve;
  });
  // None is told its rights before all have asked; then one after the other.
  const mayI = async () => {
    const place = ++asking;
    if (place === names.length) allAsk();
    await all;
    await new Promise((resolve) => setTimeout(resolve, place * 50));
    return { allowed: true };
  };
  const cluster = new Proxy(target.cluster, {
    get: (real, name) => (name === 'mayI' ? mayI : Reflect.get(real, name)),
  });
  const { deps, close } = openWay(cluster, policyOf('[{name: all, when: "true", then: hold}]'));
  const labels = { sent: 'at-once' };
  for (const name of names)
    await put(target, AT, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels } });
  const query = 'labelSelector=sent=at-once';
  deps.sessions.notice({ context: 'prod', session: 's1', path: AT, query });
  await Promise.all(names.map((name) => judge(deps, asked('DELETE', `${AT}/${name}`, { headers: kubectl }))));
  assert.deepEqual(
    deps.desk.list().map(({ envelope }) => envelope?.uids.length),
    [4],
  );
  await close();
});

test('a scale to another number is no like request', () => {
  const scale = (replicas: number): Destructive => ({
    verb: 'scale',
    target: { group: 'apps', version: 'v1', resource: 'deployments', name: 'web' },
    replicas,
    dryRun: false,
  });
  assert.equal(likenessOf({ sender: 'kubectl' }, scale(1)), likenessOf({ sender: 'kubectl' }, scale(1)));
  assert.notEqual(likenessOf({ sender: 'kubectl' }, scale(1)), likenessOf({ sender: 'kubectl' }, scale(0)));
});
