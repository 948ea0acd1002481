import assert from 'node:assert/strict';
import { test } from 'node:test';
import { internalError } from '../apimachinery/api-error.ts';
import { served } from '../testing/served.ts';

const on = served();
const MAPS = '/api/v1/namespaces/default/configmaps';
const APPLY = 'application/apply-patch+yaml';

const map = (name: string, data: object, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

const apply = (name: string, body: unknown, query = 'fieldManager=me') =>
  on.patch(`${MAPS}/${name}?${query}`, body, APPLY);

async function refusal(name: string, body: unknown, query?: string): Promise<[number, string]> {
  const answer = await apply(name, body, query);
  return [answer.status, answer.body.message];
}

test('an apply creates what is not there, and changes what is', async () => {
  const made = await apply('one', map('one', { a: '1', b: '2' }));
  assert.equal(made.status, 201);
  assert.deepEqual(
    made.body.metadata.managedFields.map(({ manager, operation, time }: Record<string, string>) => [
      manager,
      operation,
      time,
    ]),
    [['me', 'Apply', '2026-11-02T10:00:00Z']],
  );
  const again = await apply('one', map('one', { a: '3' }));
  assert.equal(again.status, 200);
  // What is left out of the configuration and nobody else owns goes.
  assert.deepEqual(again.body.data, { a: '3' });
  const yaml = await apply('one', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {a: "4"}\n');
  assert.deepEqual(yaml.body.data, { a: '4' });
});

test('fields of others are a conflict, unless it is forced', async () => {
  await apply('two', map('two', { a: '1', b: '1', c: '1' }), 'fieldManager=other');
  const single = await apply('two', map('two', { a: '2' }));
  assert.equal(single.status, 409);
  assert.equal(single.body.message, 'Apply failed with 1 conflict: conflict with "other": .data.a');
  assert.deepEqual(single.body.details.causes, [
    { reason: 'FieldManagerConflict', message: 'conflict with "other"', field: '.data.a' },
  ]);
  const several = await refusal('two', map('two', { a: '2', b: '2' }));
  assert.deepEqual(several, [
    409,
    'Apply failed with 2 conflicts: conflicts with "other":\n- .data.a\n- .data.b',
  ]);
  await apply('two', map('two', { c: '3' }), 'fieldManager=third&force=true');
  const both = await refusal('two', map('two', { a: '2', c: '2' }));
  assert.equal(
    both[1],
    'Apply failed with 2 conflicts: conflicts with "other":\n- .data.a\nconflicts with "third":\n- .data.c',
  );
  const forced = await apply('two', map('two', { a: '2' }), 'fieldManager=me&force=true');
  assert.deepEqual([forced.status, forced.body.data.a], [200, '2']);
  assert.equal((await apply('two', map('two', { a: '2' }), 'fieldManager=other&force=false')).status, 200);
});

test('a dry apply makes and changes nothing', async () => {
  assert.equal((await apply('dry', map('dry', {}), 'fieldManager=me&dryRun=All')).status, 201);
  assert.equal((await on.admin.call('GET', `${MAPS}/dry`)).status, 404);
  await apply('dry', map('dry', { a: '1' }));
  assert.equal((await apply('dry', map('dry', { a: '2' }), 'fieldManager=me&dryRun=All')).body.data.a, '2');
  assert.equal((await on.admin.call('GET', `${MAPS}/dry`)).body.data.a, '1');
});

test('an apply names its manager', async () => {
  const [code, message] = await refusal('x', map('x', {}), '');
  assert.equal(code, 422);
  assert.match(message, /fieldManager: Required value: is required for apply patch$/);
});

test('a configuration is an object of the type and name in the path', async () => {
  const wrong = 'Incorrect version specified in apply patch. Specified patch version: v2, expected: v1';
  assert.deepEqual(await refusal('x', { ...map('x', {}), apiVersion: 'v2' }), [400, wrong]);
  assert.equal((await refusal('x', { ...map('x', {}), kind: 'Secret' }))[0], 400);
  assert.deepEqual(await refusal('x', map('y', {})), [
    400,
    'the name of the object (y) does not match the name on the URL (x)',
  ]);
  assert.deepEqual(await refusal('x', map('x', {}, { managedFields: [{}] })), [
    400,
    'metadata.managedFields must be nil',
  ]);
  assert.deepEqual(await refusal('x', '[]'), [400, 'the configuration is not an object']);
  const [code, message] = await refusal('x', '{a: [');
  assert.equal(code, 400);
  assert.match(message, /^error decoding YAML: /);
  const bare = await apply('bare', { apiVersion: 'v1', kind: 'ConfigMap' });
  assert.deepEqual(
    [bare.status, bare.body.metadata.name, bare.body.metadata.namespace],
    [201, 'bare', 'default'],
  );
  assert.equal((await apply('fine', map('fine', {}, { managedFields: [] }))).status, 201);
});

test('a field that is not known, and a value of another type', async () => {
  assert.deepEqual(await refusal('x', { ...map('x', {}), datum: 1 }), [
    500,
    'failed to create typed patch object (/x; /v1, Kind=ConfigMap): .datum: field not declared in schema',
  ]);
  assert.deepEqual(await refusal('x', map('x', { a: 1 }, { namespace: 'default' })), [
    500,
    'failed to create typed patch object (default/x; /v1, Kind=ConfigMap): .data: expected string, got number',
  ]);
});

test('a version or a UID in the configuration is a precondition', async () => {
  const made = (await apply('pre', map('pre', { a: '1' }))).body.metadata;
  assert.equal(
    (await apply('pre', map('pre', { a: '2' }, { resourceVersion: made.resourceVersion }))).status,
    200,
  );
  assert.equal(
    (await apply('pre', map('pre', { a: '3' }, { resourceVersion: made.resourceVersion }))).status,
    409,
  );
  assert.equal((await apply('pre', map('pre', { a: '3' }))).status, 200);
  assert.deepEqual(await refusal('gone', map('gone', {}, { uid: 'u-1' })), [
    409,
    'Operation cannot be fulfilled on configmaps "gone": uid mismatch: the provided object specified uid u-1, and no existing object was found',
  ]);
});

test('a status is applied to what is there', async () => {
  const node = (status: object) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, status });
  const path = '/api/v1/nodes/n/status?fieldManager=me';
  const none = await on.patch(path, node({ phase: 'Running' }), APPLY);
  assert.deepEqual(
    [none.status, none.body.message],
    [400, 'a subresource can only be applied to an object that is there'],
  );
  await on.admin.call('POST', '/api/v1/nodes', { body: { metadata: { name: 'n' } } });
  const { status, body } = await on.patch(path, node({ phase: 'Running' }), APPLY);
  assert.deepEqual([status, body.status.phase], [200, 'Running']);
});

