import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Cluster } from '@toolcrib/model';
import { ToolcribError } from '@toolcrib/model';
import type { AskedRequest, Instruction } from '../request.ts';
import { away, faulty } from '../testing/faulty.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, put, seen } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { undoAct } from '../undo/act.ts';
import { judge } from './judge.ts';
import { requestHandler } from './request-handler.ts';

// What is not worth a person's yes, and what a client is told whose hold ends with the guard.

const ALL = '[{name: all, when: "true", then: hold}]';
const NAMESPACE = '/api/v1/namespaces/default';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
  await put(target, `${NAMESPACE}/serviceaccounts`, account);
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'main', image: 'a' }] } };
  for (const name of ['web', 'free'])
    await put(target, DEPLOYMENTS, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: { replicas: 2, selector: { matchLabels: { a: 'b' } }, template },
    });
  await put(target, `${NAMESPACE}/pods`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod' },
    spec: template.spec,
  });
  await letCho([
    { apiGroups: ['', 'apps'], resources: ['*'], verbs: ['get', 'list'] },
    {
      apiGroups: ['apps'],
      resources: ['deployments'],
      verbs: ['delete', 'patch', 'update'],
      resourceNames: ['free'],
    },
  ]);
});
after(() => target.close());

async function letCho(rules: object[]): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const at = `/apis/${apiVersion}/namespaces/default`;
  const metadata = { name: 'some' };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'some' };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'cho' }];
  await put(target, `${at}/roles`, { apiVersion, kind: 'Role', metadata, rules });
  await put(target, `${at}/rolebindings`, { apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects });
}

const saidIn = (instruction: Instruction) => {
  assert.ok(instruction.do === 'answer');
  return JSON.parse(Buffer.from(instruction.body).toString());
};
const toZero: Partial<AskedRequest> = {
  headers: { 'content-type': 'application/merge-patch+json' },
  body: Buffer.from('{"spec":{"replicas":0}}'),
};

describe('who has no right to it is told so, and nobody is asked for a yes', () => {
  for (const [method, path, more, may] of [
    [
      'DELETE',
      `${DEPLOYMENTS}/web`,
      {},
      /deployments.apps "web" is forbidden: you may not delete deployments.apps/,
    ],
    ['DELETE', `${DEPLOYMENTS}/free`, {}, true],
    ['PATCH', `${DEPLOYMENTS}/web`, toZero, /may not patch deployments.apps in the namespace "default"/],
    ['PATCH', `${DEPLOYMENTS}/free`, toZero, true],
    ['PATCH', `${DEPLOYMENTS}/free/scale`, toZero, /may not patch deployments.apps\/scale/],
    ['POST', `${NAMESPACE}/pods/pod/eviction`, {}, /may not create pods\/eviction/],
    ['DELETE', `${NAMESPACE}/pods/pod`, { body: Buffer.from('?') }, /may not delete pods/],
  ] as const) {
    test(`${method} ${path}: ${may === true ? 'held' : 'forbidden'}`, async () => {
      const { deps, journal, close } = openWay(await target.person('cho'), policyOf(ALL));
      const said = saidIn(await judge(deps, asked(method, path, more)));
      assert.equal(said.code, 403);
      assert.equal(said.details?.causes[0].reason === 'ToolcribHeld', may === true, said.message);
      assert.equal(deps.desk.list().length, may === true ? 1 : 0);
      if (may !== true) assert.match(said.message, may);
      const [act] = await journal.acts();
      const [request] = await journal.requests({ actId: act?.id });
      if (may !== true) assert.equal(request?.note, 'the cluster does not allow it');
      await close();
    });
  }

  test('where that can not be asked, it is held', async () => {
    const cluster = new Proxy(target.cluster, {
      get: (real, name) =>
        name === 'mayI'
          ? () =>
              Promise.reject(
                new ToolcribError('api', 'no reviews here', { cause: { status: 403, message: '' } }),
              )
          : Reflect.get(real, name),
    }) as Cluster;
    const { deps, close } = openWay(cluster, policyOf(ALL));
    const said = saidIn(await judge(deps, asked('DELETE', `${NAMESPACE}/pods/pod`)));
    assert.equal(said.details.causes[0].reason, 'ToolcribHeld');
    await close();
  });
});

