import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import type { Attributes } from '../access/rbac.ts';
import { ApiError } from '../apimachinery/api-error.ts';
import type { Sandbox } from '../request/context.ts';
import { actingUser } from './impersonation.ts';

const sender = { name: 'admin', groups: ['system:masters'] };
let asked: Attributes[] = [];

/** Who acts by these headers, where all but `refused` is allowed. */
function acting(headersDistinct: Record<string, string[]>, refused?: string) {
  asked = [];
  const authorize: Sandbox['authorize'] = (user, attributes) => {
    assert.equal(user, sender);
    asked.push(attributes);
    return { allowed: attributes.resource !== refused };
  };
  return actingUser({ authorize } as Sandbox, sender, { headersDistinct } as unknown as IncomingMessage);
}

function refusal(headers: Record<string, string[]>, refused?: string): [number, string] {
  try {
    acting(headers, refused);
  } catch (error) {
    assert.ok(error instanceof ApiError);
    return [error.code, error.message];
  }
  return assert.fail('it was not refused');
}

test('without such headers it is the sender', () => {
  assert.equal(acting({}), sender);
  assert.deepEqual(asked, []);
});

test('a user of a name is signed in, and of no group else', () => {
  assert.deepEqual(acting({ 'impersonate-user': ['aiko'] }), {
    name: 'aiko',
    groups: ['system:authenticated'],
  });
  assert.deepEqual(asked, [
    {
      verb: 'impersonate',
      group: '',
      resource: 'users',
      subresource: undefined,
      name: 'aiko',
      namespace: undefined,
    },
  ]);
  const anonymous = acting({ 'impersonate-user': ['system:anonymous'] });
  assert.deepEqual(anonymous.groups, ['system:unauthenticated']);
});

test('groups, UID and extra are asked for one by one', () => {
  const user = acting({
    'impersonate-user': ['aiko'],
    'impersonate-group': ['devs', 'ops', 'system:authenticated'],
    'impersonate-uid': ['u-1'],
    'impersonate-extra-team%2Fa': ['x', 'y'],
    accept: ['*/*'],
  });
  assert.deepEqual(user, {
    name: 'aiko',
    uid: 'u-1',
    groups: ['devs', 'ops', 'system:authenticated'],
    extra: { 'team/a': ['x', 'y'] },
  });
  assert.deepEqual(
    asked.map(({ group, resource, subresource, name }) => [group, resource, subresource, name]),
    [
      ['', 'users', undefined, 'aiko'],
      ['', 'groups', undefined, 'devs'],
      ['', 'groups', undefined, 'ops'],
      ['', 'groups', undefined, 'system:authenticated'],
      ['authentication.k8s.io', 'uids', undefined, 'u-1'],
      ['authentication.k8s.io', 'userextras', 'team', ''],
    ],
  );
});

test('a ServiceAccount is asked for in its namespace, and is of its groups unless others are named', () => {
  const headers = { 'impersonate-user': ['system:serviceaccount:shop:bot'] };
  const account = acting(headers);
  assert.deepEqual(account.groups, [
    'system:serviceaccounts',
    'system:serviceaccounts:shop',
    'system:authenticated',
  ]);
  assert.deepEqual(
    asked.map(({ resource, name, namespace }) => [resource, name, namespace]),
    [['serviceaccounts', 'bot', 'shop']],
  );
  assert.deepEqual(acting({ ...headers, 'impersonate-group': ['devs'] }).groups, [
    'devs',
    'system:authenticated',
  ]);
});

test('anything else without a user is no request', () => {
  for (const name of ['impersonate-group', 'impersonate-uid', 'impersonate-extra-a']) {
    assert.deepEqual(refusal({ [name]: ['x'] }), [
      400,
      'requested groups, UID or extra without impersonating a user',
    ]);
  }
});

test('who may not is told what', () => {
  const user = { 'impersonate-user': ['aiko'] };
  assert.deepEqual(refusal(user, 'users'), [
    403,
    'users "aiko" is forbidden: User "admin" cannot impersonate resource "users" in API group "" at the cluster scope',
  ]);
  assert.equal(refusal({ ...user, 'impersonate-group': ['g'] }, 'groups')[0], 403);
  assert.match(
    refusal({ ...user, 'impersonate-uid': ['u'] }, 'uids')[1],
    /cannot impersonate resource "uids" in API group "authentication\.k8s\.io" at the cluster scope$/,
  );
  assert.equal(refusal({ ...user, 'impersonate-extra-a': ['x'] }, 'userextras')[0], 403);
  assert.match(
    refusal({ 'impersonate-user': ['system:serviceaccount:shop:bot'] }, 'serviceaccounts')[1],
    /cannot impersonate resource "serviceaccounts" in API group "" in the namespace "shop"$/,
  );
});
