import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { infoOf } from '../testing/infos.ts';
import type { Strategy } from './strategy.ts';
import { bumpGeneration, mergeWrite } from './write-rules.ts';

const DEPLOYMENTS = infoOf('apps/deployments');
const MAPS = infoOf('/configmaps');

const STORED: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    namespace: 'shop',
    uid: 'u-1',
    creationTimestamp: '2026-11-01T10:00:00Z',
    deletionTimestamp: '2026-11-02T10:00:00Z',
    deletionGracePeriodSeconds: 0,
    generation: 3,
    labels: { app: 'web' },
    annotations: { note: 'old' },
    finalizers: ['a.io/b'],
    ownerReferences: [],
    managedFields: [],
  },
  spec: { replicas: 2 },
  status: { replicas: 2 },
};

function written(
  metadata: Partial<KubeObject['metadata']>,
  more: Partial<KubeObject> = {},
  subresource?: 'status' | 'scale' | 'finalize',
): KubeObject {
  const object = { apiVersion: 'x', kind: 'y', metadata: { name: 'web', ...metadata }, ...more };
  return mergeWrite(object, structuredClone(STORED), DEPLOYMENTS, subresource);
}

test('an update keeps what only the server sets, whatever the caller writes there', () => {
  const forged = {
    uid: 'u-2',
    creationTimestamp: '2000-01-01T00:00:00Z',
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: 9,
    generation: 99,
    namespace: 'other',
    labels: { app: 'new' },
  };
  const object = written(forged, { spec: { replicas: 5 }, status: { replicas: 7 } });
  assert.deepEqual(object, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'u-1',
      creationTimestamp: '2026-11-01T10:00:00Z',
      deletionTimestamp: '2026-11-02T10:00:00Z',
      deletionGracePeriodSeconds: 0,
      generation: 3,
      labels: { app: 'new' },
    },
    spec: { replicas: 5 },
    status: { replicas: 2 },
  });
});

test('what the server never set an update does not set', () => {
  const old: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: {} };
  const forged = { name: 'web', deletionTimestamp: '2026-11-02T10:00:00Z', generation: 4, uid: 'u' };
  const object = mergeWrite(
    { apiVersion: '', kind: '', metadata: forged, spec: {}, status: { replicas: 1 } },
    old,
    DEPLOYMENTS,
    undefined,
  );
  assert.deepEqual(Object.keys(object.metadata).sort(), ['name', 'namespace']);
  assert.equal('status' in object, false);
});

test('a kind without a status subresource is written whole, and one without namespaces gets none', () => {
  const old: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' } };
  const given = (): KubeObject => ({
    apiVersion: '',
    kind: '',
    metadata: { name: 'a', namespace: 'other' },
    status: { x: 1 },
  });
  const map = mergeWrite(given(), old, MAPS, undefined);
  assert.deepEqual([map.apiVersion, map.kind, map.status], ['v1', 'ConfigMap', { x: 1 }]);
  assert.equal(map.metadata.namespace, 'shop');
  const role = mergeWrite(given(), old, infoOf('rbac.authorization.k8s.io/clusterroles'), undefined);
  assert.equal(role.metadata.namespace, 'other');
});

test('a write of the status changes it, labels, annotations and owners, and nothing else', () => {
  const more = { spec: { replicas: 9 }, status: { replicas: 7 } };
  const metadata = { uid: 'u-2', generation: 8, labels: { a: 'b' }, finalizers: ['a.io/c'] };
  const object = written(metadata, more, 'status');
  assert.deepEqual(object.spec, { replicas: 2 });
  assert.deepEqual(object.status, { replicas: 7 });
  assert.deepEqual(object.metadata, {
    name: 'web',
    namespace: 'shop',
    uid: 'u-1',
    creationTimestamp: '2026-11-01T10:00:00Z',
    deletionTimestamp: '2026-11-02T10:00:00Z',
    deletionGracePeriodSeconds: 0,
    generation: 3,
    labels: { a: 'b' },
    finalizers: ['a.io/c'],
    managedFields: [],
  });
  const full = written({ annotations: { x: 'y' }, ownerReferences: [], managedFields: [] }, more, 'status');
  assert.deepEqual(full.metadata.annotations, { x: 'y' });
  assert.deepEqual(full.metadata.ownerReferences, []);
});

