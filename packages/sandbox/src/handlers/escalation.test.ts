import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceRequest } from '../request/context.ts';
import { served } from '../testing/served.ts';
import { checkEscalation } from './escalation.ts';

const on = served();
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const readPods = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };
const manage = {
  verbs: ['*'],
  apiGroups: ['rbac.authorization.k8s.io'],
  resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
};

/** Gives a user these rules in the whole cluster. */
async function grant(user: string, rules: object[]): Promise<void> {
  const role = await on.admin.call('POST', `${RBAC}/clusterroles`, {
    body: { metadata: { name: user }, rules },
  });
  assert.equal(role.status, 201);
  const roleRef = { kind: 'ClusterRole', name: user };
  const body = { metadata: { name: user }, roleRef, subjects: [{ kind: 'User', name: user }] };
  assert.equal((await on.admin.call('POST', `${RBAC}/clusterrolebindings`, { body })).status, 201);
}
const verbs = (list: string[], resource: string) => ({ ...manage, verbs: list, resources: [resource] });
const usual = ['create', 'update', 'patch', 'get'];

async function writeRole(user: string, rules: object[] | undefined, name = 'r'): Promise<[number, string]> {
  const path = `${RBAC}/namespaces/default/roles?dryRun=All`;
  const { status, body } = await on.as(user).call('POST', path, { body: { metadata: { name }, rules } });
  return [status, body.message];
}

test('nobody writes a role with more rights than they have', async () => {
  await grant('aiko', [readPods, verbs(usual, 'roles'), { verbs: ['get'], nonResourceURLs: ['/x'] }]);
  assert.equal((await writeRole('aiko', [readPods]))[0], 201);
  assert.equal((await writeRole('aiko', [{ ...readPods, verbs: ['list'] }]))[0], 201);
  assert.equal((await writeRole('aiko', undefined))[0], 201);
  const said =
    'roles.rbac.authorization.k8s.io "r" is forbidden: user "aiko" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n';
  assert.deepEqual(await writeRole('aiko', [{ ...readPods, verbs: ['get', 'delete', 'patch'] }]), [
    403,
    `${said}{APIGroups:[""], Resources:["pods"], Verbs:["delete" "patch"]}`,
  ]);
  const many = [{ verbs: ['get'], apiGroups: ['', 'apps'], resources: ['pods', 'secrets', 'pods/log'] }];
  assert.deepEqual(await writeRole('aiko', many), [
    403,
    `${said}${[
      '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
      '{APIGroups:[""], Resources:["pods/log"], Verbs:["get"]}',
      '{APIGroups:["apps"], Resources:["pods"], Verbs:["get"]}',
      '{APIGroups:["apps"], Resources:["secrets"], Verbs:["get"]}',
      '{APIGroups:["apps"], Resources:["pods/log"], Verbs:["get"]}',
    ].join('\n')}`,
  ]);
  const paths = [{ verbs: ['get', 'post'], nonResourceURLs: ['/x', '/y'] }];
  assert.deepEqual(await writeRole('aiko', paths), [
    403,
    `${said}{NonResourceURLs:["/x"], Verbs:["post"]}\n{NonResourceURLs:["/y"], Verbs:["get" "post"]}`,
  ]);
});

test('rights on some names are less than rights on all', async () => {
  await grant('named', [{ ...readPods, resourceNames: ['a', 'b'] }, verbs(usual, 'roles')]);
  assert.equal((await writeRole('named', [{ ...readPods, resourceNames: ['a'] }]))[0], 201);
  const [code, message] = await writeRole('named', [{ ...readPods, resourceNames: ['a', 'c'] }]);
  assert.equal(code, 403);
  assert.match(message, /ResourceNames:\["a" "c"\], Verbs:\["get" "list"\]\}$/);
  assert.equal((await writeRole('named', [readPods]))[0], 403);
});

test('whoever may escalate writes what they like', async () => {
  await grant('climber', [verbs([...usual, 'escalate'], 'roles')]);
  assert.equal((await writeRole('climber', [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]))[0], 201);
  const path = `${RBAC}/clusterroles?dryRun=All`;
  const cluster = await on
    .as('climber')
    .call('POST', path, { body: { metadata: { name: 'c' }, rules: [readPods] } });
  assert.equal(cluster.status, 403);
});

