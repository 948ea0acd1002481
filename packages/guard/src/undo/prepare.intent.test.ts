import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marks } from '@toolcrib/model';
import { intentOf, isBareDefault, prepared, sameIntent } from './prepare.ts';
import { but, object } from './testing/kept.ts';

test('what is created again brings no finalizer of Kubernetes, no mark of ours, and no empty list of them', () => {
  const map = object('v1 ConfigMap', 'c', {
    metadata: {
      finalizers: ['kubernetes.io/pvc-protection', 'orphan'],
      annotations: { [marks.finishAfter]: '1', [marks.softenedFrom]: 'Deployment/web', note: 'x' },
    },
  });
  assert.deepEqual(prepared(map).metadata, { name: 'c', namespace: 'shop', annotations: { note: 'x' } });
});

test('each kind leaves behind what only its first life had', () => {
  const namespace = object('v1 Namespace', 'shop', { spec: { finalizers: ['kubernetes'] } });
  assert.deepEqual(prepared(namespace).spec, {});
  const labels = { 'controller-uid': 'u', app: 'j' };
  const job = (spec: object) =>
    prepared(object('batch/v1 Job', 'j', { metadata: { labels: { ...labels } }, spec }));
  const manual = job({ manualSelector: true, selector: { matchLabels: { app: 'j' } } });
  assert.deepEqual(manual.spec.selector, { matchLabels: { app: 'j' } });
  assert.deepEqual(manual.metadata.labels, labels);
  const own = job({ selector: { matchLabels: { 'controller-uid': 'u' } } });
  assert.deepEqual([own.spec, own.metadata.labels], [{}, { app: 'j' }]);
  const bound = {
    'pv.kubernetes.io/bind-completed': 'yes',
    'volume.kubernetes.io/selected-node': 'n',
    keep: 'x',
  };
  for (const kind of ['PersistentVolumeClaim', 'PersistentVolume'])
    assert.deepEqual(
      prepared(object(`v1 ${kind}`, 'v', { metadata: { annotations: { ...bound } } })).metadata.annotations,
      { keep: 'x' },
      kind,
    );
  const secret = object('v1 Secret', 's', { type: 'Opaque', data: { token: 'x', 'ca.crt': 'y' } });
  assert.deepEqual(prepared(secret).data, { token: 'x', 'ca.crt': 'y' }, 'one that somebody wrote');
});

test('two objects want the same whatever the server has assigned', () => {
  const same: [string, object, object][] = [
    [
      'v1 Service',
      { spec: { clusterIP: '10.0.0.1', ports: [{ port: 80 }] } },
      { spec: { clusterIP: '10.0.0.2', ports: [{ port: 80, nodePort: 30080 }] } },
    ],
    [
      'v1 PersistentVolumeClaim',
      { spec: { volumeName: 'a', storageClassName: 's' } },
      { spec: { volumeName: 'b', storageClassName: 's' } },
    ],
    ['v1 PersistentVolumeClaim', {}, {}],
    ['v1 ServiceAccount', { secrets: [{ name: 'a' }] }, { secrets: [{ name: 'b' }] }],
    ['apps/v1 ControllerRevision', { revision: 1, data: { a: 1 } }, { revision: 2, data: { a: 1 } }],
    [
      'batch/v1 Job',
      { spec: { template: { metadata: { creationTimestamp: 'x' } } } },
      { spec: { template: {} } },
    ],
    [
      'v1 ConfigMap',
      { metadata: { labels: { a: 'b' }, uid: 'x' }, status: { a: 1 } },
      { metadata: { uid: 'y' } },
    ],
  ];
  for (const [type, a, b] of same)
    assert.equal(sameIntent(object(type, 'x', a), object(type, 'x', b)), true, type);
});

test('and only that: what another kind says in such a field is what it wants', () => {
  const fields: [string, object][] = [
    ['spec.clusterIP', { spec: { clusterIP: '10.0.0.1' } }],
    ['spec.volumeName', { spec: { volumeName: 'a' } }],
    ['secrets', { secrets: [{ name: 'a' }] }],
    ['revision', { revision: 1 }],
    ['creationTimestamp', { spec: { template: { metadata: { creationTimestamp: 'x' } } } }],
  ];
  for (const [what, body] of fields)
    assert.equal(sameIntent(object('k.io/v1 Kafka', 'x', body), object('k.io/v1 Kafka', 'x')), false, what);
  const different: [string, object, object][] = [
    ['v1 Service', { spec: { ports: [{ port: 80 }] } }, { spec: { ports: [{ port: 81 }] } }],
    ['v1 PersistentVolumeClaim', { spec: { storageClassName: 'a' } }, { spec: { storageClassName: 'b' } }],
    ['v1 ServiceAccount', { imagePullSecrets: [{ name: 'a' }] }, {}],
    ['apps/v1 ControllerRevision', { data: { a: 1 } }, { data: { a: 2 } }],
    ['v1 ConfigMap', { data: { a: '1' } }, {}],
    ['v1 ConfigMap', { data: { a: '' } }, { data: {} }],
    ['v1 ConfigMap', { immutable: false }, {}],
    ['v1 ConfigMap', { list: [1, 2] }, { list: [2, 1] }],
    ['k.io/v1 Kafka', { spec: { replicas: 0 } }, { spec: {} }],
  ];
  for (const [type, a, b] of different)
    assert.equal(sameIntent(object(type, 'x', a), object(type, 'x', b)), false, JSON.stringify(a));
});

test('what is empty says nothing, however deep it is', () => {
  const body = {
    spec: { a: {}, b: [], c: null, d: { e: { f: [] } }, g: [{ h: null, i: 1 }], j: 0, k: undefined, l: [[]] },
  };
  assert.deepEqual(intentOf(object('k.io/v1 Kafka', 'x', body)), {
    kind: 'Kafka',
    spec: { g: [{ i: 1 }], j: 0, l: [[]] },
  });
});

test('the bare ServiceAccount that every namespace gets, and no other', () => {
  const kept = object('v1 ServiceAccount', 'default', { imagePullSecrets: [{ name: 'registry' }] });
  const now = object('v1 ServiceAccount', 'default');
  assert.equal(isBareDefault(kept, now), true);
  assert.equal(
    isBareDefault(kept, but(now, { imagePullSecrets: [], secrets: [], metadata: { labels: {} } })),
    true,
  );
  for (const metadata of [
    { labels: { a: 'b' } },
    { annotations: { a: 'b' } },
    { finalizers: ['x.io/y'] },
    { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'o' }] },
  ])
    assert.equal(isBareDefault(kept, but(now, { metadata })), false, JSON.stringify(metadata));
  assert.equal(isBareDefault(kept, but(now, { imagePullSecrets: [{ name: 'a' }] })), false);
  assert.equal(isBareDefault(kept, but(now, { secrets: [{ name: 'a' }] })), false);
  assert.equal(isBareDefault(but(kept, { metadata: { name: 'bot' } }), now), false);
  assert.equal(isBareDefault(kept, but(now, { kind: 'Secret' })), false);
  assert.equal(isBareDefault(kept, but(now, { apiVersion: 'k.io/v1' })), false);
});
