import assert from 'node:assert/strict';
import { test } from 'node:test';
import { served } from '../testing/served.ts';

const on = served();
const MAPS = '/api/v1/namespaces/default/configmaps';
const JSON_PATCH = 'application/json-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';

async function create(name: string): Promise<Record<string, string>> {
  const { status, body } = await on.admin.call('POST', MAPS, {
    body: { metadata: { name }, data: { a: '1', b: '2' } },
  });
  assert.equal(status, 201);
  return body.metadata;
}

async function refusal(path: string, body: unknown, media?: string): Promise<[number, string]> {
  const answer = await on.patch(path, body, media);
  return [answer.status, answer.body.message];
}

test('three kinds of patch change what they name', async () => {
  await create('kinds');
  const path = `${MAPS}/kinds`;
  const merged = await on.patch(path, { data: { a: null, c: '3' } });
  assert.deepEqual([merged.status, merged.body.data], [200, { b: '2', c: '3' }]);
  const operations = [{ op: 'replace', path: '/data/b', value: '9' }];
  assert.deepEqual((await on.patch(path, operations, JSON_PATCH)).body.data, { b: '9', c: '3' });
  const strategic = await on.patch(path, { data: { $patch: 'replace', d: '4' } }, STRATEGIC);
  assert.deepEqual(strategic.body.data, { d: '4' });
  assert.deepEqual((await on.admin.call('GET', path)).body.data, { d: '4' });
});

test('a dry patch changes nothing, and who patches owns the fields', async () => {
  await create('dry');
  const dry = await on.patch(`${MAPS}/dry?dryRun=All`, { data: { a: '9' } });
  assert.equal(dry.body.data.a, '9');
  assert.equal((await on.admin.call('GET', `${MAPS}/dry`)).body.data.a, '1');
  const { body } = await on.patch(`${MAPS}/dry?fieldManager=me`, { data: { a: '9' } });
  const mine = body.metadata.managedFields.find((entry: { manager: string }) => entry.manager === 'me');
  assert.deepEqual([mine.operation, mine.fieldsV1], ['Update', { 'f:data': { 'f:a': {} } }]);
});

test('the status is patched by itself', async () => {
  await on.admin.call('POST', '/api/v1/nodes', { body: { metadata: { name: 'n' } } });
  const body = { spec: { unschedulable: true }, status: { phase: 'Running' } };
  const { status, body: node } = await on.patch('/api/v1/nodes/n/status', body);
  assert.deepEqual([status, node.spec.unschedulable, node.status.phase], [200, undefined, 'Running']);
});

test('a patch with a version of its own may be stale, one without can’t', async () => {
  const { resourceVersion } = await create('stale');
  const path = `${MAPS}/stale`;
  assert.equal((await on.patch(path, { data: { a: '2' } })).status, 200);
  const [code, message] = await refusal(path, { metadata: { resourceVersion }, data: { a: '3' } });
  assert.equal(code, 409);
  assert.match(message, /the object has been modified; please apply your changes to the latest version/);
  assert.equal((await on.patch(path, { data: { a: '3' } })).status, 200);
});

test('a patch does not make another object of it', async () => {
  await create('same');
  const path = `${MAPS}/same`;
  assert.deepEqual(await refusal(path, { kind: 'Secret' }), [400, 'the patch would make it a Secret of v1']);
  assert.deepEqual(await refusal(path, { apiVersion: 'v2' }), [
    400,
    'the patch would make it a ConfigMap of v2',
  ]);
  assert.deepEqual(await refusal(path, { metadata: { name: 'x' } }), [
    400,
    'the name of the object (x) does not match the name on the URL (same)',
  ]);
  assert.deepEqual(await refusal(path, { metadata: null }), [
    400,
    'the name of the object () does not match the name on the URL (same)',
  ]);
  assert.deepEqual(await refusal(path, { metadata: { namespace: 'x' } }), [
    400,
    'the namespace of the provided object does not match the namespace sent on the request',
  ]);
  const uid = 'metadata.uid: Invalid value: "x": field is immutable';
  assert.deepEqual(await refusal(path, { metadata: { uid: 'x' } }), [
    422,
    `ConfigMap "same" is invalid: ${uid}`,
  ]);
  assert.equal((await on.patch(path, { metadata: { uid: null } })).status, 200);
  assert.deepEqual(await refusal(`${MAPS}/none`, {}), [404, 'configmaps "none" not found']);
});