test('the guard is stopped while kubectl waits: it is told so, and not to approve a dead code', async () => {
  const { deps, journal, close } = openWay(
    target.cluster,
    policyOf(ALL).replace('waitSeconds: 0', 'waitSeconds: 90'),
  );
  const thinking = requestHandler(deps);
  const headers = { 'user-agent': 'kubectl/v1.35.0', 'kubectl-session': 's1' };
  const waiting = thinking.judge(asked('DELETE', `${DEPLOYMENTS}/web`, { headers }));
  while (deps.desk.list().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await thinking.close();
  const said = saidIn(await waiting);
  assert.equal(said.code, 503);
  assert.match(said.message, /the guard was stopped while this was held. Nothing was sent/);
  assert.doesNotMatch(said.message, /toolcrib approve/);
  const [request] = await journal.requests({ state: 'refused' });
  assert.match(request?.note ?? '', /stopped/);
  assert.ok(await seen(target, `${DEPLOYMENTS}/web`));
  await close();
});

test('the cluster is gone when the yes comes: nothing was sent, and the journal and undo say so', async () => {
  let gone = false;
  const cluster = faulty(target.cluster, () => (gone ? { before: away() } : undefined));
  const policy = policyOf(ALL).replace('waitSeconds: 0', 'waitSeconds: 90');
  const { deps, journal, close } = openWay(cluster, policy);
  const headers = { 'user-agent': 'kubectl/v1.35.0', 'kubectl-session': 's1' };
  const waiting = judge(deps, asked('DELETE', `${DEPLOYMENTS}/web`, { headers }));
  while (deps.desk.list().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  gone = true;
  const [hold] = deps.desk.list();
  await deps.desk.answer(hold?.code ?? '', { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000);
  const said = saidIn(await waiting);
  assert.equal(said.code, 502);
  assert.match(said.message, /Nothing was sent/);
  const [act] = await journal.acts();
  const [request] = await journal.requests({ actId: act?.id });
  assert.equal(request?.state, 'not-sent');
  assert.match(request?.note ?? '', /^approved, and then: The cluster gave no answer/);
  // No cluster is asked what became of what never left.
  const clusterFor = () => Promise.reject(away());
  const undone = await undoAct({ ...deps, clusterFor, by: 'aiko' }, act?.id ?? '', () => undefined);
  assert.deepEqual(
    undone.results.map(({ result }) => result),
    ['unchanged'],
  );
  assert.match(undone.results[0]?.note ?? '', /it took nothing: it was never sent \(approved/);
  assert.deepEqual(await journal.undos(act?.id ?? ''), []);
  assert.ok(await seen(target, `${DEPLOYMENTS}/web`));
  await close();
});

test('the cluster is gone right after a pass was taken: that request was not sent, and the log has it', async () => {
  let gone = false;
  const cluster = faulty(target.cluster, () => (gone ? { before: away() } : undefined));
  const { deps, journal, close } = openWay(cluster, policyOf(ALL));
  const first = asked('DELETE', `${DEPLOYMENTS}/web`);
  assert.equal(saidIn(await judge(deps, first)).code, 403);
  const [hold] = deps.desk.list();
  await deps.desk.answer(hold?.code ?? '', { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000);
  const { takePass } = deps.desk;
  deps.desk.takePass = (...args) => {
    gone = true;
    return takePass(...args);
  };
  const second = asked('DELETE', `${DEPLOYMENTS}/web`);
  assert.equal(saidIn(await judge(deps, second)).code, 502);
  const request = (await journal.requests({})).find(({ id }) => id === second.id);
  assert.equal(request?.state, 'not-sent');
  assert.match(request?.note ?? '', /^approved, and then: The cluster gave no answer/);
  await close();
});

test('the hold has who asks, as whom and how, and the notice tells it', async () => {
  const { deps, close } = openWay(target.cluster, policyOf(ALL));
  const told: (string | undefined)[] = [];
  deps.notifier = { tell: ({ asked: who }) => void told.push(who) };
  try {
    const request = asked('DELETE', `${DEPLOYMENTS}/web`, {
      agent: true,
      tool: { name: 'claude', version: '2.1', sha256: 'a' },
      query: 'gracePeriodSeconds=0&propagationPolicy=Orphan',
      headers: { 'impersonate-user': 'ben', 'impersonate-group': 'system:masters' },
    });
    assert.equal((await judge(deps, request)).do, 'answer');
    const [hold] = deps.desk.list();
    assert.equal(hold?.caller?.agent, true);
    assert.equal(hold?.caller?.tool?.name, 'claude');
    assert.equal(hold?.as?.['impersonate-user'], 'ben');
    assert.deepEqual(told, [
      'By an agent of aiko, with claude 2.1, as ben of system:masters; forced: grace period 0; cascade orphan: what it owns stays',
    ]);
  } finally {
    await close();
  }
});
