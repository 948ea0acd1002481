import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infoOf } from '../testing/infos.ts';
import { served } from '../testing/served.ts';

const on = served();
const AUTHORIZATION = '/apis/authorization.k8s.io/v1';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

test('rights for what follows', async () => {
  const rules = [
    { verbs: ['list'], apiGroups: [''], resources: ['pods'] },
    { verbs: ['get'], nonResourceURLs: ['/x'] },
    { verbs: ['create'], apiGroups: ['authorization.k8s.io', 'authentication.k8s.io'], resources: ['*'] },
  ];
  const role = await on.admin.call('POST', `${RBAC}/clusterroles`, {
    body: { metadata: { name: 'lister' }, rules },
  });
  assert.equal(role.status, 201);
  const roleRef = { kind: 'ClusterRole', name: 'lister' };
  const subjects = [
    { kind: 'User', name: 'aiko' },
    { kind: 'Group', name: 'devs' },
  ];
  const body = { metadata: { name: 'lister' }, roleRef, subjects };
  assert.equal((await on.admin.call('POST', `${RBAC}/clusterrolebindings`, { body })).status, 201);
});

const pods = (verb: string) => ({ resourceAttributes: { verb, resource: 'pods', namespace: 'default' } });

test('may I?', async () => {
  const ask = async (spec: object) => {
    const { status, body } = await on
      .as('aiko')
      .call('POST', `${AUTHORIZATION}/selfsubjectaccessreviews`, { body: { spec } });
    assert.equal(status, 201);
    assert.deepEqual(
      [body.kind, body.apiVersion, body.spec],
      ['SelfSubjectAccessReview', 'authorization.k8s.io/v1', spec],
    );
    return body.status;
  };
  assert.deepEqual(await ask(pods('list')), {
    allowed: true,
    reason: 'RBAC: allowed by ClusterRoleBinding "lister" of ClusterRole "lister" to User "aiko"',
  });
  assert.deepEqual(await ask(pods('delete')), { allowed: false });
  assert.equal((await ask({ nonResourceAttributes: { verb: 'get', path: '/x' } })).allowed, true);
  assert.equal((await ask({ nonResourceAttributes: { verb: 'get', path: '/y' } })).allowed, false);
  assert.deepEqual(await ask({}), { allowed: false });
});

test('may somebody else?', async () => {
  const ask = async (path: string, spec: object) =>
    (await on.admin.call('POST', path, { body: { spec } })).body.status.allowed;
  const path = `${AUTHORIZATION}/subjectaccessreviews`;
  assert.equal(await ask(path, { ...pods('list'), user: 'aiko' }), true);
  assert.equal(await ask(path, { ...pods('list'), user: 'ben' }), false);
  assert.equal(await ask(path, { ...pods('list'), user: 'ben', groups: ['devs'] }), true);
  assert.equal(await ask(path, { ...pods('list'), groups: 'devs' }), false);
  const local = `${AUTHORIZATION}/namespaces/default/localsubjectaccessreviews`;
  assert.equal(await ask(local, { ...pods('list'), user: 'aiko' }), true);
});

test('what may I?', async () => {
  const path = `${AUTHORIZATION}/selfsubjectrulesreviews`;
  const { status, body } = await on
    .as('aiko')
    .call('POST', path, { body: { spec: { namespace: 'default' } } });
  assert.equal(status, 201);
  assert.deepEqual([body.kind, body.metadata, body.spec], ['SelfSubjectRulesReview', {}, {}]);
  assert.equal(body.status.incomplete, false);
  const rules = JSON.stringify(body.status.resourceRules);
  assert.ok(rules.includes('{"verbs":["list"],"apiGroups":[""],"resources":["pods"]}'), rules);
  assert.equal(rules.includes('nonResourceURLs'), false);
  const paths = body.status.nonResourceRules.map(
    ({ nonResourceURLs }: { nonResourceURLs: string[] }) => nonResourceURLs,
  );
  assert.ok(JSON.stringify(paths).includes('["/x"]'));
  assert.equal((await on.as('aiko').call('POST', path, { body: {} })).status, 201);
});

test('who am I?', async () => {
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const ask = async (headers: Record<string, string> = {}) =>
    on.admin.call('POST', path, { body: {}, headers });
  const { status, body } = await ask();
  assert.equal(status, 201);
  assert.deepEqual(
    [body.kind, body.apiVersion, body.spec],
    ['SelfSubjectReview', 'authentication.k8s.io/v1', undefined],
  );
  assert.deepEqual(body.status, {
    userInfo: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
  });
  const acting = await ask({
    'impersonate-user': 'ben',
    'impersonate-group': 'devs',
    'impersonate-uid': 'u-1',
    'impersonate-extra-team': 'a',
  });
  assert.deepEqual(acting.body.status.userInfo, {
    username: 'ben',
    uid: 'u-1',
    groups: ['devs', 'system:authenticated'],
    extra: { team: ['a'] },
  });
});

test('whose is this token?', async () => {
  const path = '/apis/authentication.k8s.io/v1/tokenreviews';
  const token = /token: (\S+)/.exec(on.sandbox.kubeconfig({ name: 'aiko', groups: ['devs'] }))?.[1];
  const known = await on.admin.call('POST', path, { body: { spec: { token } } });
  assert.deepEqual(known.body.status, { authenticated: true, user: { username: 'aiko', groups: ['devs'] } });
  for (const spec of [{ token: 'wrong' }, {}, undefined]) {
    const { status, body } = await on.admin.call('POST', path, { body: { spec } });
    assert.deepEqual([status, body.status], [201, { user: {}, error: 'invalid bearer token' }]);
  }
});

test('a review is not kept, and yet tells whose fields it has', async () => {
  const before = on.sandbox.store.version();
  const path = `${AUTHORIZATION}/selfsubjectaccessreviews?fieldManager=me`;
  const body = { metadata: { labels: { a: 'b' } }, spec: pods('list') };
  const { metadata } = (await on.admin.call('POST', path, { body })).body;
  assert.deepEqual(metadata.labels, { a: 'b' });
  const [entry] = metadata.managedFields;
  assert.deepEqual([entry.manager, entry.operation, entry.time], ['me', 'Update', '2026-11-02T10:00:00Z']);
  assert.equal(on.sandbox.store.version(), before);
  const bare = await on.admin.call('POST', path, { body: {} });
  assert.equal(bare.body.metadata.managedFields, undefined);
});

test('the old way to bind a Pod', async () => {
  const { store } = on.sandbox;
  const own = { namespace: 'default' };
  store.create(infoOf('/serviceaccounts'), {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', ...own },
  });
  const spec = { containers: [{ name: 'c', image: 'i' }] };
  store.create(infoOf('/pods'), { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...own }, spec });
  const body = { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } };
  assert.equal((await on.admin.call('POST', '/api/v1/namespaces/default/bindings', { body })).status, 201);
  assert.equal(store.get(infoOf('/pods'), 'default', 'p').spec.nodeName, 'n');
  const none = await on.admin.call('POST', '/api/v1/namespaces/default/bindings', {
    body: { target: body.target },
  });
  assert.equal(none.status, 404);
});