test('a patch that does not fit the object, or is none', async () => {
  await create('fit');
  const path = `${MAPS}/fit`;
  const misfit = [{ op: 'test', path: '/data/a', value: 'other' }];
  const answer = await on.patch(path, misfit, JSON_PATCH);
  assert.deepEqual([answer.status, answer.body.reason, answer.body.details], [422, 'Invalid', {}]);
  assert.equal(answer.body.message, 'the server rejected our request due to an error in our request');
  const into = 'into Go value of type []handlers.jsonPatchOp';
  assert.deepEqual(await refusal(path, {}, JSON_PATCH), [
    400,
    `error decoding patch: json: cannot unmarshal object ${into}`,
  ]);
  assert.equal((await refusal(path, [{ op: 'dance', path: '/a' }], JSON_PATCH))[0], 422);
  assert.match((await refusal(path, '"text"', JSON_PATCH))[1], /cannot unmarshal string into Go value/);
  assert.deepEqual(await refusal(path, '{'), [400, 'error decoding patch: unexpected end of JSON input']);
  assert.equal((await refusal(path, []))[0], 400);
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'u' };
  assert.equal((await on.patch(path, { metadata: { ownerReferences: [owner] } })).status, 200);
  const [code, message] = await refusal(path, { metadata: { ownerReferences: [{ name: 'x' }] } }, STRATEGIC);
  assert.equal(code, 500);
  assert.match(message, /^map: .* does not contain declared merge key: uid$/);
});

test('a patch that leaves a value of another type is told with the whole object', async () => {
  await create('typed');
  const answer = await on.patch(`${MAPS}/typed`, { data: { a: 5 } });
  assert.equal(answer.status, 422);
  assert.equal(answer.body.details.causes[0].field, 'patch');
  assert.match(
    answer.body.message,
    /^ "" is invalid: patch: Invalid value: ".*": json: cannot unmarshal number into Go struct field/,
  );
});

test('patches of an unknown type', async () => {
  await create('media');
  assert.deepEqual(await refusal(`${MAPS}/media`, {}, 'application/json'), [
    415,
    '415: Unsupported Media Type',
  ]);
  const definition = {
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      names: { plural: 'widgets', kind: 'Widget' },
      scope: 'Namespaced',
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  };
  await on.admin.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    body: definition,
  });
  const widgets = '/apis/example.com/v1/namespaces/default/widgets';
  const made = await on.admin.call('POST', widgets, {
    body: { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } },
  });
  assert.equal(made.status, 201);
  assert.deepEqual(await refusal(`${widgets}/w`, {}, STRATEGIC), [
    415,
    'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
  ]);
  assert.equal((await on.patch(`${widgets}/w`, { size: 3 })).body.size, 3);
});

test('options of a patch', async () => {
  await create('options');
  const forced = await refusal(`${MAPS}/options?force=true`, {});
  assert.equal(forced[0], 422);
  assert.match(forced[1], /force: Forbidden: may not be specified for non-apply patch$/);
  const unknown = await on.patch(`${MAPS}/options`, { datum: 1 });
  assert.equal(unknown.headers.warning, '299 - "unknown field \\"datum\\""');
});

test('an apply makes what is not there; a merge patch that is no object is told in its own words', async () => {
  const applied = await on.admin.call('PATCH', `${MAPS}/applied?fieldManager=me`, {
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data: { a: '1' } },
    headers: { 'content-type': 'application/apply-patch+yaml' },
  });
  assert.deepEqual([applied.status, applied.body.data], [201, { a: '1' }]);
  const [status, message] = await refusal(`${MAPS}/applied`, 5);
  assert.equal(status, 400);
  assert.doesNotMatch(message, /jsonPatchOp/);
});

test('a patch gives nobody rights that he does not have', async () => {
  const roles = '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles';
  const rules = [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['patch'] }];
  await on.admin.call('POST', roles, { body: { metadata: { name: 'patcher' }, rules } });
  const subjects = [{ kind: 'User', name: 'eve', apiGroup: 'rbac.authorization.k8s.io' }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'patcher' };
  const body = { metadata: { name: 'patcher' }, subjects, roleRef };
  await on.admin.call('POST', roles.replace(/roles$/, 'rolebindings'), { body });
  const all = { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] };
  const { status, body: refused } = await on.as('eve').call('PATCH', `${roles}/patcher`, {
    body: all,
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  assert.equal(status, 403);
  assert.match(refused.message, /attempting to grant RBAC permissions not currently held/);
});

test('a kind that wants a version gets the present one where the patch takes it away', async () => {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  await on.admin.call('POST', leases, { body: { metadata: { name: 'l' }, spec: { holderIdentity: 'a' } } });
  const patch = { metadata: { resourceVersion: null }, spec: { holderIdentity: 'b' } };
  const { status, body } = await on.patch(`${leases}/l`, patch);
  assert.deepEqual([status, body.spec.holderIdentity], [200, 'b']);
});