async function bind(user: string, kind: string, name: string, namespaced = true): Promise<number> {
  const path = namespaced ? `${RBAC}/namespaces/default/rolebindings` : `${RBAC}/clusterrolebindings`;
  const body = { metadata: { name: 'b' }, roleRef: { kind, name }, subjects: [{ kind: 'User', name: 'x' }] };
  return (await on.as(user).call('POST', `${path}?dryRun=All`, { body })).status;
}

test('nobody binds a role with more rights than they have, unless they may bind it', async () => {
  await on.admin.call('POST', `${RBAC}/namespaces/default/roles`, {
    body: { metadata: { name: 'local' }, rules: [readPods] },
  });
  await on.admin.call('POST', `${RBAC}/namespaces/kube-public/roles`, {
    body: { metadata: { name: 'foreign' }, rules: [readPods] },
  });
  await on.admin.call('POST', `${RBAC}/clusterroles`, {
    body: { metadata: { name: 'wide' }, rules: [readPods] },
  });
  const bindings = [verbs(usual, 'rolebindings'), verbs(usual, 'clusterrolebindings')];
  await grant('binder', bindings);
  assert.equal(await bind('binder', 'Role', 'local'), 403);
  assert.equal(await bind('binder', 'ClusterRole', 'wide'), 403);
  assert.equal(await bind('binder', 'ClusterRole', 'wide', false), 403);
  // A role that is not there gives nothing.
  assert.equal(await bind('binder', 'Role', 'foreign'), 201);
  assert.equal(await bind('binder', 'ClusterRole', 'local'), 201);
  await grant('reader', [...bindings, readPods]);
  assert.equal(await bind('reader', 'Role', 'local'), 201);
  assert.equal(await bind('reader', 'ClusterRole', 'wide', false), 201);
  await grant('binds-wide', [...bindings, { ...verbs(['bind'], 'clusterroles'), resourceNames: ['wide'] }]);
  assert.equal(await bind('binds-wide', 'ClusterRole', 'wide'), 201);
  assert.equal(await bind('binds-wide', 'Role', 'local'), 403);
  await grant('binds-local', [...bindings, verbs(['bind'], 'roles')]);
  assert.equal(await bind('binds-local', 'Role', 'local'), 201);
  assert.equal(await bind('binds-local', 'ClusterRole', 'wide'), 403);
});

test('other kinds, and the administrator, are not asked', async () => {
  await grant('mapper', [{ verbs: ['create'], apiGroups: [''], resources: ['configmaps'] }]);
  const body = { metadata: { name: 'm' }, rules: [readPods] };
  const { status } = await on
    .as('mapper')
    .call('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', { body });
  assert.equal(status, 201);
  const anything = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
  const role = await on.admin.call('POST', `${RBAC}/clusterroles?dryRun=All`, {
    body: { metadata: { name: 'all' }, rules: anything },
  });
  assert.equal(role.status, 201);
});

/** One check by itself, of somebody whose rights are those. */
function check(
  group: string,
  rules: object[],
  allowed: (asked: { path?: string }) => boolean,
  groups: string[] = [],
) {
  const request = {
    info: { group, resource: 'roles', kind: 'Role' },
    user: { name: 'eve', groups },
    namespace: 'default',
    sandbox: { authorize: (_: unknown, asked: { path?: string }) => ({ allowed: allowed(asked) }) },
  } as unknown as ResourceRequest;
  checkEscalation(request, { apiVersion: 'v1', kind: 'Role', metadata: { name: 'r' }, rules });
}

test('only rules of RBAC give rights, and its masters may give any', () => {
  const nothing = () => false;
  const rbac = 'rbac.authorization.k8s.io';
  assert.doesNotThrow(() => check('example.com', [readPods], nothing));
  assert.doesNotThrow(() => check(rbac, [readPods], nothing, ['system:masters']));
  assert.throws(() => check(rbac, [readPods], nothing), /not currently held/);
  const one = { ...readPods, resourceNames: ['web'] };
  assert.throws(() => check(rbac, [one], nothing), /ResourceNames:\["web"\]/);
  const paths = { verbs: ['get'], nonResourceURLs: ['/metrics'] };
  assert.doesNotThrow(() => check(rbac, [paths], ({ path }) => path === '/metrics'));
});
