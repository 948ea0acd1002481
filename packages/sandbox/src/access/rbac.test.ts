import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { createStore } from '../store/memory-store.ts';
import { type Attributes, authorizer, rulesFor } from './rbac.ts';

const GROUP = 'rbac.authorization.k8s.io';
const KINDS = {
  Role: 'roles',
  ClusterRole: 'clusterroles',
  RoleBinding: 'rolebindings',
  ClusterRoleBinding: 'clusterrolebindings',
};

/** A store in which these RBAC objects stand, in the namespaces `shop` and `other`. */
function storeWith(...objects: Partial<KubeObject>[]) {
  const store = createStore({ clock: { now: () => 0, after: () => () => {} }, fieldOwnership: false });
  for (const name of ['shop', 'other']) {
    store.create(
      { group: '', version: 'v1', resource: 'namespaces' },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    );
  }
  for (const object of objects) {
    const resource = KINDS[object.kind as keyof typeof KINDS];
    store.create({ group: GROUP, version: 'v1', resource }, {
      apiVersion: `${GROUP}/v1`,
      ...object,
    } as KubeObject);
  }
  return store;
}

const role = (kind: string, rules: object[], namespace?: string) => ({
  kind,
  metadata: { name: 'r', namespace },
  rules,
});
const binding = (
  kind: string,
  subjects: object[] | undefined,
  namespace?: string,
  roleKind = 'ClusterRole',
) => ({
  kind,
  metadata: { name: 'b', namespace },
  subjects,
  roleRef: { kind: roleKind, name: 'r' },
});
const aiko = { name: 'aiko', groups: ['devs'] };
const AIKO = [{ kind: 'User', name: 'aiko' }];
const readPods = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };

/** Whether aiko may do that by one cluster-wide rule. */
function may(rule: object, attributes: Partial<Attributes>): boolean {
  const store = storeWith(role('ClusterRole', [rule]), binding('ClusterRoleBinding', AIKO));
  return authorizer(store)(aiko, { verb: 'get', group: '', resource: 'pods', ...attributes }).allowed;
}

test('system:masters may do everything, all others nothing by themselves', () => {
  const authorize = authorizer(storeWith());
  assert.deepEqual(authorize({ name: 'x', groups: ['system:masters'] }, { verb: 'delete' }), {
    allowed: true,
  });
  assert.deepEqual(authorize(aiko, { verb: 'get', resource: 'pods' }), { allowed: false });
});

test('a rule allows its verbs on its resources of its groups', () => {
  assert.equal(may(readPods, {}), true);
  assert.equal(may(readPods, { verb: 'delete' }), false);
  assert.equal(may(readPods, { resource: 'secrets' }), false);
  assert.equal(may(readPods, { group: 'apps' }), false);
  assert.equal(may(readPods, { group: undefined }), true);
  const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  assert.equal(may(everything, { verb: 'x', group: 'y', resource: 'z' }), true);
  assert.equal(may({ verbs: ['get'] }, {}), false);
  assert.equal(may({ verbs: ['get'], apiGroups: [''] }, {}), false);
});

test('a subresource is a resource of its own', () => {
  const log = { subresource: 'log' };
  assert.equal(may(readPods, log), false);
  assert.equal(may({ ...readPods, resources: ['pods/log'] }, log), true);
  assert.equal(may({ ...readPods, resources: ['*/log'] }, log), true);
  assert.equal(may({ ...readPods, resources: ['*/log'] }, {}), false);
  assert.equal(may({ ...readPods, resources: ['*'] }, log), true);
  assert.equal(may({ ...readPods, resources: ['pods/log'] }, {}), false);
});

test('a rule may be for some names only', () => {
  const named = { ...readPods, resourceNames: ['a', 'b'] };
  assert.equal(may(named, { name: 'a' }), true);
  assert.equal(may(named, { name: 'c' }), false);
  assert.equal(may(named, {}), false);
  assert.equal(may({ ...readPods, resourceNames: [] }, { name: 'c' }), true);
});

test('paths that are no resources', () => {
  const path = (nonResourceURLs: string[], asked: string) =>
    may({ verbs: ['get'], nonResourceURLs }, { resource: undefined, group: undefined, path: asked });
  assert.equal(path(['/healthz'], '/healthz'), true);
  assert.equal(path(['/healthz'], '/healthz/x'), false);
  assert.equal(path(['/healthz*'], '/healthz/x'), true);
  assert.equal(path(['/api/*'], '/apis'), false);
  assert.equal(path(['*'], '/any'), true);
  assert.equal(may(readPods, { resource: undefined, path: '/healthz' }), false);
  assert.equal(may({ verbs: ['get'], nonResourceURLs: ['*'] }, {}), false);
  assert.equal(may({ ...readPods, nonResourceURLs: ['/x'] }, { path: '/y' }), true);
});

