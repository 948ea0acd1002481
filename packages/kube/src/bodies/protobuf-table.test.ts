import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOfKind, protobufMessage } from './protobuf-table.ts';

// Names and numbers are those of Kubernetes' generated.proto files.

test('a kind has the message of its group and version; what is registered in every group has meta’s', () => {
  assert.equal(messageOfKind('v1', 'Pod'), 'k8s.io.api.core.v1.Pod');
  assert.equal(messageOfKind('apps/v1', 'Deployment'), 'k8s.io.api.apps.v1.Deployment');
  assert.equal(
    messageOfKind('apps/v1', 'DeleteOptions'),
    'k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions',
  );
  assert.equal(messageOfKind('example.org/v1', 'Pod'), undefined);
  assert.equal(messageOfKind('v1', 'Nothing'), undefined);
});

test('a message has its fields by number: name in JSON, shape, type, and whether a zero is left out', () => {
  const spec = protobufMessage('k8s.io.api.apps.v1.StatefulSetSpec');
  assert.deepEqual(spec?.get(1), { json: 'replicas', shape: 'one', type: 'int32', keepsZero: true });
  assert.deepEqual(spec?.get(4), {
    json: 'volumeClaimTemplates',
    shape: 'list',
    type: 'k8s.io.api.core.v1.PersistentVolumeClaim',
    keepsZero: false,
  });
  const labels = protobufMessage('k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta')?.get(11);
  assert.deepEqual([labels?.json, labels?.shape, labels?.type], ['labels', 'map', 'string']);
  assert.equal(protobufMessage('k8s.io.api.apps.v1.StatefulSetSpec'), spec, 'taken apart once');
});

test('a message without fields is one, and a name that is none is not', () => {
  assert.equal(protobufMessage('k8s.io.api.core.v1.Nothing'), undefined);
  assert.equal(protobufMessage('k8s.io.api.core.v1.PodSignature')?.size, 1);
});
