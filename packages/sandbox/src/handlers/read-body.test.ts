import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeError } from '@toolcrib/kube';
import { ApiError } from '../apimachinery/api-error.ts';
import { served } from '../testing/served.ts';
import { asApiError } from './read-body.ts';

const on = served();
const MAPS = '/api/v1/namespaces/default/configmaps';

async function post(body: unknown, contentType = 'application/json', path = MAPS) {
  const answer = await on.admin.call('POST', `${path}?dryRun=All`, {
    body,
    headers: { 'content-type': contentType },
  });
  return [answer.status, answer.status === 201 ? answer.body.metadata.name : answer.body.message];
}

const map = (fields: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'one' },
  ...fields,
});

test('a body may be JSON or YAML', async () => {
  assert.deepEqual(await post(map()), [201, 'one']);
  assert.deepEqual(await post('metadata: {name: two}\n', 'application/yaml'), [201, 'two']);
  assert.deepEqual(await post('a', 'text/plain'), [
    415,
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ]);
});

test('a body that can’t be read is quoted', async () => {
  const unrecognized =
    "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; ";
  assert.deepEqual(await post('{'), [
    400,
    `${unrecognized}json parse error: unexpected end of JSON input ({)`,
  ]);
  assert.deepEqual(await post('[1]'), [
    400,
    `${unrecognized}json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b315d)`,
  ]);
  const [code, message] = await post('[', 'application/yaml');
  assert.equal(code, 400);
  assert.equal(message, `${unrecognized}the body could not be read ([)`);
});

test('what the body leaves out is taken from the path', async () => {
  assert.deepEqual(await post({ metadata: { name: 'bare' } }), [201, 'bare']);
  assert.deepEqual(await post({ kind: '', apiVersion: '', metadata: { name: 'empty', namespace: '' } }), [
    201,
    'empty',
  ]);
  const { body } = await on.admin.call('POST', MAPS, { body: { metadata: { name: 'stored' } } });
  assert.deepEqual([body.kind, body.apiVersion, body.metadata.namespace], ['ConfigMap', 'v1', 'default']);
  const put = await on.admin.call('PUT', `${MAPS}/stored`, { body: { data: { a: '1' } } });
  assert.deepEqual([put.status, put.body.metadata.name, put.body.data], [200, 'stored', { a: '1' }]);
  const node = await on.admin.call('POST', '/api/v1/nodes', { body: { metadata: { name: 'n' } } });
  assert.deepEqual([node.status, node.body.metadata.namespace], [201, undefined]);
});

test('a body of another name or namespace than the path is refused', async () => {
  assert.deepEqual(await post(map({ metadata: { name: 'one', namespace: 'other' } })), [
    400,
    'the namespace of the provided object does not match the namespace sent on the request',
  ]);
  assert.deepEqual(await post(map({ metadata: { name: 'one', namespace: 'default' } })), [201, 'one']);
  const put = await on.admin.call('PUT', `${MAPS}/one`, { body: map({ metadata: { name: 'two' } }) });
  assert.deepEqual(
    [put.status, put.body.message],
    [400, 'the name of the object (two) does not match the name on the URL (one)'],
  );
  const empty = await on.admin.call('PUT', `${MAPS}/one`, { body: map({ metadata: { name: '' } }) });
  assert.equal(empty.status, 404);
  assert.deepEqual(await post(map({ metadata: [] })), [400, 'metadata is not an object']);
  assert.deepEqual(await post(map({ metadata: 'x' })), [400, 'metadata is not an object']);
});

test('a body of another kind is told by what the server knows of it', async () => {
  const cannot = (kind: string, version: string) =>
    `${kind} in version "${version}" cannot be handled as a ConfigMap: `;
  assert.deepEqual(await post(map({ kind: 'Secret' })), [
    400,
    `${cannot('Secret', 'v1')}converting (v1.Secret) to (core.ConfigMap): unknown conversion`,
  ]);
  assert.deepEqual(await post(map({ kind: 'Secret', apiVersion: 'v2' })), [
    400,
    `${cannot('Secret', 'v2')}no kind "Secret" is registered for version "v2" in scheme "pkg/runtime/scheme.go:111"`,
  ]);
  assert.deepEqual(await post(map({ kind: 'Widget' })), [
    400,
    `${cannot('Widget', 'v1')}no kind "Widget" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"`,
  ]);
  const [, message] = await post(
    map(),
    undefined,
    '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles',
  );
  assert.match(String(message), /converting \(v1\.ConfigMap\) to \(rbac\.Role\): unknown conversion$/);
});

test('fields that stand twice are seen in JSON, where parsing would hide them', async () => {
  const twice = '{"metadata":{"name":"twice"},"data":{"a":"1","a":"2"}}';
  const answer = await on.admin.call('POST', `${MAPS}?dryRun=All`, { body: twice });
  assert.equal(answer.headers.warning, '299 - "duplicate field \\"data.a\\""');
  const yaml = await on.admin.call('POST', `${MAPS}?dryRun=All`, {
    body: 'metadata: {name: once}\n',
    headers: { 'content-type': 'application/yaml' },
  });
  assert.equal(yaml.headers.warning, undefined);
});

test('what kube says of a body becomes a Status, and nothing else does', () => {
  const media = asApiError(new KubeError('unsupported-media-type', 'm'));
  assert.ok(media instanceof ApiError);
  assert.equal(media.code, 415);
  const bad = asApiError(new KubeError('bad-body', 'why'));
  assert.ok(bad instanceof ApiError);
  assert.deepEqual([bad.code, bad.message], [400, 'why']);
  const other = new Error('other');
  assert.equal(asApiError(other), other);
});