test('a binding is for users, groups and ServiceAccounts', () => {
  const allowed = (subject: object, user: { name: string; groups: string[] }, namespace?: string) => {
    const kind = namespace ? 'RoleBinding' : 'ClusterRoleBinding';
    const store = storeWith(
      role('ClusterRole', [readPods]),
      binding(kind, [{ kind: 'User', name: 'x' }, subject], namespace),
    );
    return authorizer(store)(user, { verb: 'get', group: '', resource: 'pods', namespace }).allowed;
  };
  assert.equal(allowed({ kind: 'User', name: 'aiko' }, aiko), true);
  assert.equal(allowed({ kind: 'User', name: 'devs' }, aiko), false);
  assert.equal(allowed({ kind: 'Group', name: 'devs' }, aiko), true);
  assert.equal(allowed({ kind: 'Group', name: 'aiko' }, aiko), false);
  const bot = { name: 'system:serviceaccount:shop:bot', groups: [] };
  assert.equal(allowed({ kind: 'ServiceAccount', name: 'bot', namespace: 'shop' }, bot), true);
  assert.equal(allowed({ kind: 'ServiceAccount', name: 'bot', namespace: 'other' }, bot), false);
  assert.equal(allowed({ kind: 'ServiceAccount', name: 'bot' }, bot, 'shop'), true);
});

test('a binding in a namespace counts there alone, with a role of that namespace or of the cluster', () => {
  const ask = (store: ReturnType<typeof storeWith>, namespace?: string) =>
    authorizer(store)(aiko, { verb: 'get', group: '', resource: 'pods', namespace }).allowed;
  const cluster = storeWith(role('ClusterRole', [readPods]), binding('RoleBinding', AIKO, 'shop'));
  assert.deepEqual([ask(cluster, 'shop'), ask(cluster, 'other'), ask(cluster)], [true, false, false]);
  const local = storeWith(
    role('Role', [readPods], 'shop'),
    role('Role', [], 'other'),
    binding('RoleBinding', AIKO, 'shop', 'Role'),
    binding('RoleBinding', AIKO, 'other', 'Role'),
  );
  assert.deepEqual([ask(local, 'shop'), ask(local, 'other')], [true, false]);
  const wide = storeWith(role('ClusterRole', [readPods]), binding('ClusterRoleBinding', AIKO));
  assert.deepEqual([ask(wide, 'shop'), ask(wide)], [true, true]);
});

test('a binding without subjects, or of a role that is not there, gives nothing', () => {
  const without = storeWith(role('ClusterRole', [readPods]), binding('ClusterRoleBinding', undefined));
  assert.equal(authorizer(without)(aiko, { verb: 'get', resource: 'pods' }).allowed, false);
  const dangling = storeWith(binding('ClusterRoleBinding', AIKO));
  assert.equal(authorizer(dangling)(aiko, { verb: 'get', resource: 'pods' }).allowed, false);
});

test('why it is allowed is told', () => {
  const reason = (store: ReturnType<typeof storeWith>) =>
    authorizer(store)(aiko, { verb: 'get', group: '', resource: 'pods', namespace: 'shop' }).reason;
  assert.equal(
    reason(storeWith(role('ClusterRole', [readPods]), binding('ClusterRoleBinding', AIKO))),
    'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "r" to User "aiko"',
  );
  const group = [{ kind: 'Group', name: 'devs' }];
  assert.equal(
    reason(storeWith(role('Role', [readPods], 'shop'), binding('RoleBinding', group, 'shop', 'Role'))),
    'RBAC: allowed by RoleBinding "b/shop" of Role "r" to Group "devs"',
  );
});

test('what a user may do in a namespace', () => {
  const paths = { verbs: ['get'], nonResourceURLs: ['/x'] };
  const store = storeWith(
    role('ClusterRole', [readPods, paths]),
    binding('ClusterRoleBinding', AIKO),
    role('Role', [{ ...readPods, resources: ['secrets'] }], 'shop'),
    { ...binding('RoleBinding', AIKO, 'shop', 'Role') },
  );
  const rules = rulesFor(store, aiko, 'shop');
  assert.equal(rules.incomplete, false);
  assert.deepEqual(
    rules.resourceRules.map(({ resources }) => resources),
    [['pods'], ['secrets']],
  );
  assert.deepEqual(rules.nonResourceRules, [paths]);
  assert.equal(rulesFor(store, aiko, 'other').resourceRules.length, 1);
});

test('who is named as a reason: the group by which it is allowed, or else the user', () => {
  const reason = (subjects: object[]) =>
    authorizer(storeWith(role('ClusterRole', [readPods]), binding('ClusterRoleBinding', subjects)))(aiko, {
      verb: 'get',
      group: '',
      resource: 'pods',
    }).reason;
  const others = { kind: 'Group', name: 'others' };
  assert.match(String(reason([others, ...AIKO])), /to User "aiko"$/);
  assert.match(String(reason([{ kind: 'User', name: 'devs' }, ...AIKO])), /to User "aiko"$/);
  assert.match(String(reason([others, { kind: 'Group', name: 'devs' }])), /to Group "devs"$/);
});