const LAST = 'kubectl.kubernetes.io/last-applied-configuration';

test('kubectl’s own annotation follows what it applies, keys in order', async () => {
  const annotations = { [LAST]: 'old', own: 'x' };
  await on.admin.call('POST', MAPS, { body: map('kept', { a: '1' }, { annotations }) });
  const query = 'fieldManager=kubectl&force=true';
  const { body } = await apply('kept', map('kept', { b: '2', a: '2' }, { namespace: 'default' }), query);
  assert.equal(
    body.metadata.annotations[LAST],
    '{"apiVersion":"v1","data":{"a":"2","b":"2"},"kind":"ConfigMap","metadata":{"name":"kept","namespace":"default"}}\n',
  );
  assert.equal(body.metadata.annotations.own, 'x');
  const own = map('kept', {}, { annotations: { [LAST]: 'mine', note: 'n' } });
  const next = await apply('kept', own, query);
  assert.equal(
    next.body.metadata.annotations[LAST],
    '{"apiVersion":"v1","data":{},"kind":"ConfigMap","metadata":{"annotations":{"note":"n"},"name":"kept","namespace":"default"}}\n',
  );
  await on.admin.call('POST', MAPS, { body: map('left', { a: '1' }, { annotations: { [LAST]: 'old' } }) });
  const other = await apply('left', map('left', { a: '2' }), 'fieldManager=me&force=true');
  assert.equal(other.body.metadata.annotations[LAST], 'old');
  const without = await apply('new', map('new', {}), query);
  assert.equal(without.body.metadata.annotations, undefined);
});

test('an apply gives nobody rights that he does not have', async () => {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const roleKind = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' };
  const rules = [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['patch'] }];
  await on.admin.call('POST', `${rbac}/clusterroles`, { body: { metadata: { name: 'applier' }, rules } });
  const subjects = [{ kind: 'User', name: 'eve', apiGroup: 'rbac.authorization.k8s.io' }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'applier' };
  const binding = { metadata: { name: 'applier' }, subjects, roleRef };
  await on.admin.call('POST', `${rbac}/clusterrolebindings`, { body: binding });
  const all = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
  const { status } = await on.as('eve').call('PATCH', `${rbac}/clusterroles/mine?fieldManager=eve`, {
    body: { ...roleKind, metadata: { name: 'mine' }, rules: all },
    headers: { 'content-type': APPLY },
  });
  assert.equal(status, 403);
});

test('a kind that wants a version needs none in an apply', async () => {
  const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases/l?fieldManager=me';
  const lease = (holderIdentity: string) => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'l' },
    spec: { holderIdentity },
  });
  assert.equal((await on.patch(path, lease('a'), APPLY)).status, 201);
  const { status, body } = await on.patch(path, lease('b'), APPLY);
  assert.deepEqual([status, body.spec.holderIdentity], [200, 'b']);
});

test('a quantity that is none is told as that', async () => {
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: 'much' } } },
  };
  const path = '/api/v1/namespaces/default/persistentvolumeclaims/c?fieldManager=me';
  assert.match(
    (await on.patch(path, claim, APPLY)).body.message,
    /quantities must match the regular expression/,
  );
});

test('where it cannot be told whether the object is there, nothing is made', async () => {
  const { store } = on.sandbox;
  const { get } = store;
  const failure = internalError('the disk is full');
  store.get = (type, namespace, name) => {
    if (name === 'unknown') throw failure;
    return get(type, namespace, name);
  };
  try {
    assert.equal((await apply('unknown', map('unknown', { a: '1' }))).status, 500);
  } finally {
    store.get = get;
  }
  assert.equal((await on.admin.call('GET', `${MAPS}/unknown`)).status, 404);
});
