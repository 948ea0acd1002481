import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRequestPath } from '@toolcrib/kube';
import { bodyNeedsJudgement, needsJudgement } from './needs-judgement.ts';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/shop/leases/operator';
const JSON_TYPE = 'application/json';
const MERGE = 'application/merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

const judged = (
  method: string,
  path: string,
  type: string | undefined,
  body: string | Uint8Array,
  { watched = false, encoding = '' } = {},
) =>
  bodyNeedsJudgement(
    {
      method,
      headers: {
        ...(type === undefined ? {} : { 'content-type': type }),
        ...(encoding ? { 'content-encoding': encoding } : {}),
      },
      body: Buffer.from(body as string),
    },
    parseRequestPath(path),
    watched,
  );

test('what an operator writes all day asks nobody', () => {
  assert.equal(judged('PUT', LEASE, JSON_TYPE, '{"spec":{"holderIdentity":"a"}}'), false);
  assert.equal(judged('PATCH', LEASE, MERGE, '{"metadata":{"labels":{"a":"b"}}}'), false);
  assert.equal(judged('PATCH', LEASE, APPLY, '{"apiVersion":"v1","data":{"a":"b"}}'), false);
  const status = '/apis/apps/v1/namespaces/shop/deployments/web/status';
  assert.equal(judged('PUT', status, 'application/json; charset=utf-8', '{"status":{"replicas":0}}'), false);
});

test('in any doubt it crosses', () => {
  const at = (path: string) => judged('PATCH', path, MERGE, '{}');
  assert.ok(at('/apis/apps/v1/namespaces/shop/deployments/web'), 'it has a size');
  assert.ok(at('/apis/acme.io/v1/namespaces/shop/widgets/web'), 'it may have a size');
  assert.ok(at('/api/v1/namespaces/shop/widgets/web/scale'), 'a scale');
  assert.ok(at('/api/v1/namespaces/shop/secrets/sh.helm.release.v1.web.v1'), "helm's record");
  assert.ok(judged('PATCH', LEASE, MERGE, '{}', { watched: true }), 'it may be a create in a window');
  assert.ok(judged('DELETE', LEASE, JSON_TYPE, ''), 'it deletes');
  assert.ok(judged('PATCH', LEASE, MERGE, '{}', { encoding: 'gzip' }), 'it is encoded');
  for (const [type, body] of [
    [MERGE, '{"metadata":{"ownerReferences":[]}}'],
    [MERGE, '{"metadata":{"OWNERREFERENCES":[]}}'],
    [MERGE, '{"metadata":{"owner\\u0052eferences":[]}}'],
    ['application/json-patch+json', '[{"op":"move","from":"/a","path":"/metadata/x"}]'],
    [APPLY, 'metadata: {"owner\\x52eferences": []}'],
    [APPLY, 'metadata: {!!binary b3duZXJSZWZlcmVuY2Vz: []}'],
    [APPLY, Buffer.from('metadata: {ownerReferences: []}', 'utf16le')],
    ['application/vnd.kubernetes.protobuf', 'k8s\0'],
    ['application/cbor', '{}'],
    ['application/json, application/yaml', '{}'],
    [undefined, '{"metadata":{"ownerReferences":[]}}'],
  ] as const)
    assert.ok(judged('PATCH', LEASE, type, body), `${type}: ${body}`);
});

test('of creates only those are read that may take over what runs, an eviction, and what a window watches', () => {
  const read = (path: string, watched = false) => needsJudgement('POST', parseRequestPath(path), '', watched);
  for (const type of ['deployments', 'replicasets', 'statefulsets'])
    assert.ok(read(`/apis/apps/v1/namespaces/shop/${type}`), type);
  assert.ok(read('/api/v1/namespaces/shop/replicationcontrollers'));
  assert.ok(read('/api/v1/namespaces/shop/pods/web-0/eviction'));
  for (const path of [
    '/api/v1/namespaces/shop/pods',
    '/api/v1/namespaces/shop/events',
    '/api/v1/namespaces/shop/pods/web-0/binding',
    '/api/v1/namespaces/shop/serviceaccounts/web/token',
    '/apis/apps/v1/namespaces/shop/daemonsets',
    '/apis/batch/v1/namespaces/shop/jobs',
    '/apis/acme.io/v1/namespaces/shop/deployments',
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  ])
    assert.equal(read(path), false, path);
  assert.ok(read('/apis/apps/v1/namespaces/shop/daemonsets', true));
});
