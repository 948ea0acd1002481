import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Schema } from '@toolcrib/kube';
import { BUILT_IN } from '../schema/resources.ts';
import { openApiV3Reply } from './openapi-v3.ts';

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const widgets = { groupVersion: 'example.com/v1', resources: [] };
const custom = new Map<string, Schema>([
  ['example.com/v1/Widget', { type: 'object' }],
  ['example.com/v2/Widget', { type: 'string' }],
  ['other.com/v1/Gadget', { type: 'string' }],
]);
const groups = [...BUILT_IN, widgets];

// biome-ignore lint/suspicious/noExplicitAny: an OpenAPI document as it is sent
const bodyOf = (path: string): any => openApiV3Reply(path, groups, custom)?.body;

test('the index has an entry for each group and version, by the hash of its document', () => {
  const { paths } = bodyOf('/openapi/v3');
  assert.equal(Object.keys(paths).length, groups.length);
  for (const path of ['api/v1', 'apis/apps/v1', 'apis/example.com/v1']) {
    const hash = createHash('sha512')
      .update(JSON.stringify(bodyOf(`/openapi/v3/${path}`)))
      .digest('hex')
      .toUpperCase();
    assert.deepEqual(paths[path], { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` });
  }
  assert.equal(openApiV3Reply('/openapi/v3', groups, custom)?.status, 200);
});

test('a document has the schemas of its group and what they refer to, and nothing else', () => {
  const { openapi, info, paths, components } = bodyOf('/openapi/v3/apis/apps/v1');
  assert.deepEqual([openapi, info], ['3.0.0', { title: 'Kubernetes', version: 'unversioned' }]);
  const { schemas } = components;
  for (const name of ['io.k8s.api.apps.v1.Deployment', 'io.k8s.api.core.v1.PodSpec', OBJECT_META]) {
    assert.ok(schemas[name], name);
  }
  assert.equal(schemas['io.k8s.api.core.v1.Node'], undefined);
  assert.equal(schemas['io.k8s.api.batch.v1.Job'], undefined);
  assert.equal(schemas['com.example.v1.Widget'], undefined);
  assert.ok(paths['/apis/apps/v1/namespaces/{namespace}/deployments']);
  assert.deepEqual(components.securitySchemes.BearerToken, {
    type: 'apiKey',
    description: 'Bearer Token authentication',
    name: 'authorization',
    in: 'header',
  });
});

test('the core group is found by its version', () => {
  assert.ok(bodyOf('/openapi/v3/api/v1').components.schemas['io.k8s.api.core.v1.Pod']);
});

test('custom resources stand in the document of their version', () => {
  const { schemas } = bodyOf('/openapi/v3/apis/example.com/v1').components;
  assert.deepEqual(schemas['com.example.v1.Widget'], {
    type: 'object',
    'x-kubernetes-group-version-kind': [{ group: 'example.com', version: 'v1', kind: 'Widget' }],
  });
  assert.ok(schemas[OBJECT_META]);
  assert.deepEqual(
    Object.keys(schemas).filter((name) => !name.startsWith('io.k8s.')),
    ['com.example.v1.Widget'],
  );
});

test('a document is made once', () => {
  assert.equal(bodyOf('/openapi/v3/apis/apps/v1'), bodyOf('/openapi/v3/apis/apps/v1'));
});

test('what is not served has no document', () => {
  for (const path of [
    '/openapi/v3/apis/none/v1',
    '/openapi/v3/api/v2',
    '/openapi/v3/other/v1',
    '/openapi/v3/v1',
  ]) {
    assert.equal(openApiV3Reply(path, groups, custom), undefined, path);
  }
});