test('a status that is not written is gone', () => {
  assert.equal('status' in written({}, {}, 'status'), false);
});

const NAMESPACE: KubeObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels: { a: 'b' } },
  spec: { finalizers: ['kubernetes'] },
  status: { phase: 'Active' },
};

test('spec.finalizers of a Namespace are written through finalize alone', () => {
  const given = (): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', labels: { c: 'd' } },
    spec: { finalizers: [], x: 1 },
  });
  const info = infoOf('/namespaces');
  const updated = mergeWrite(given(), NAMESPACE, info, undefined);
  assert.deepEqual(updated.spec, { finalizers: ['kubernetes'], x: 1 });
  assert.deepEqual(updated.metadata.labels, { c: 'd' });
  const finalized = mergeWrite(given(), NAMESPACE, info, 'finalize');
  assert.deepEqual(finalized.spec, { finalizers: [] });
  assert.deepEqual(finalized.metadata.labels, { a: 'b' });
  assert.deepEqual(finalized.status, { phase: 'Active' });
  const other = mergeWrite(given(), { ...STORED, metadata: { name: 'web' } }, DEPLOYMENTS, 'finalize');
  assert.deepEqual(other.spec, { finalizers: [], x: 1 });
});

test('the stored object is left alone', () => {
  const old = structuredClone(STORED);
  const object = mergeWrite({ ...STORED, metadata: { name: 'web' } }, old, DEPLOYMENTS, 'status');
  object.spec.replicas = 99;
  assert.deepEqual(old, STORED);
});

function generationAfter(strategy: Strategy, change: (object: KubeObject) => void, generation?: number) {
  const old: KubeObject = {
    apiVersion: 'v1',
    kind: 'X',
    metadata: { name: 'a', generation, labels: { a: '1' }, annotations: { a: '1' } },
    spec: { a: 1, nodeName: '' },
    status: { a: 1 },
    data: { a: '1' },
  };
  const object = structuredClone(old);
  change(object);
  bumpGeneration(object, old, strategy);
  return object.metadata.generation;
}

const CHANGES: Record<string, (object: KubeObject) => void> = {
  nothing: () => {},
  spec: (object) => void (object.spec.a = 2),
  nodeName: (object) => void (object.spec.nodeName = 'n'),
  status: (object) => void (object.status.a = 2),
  data: (object) => void (object.data.a = '2'),
  labels: (object) => void (object.metadata.labels = {}),
  annotations: (object) => void (object.metadata.annotations = {}),
};

test('the generation counts what the kind counts', () => {
  const counted = (strategy: Strategy) =>
    Object.keys(CHANGES).filter((name) => generationAfter(strategy, CHANGES[name] ?? (() => {}), 3) === 4);
  assert.deepEqual(counted({}), ['spec', 'nodeName']);
  assert.deepEqual(counted({ generation: 'spec' }), ['spec', 'nodeName']);
  assert.deepEqual(counted({ uncounted: ['nodeName'] }), ['spec']);
  assert.deepEqual(counted({ generation: 'spec-or-annotations' }), ['spec', 'nodeName', 'annotations']);
  assert.deepEqual(counted({ generation: 'all' }), ['spec', 'nodeName', 'data']);
  assert.deepEqual(counted({ generation: 'all-and-labels' }), ['spec', 'nodeName', 'data', 'labels']);
  assert.deepEqual(counted({ generation: 'none' }), []);
});

test('what does not count keeps its generation, and what has none gets none', () => {
  const spec = CHANGES.spec ?? (() => {});
  assert.equal(
    generationAfter({}, () => {}, 3),
    3,
  );
  assert.equal(
    generationAfter(
      {},
      (object) => {
        object.metadata.generation = 9;
      },
      3,
    ),
    3,
  );
  assert.equal(generationAfter({}, spec, undefined), undefined);
  assert.equal(generationAfter({ generation: 'none' }, spec, 3), 3);
});
