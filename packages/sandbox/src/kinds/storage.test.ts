import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { infoOf } from '../testing/infos.ts';
import { contextFor } from '../testing/write-context.ts';
import {
  claimStrategy,
  driverStrategy,
  storageClassStrategy,
  storageNodeStrategy,
  volumeStrategy,
} from './storage.ts';

const CLAIMS = infoOf('/persistentvolumeclaims');
const CLASSES = infoOf('storage.k8s.io/storageclasses');

function object(spec?: Body, metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'X', metadata: { name: 'one', ...metadata }, ...(spec ? { spec } : {}) };
}

const defaultClass = (name: string, isDefault: string): [typeof CLASSES, KubeObject] => [
  CLASSES,
  object(undefined, { name, annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault } }),
];

test('a new claim is pending, protected, and of the default class', () => {
  const context = contextFor(CLAIMS, [defaultClass('slow', 'false'), defaultClass('fast', 'true')]);
  const made = (spec: Body, metadata?: Partial<KubeObject['metadata']>) => {
    const claim = object(spec, metadata);
    claimStrategy.setDefaults?.(claim);
    claimStrategy.prepareForCreate?.(claim, context);
    return claim;
  };
  const claim = made({});
  assert.deepEqual(claim.spec, { volumeMode: 'Filesystem', storageClassName: 'fast' });
  assert.deepEqual(claim.status, { phase: 'Pending' });
  assert.deepEqual(claim.metadata.finalizers, ['kubernetes.io/pvc-protection']);
  const own = made({ storageClassName: '', volumeMode: 'Block' }, { finalizers: ['a.io/b'] });
  assert.deepEqual(own.spec, { volumeMode: 'Block', storageClassName: '' });
  assert.deepEqual(own.metadata.finalizers, ['a.io/b', 'kubernetes.io/pvc-protection']);
  const annotations = { 'volume.beta.kubernetes.io/storage-class': 'old' };
  assert.equal(made({}, { annotations }).spec.storageClassName, undefined);
  const twice = made({}, { finalizers: ['kubernetes.io/pvc-protection'] });
  assert.deepEqual(twice.metadata.finalizers, ['kubernetes.io/pvc-protection']);
});

test('without a default class a claim has none', () => {
  const claim = object({});
  claimStrategy.prepareForCreate?.(claim, contextFor(CLAIMS, [defaultClass('slow', 'false')]));
  assert.equal('storageClassName' in claim.spec, false);
});

test('a claim says how and how much', () => {
  const check = (spec: Body) =>
    (claimStrategy.validate?.(object(spec), contextFor(CLAIMS)) ?? []).map(
      ({ field, body }) => `${field}: ${body}`,
    );
  const modes = 'spec.accessModes: Required value: at least 1 access mode is required';
  const resources = { requests: { storage: '1Gi' } };
  assert.deepEqual(check({ accessModes: ['ReadWriteOnce'], resources }), []);
  assert.deepEqual(check({ resources }), [modes]);
  assert.deepEqual(check({ accessModes: [], resources: {} }), [
    modes,
    'spec.resources[storage]: Required value',
  ]);
  assert.deepEqual(check({}), [modes, 'spec.resources[storage]: Required value']);
});

test('a claim changes its size and its attributes, and is bound once', () => {
  const check = (spec: Body, old: Body) =>
    claimStrategy
      .validateUpdate?.(object(spec), object(old), contextFor(CLAIMS))
      ?.map(({ field, type }) => `${type} ${field}`);
  const old = { resources: { requests: { storage: '1Gi' } }, accessModes: ['ReadWriteOnce'] };
  const refused = ['FieldValueForbidden spec'];
  assert.deepEqual(check({ ...old, resources: { requests: { storage: '2Gi' } } }, old), []);
  assert.deepEqual(check({ ...old, volumeAttributesClassName: 'gold' }, old), []);
  assert.deepEqual(check({ ...old, accessModes: [] }, old), refused);
  assert.deepEqual(check({ ...old, volumeName: 'pv', storageClassName: 'fast' }, old), []);
  assert.deepEqual(check({ ...old, volumeName: 'pv-2' }, { ...old, volumeName: 'pv' }), refused);
  assert.deepEqual(check(old, { ...old, volumeName: 'pv' }), refused);
  assert.deepEqual(check({ ...old, storageClassName: 'b' }, { ...old, storageClassName: 'a' }), refused);
});

test('a new volume is pending, protected, and to be retained', () => {
  const volume = object({ hostPath: { path: '/x' } });
  const context = contextFor(infoOf('/persistentvolumes'));
  volumeStrategy.setDefaults?.(volume);
  volumeStrategy.prepareForCreate?.(volume, context);
  assert.deepEqual(volume.spec, {
    hostPath: { path: '/x', type: '' },
    persistentVolumeReclaimPolicy: 'Retain',
    volumeMode: 'Filesystem',
  });
  assert.deepEqual(volume.status, { phase: 'Pending', lastPhaseTransitionTime: '2026-11-02T10:00:00Z' });
  assert.deepEqual(volume.metadata.finalizers, ['kubernetes.io/pv-protection']);
  const own = object({ persistentVolumeReclaimPolicy: 'Delete', volumeMode: 'Block' });
  volumeStrategy.setDefaults?.(own);
  assert.deepEqual(own.spec, { persistentVolumeReclaimPolicy: 'Delete', volumeMode: 'Block' });
});

test('the time of a volume’s phase moves with the phase', () => {
  const context = contextFor(infoOf('/persistentvolumes'));
  const written = (phase: string | undefined, before: string | undefined) => {
    const volume: KubeObject = { ...object({}), status: phase && { phase, message: 'm' } };
    volumeStrategy.prepareForStatusUpdate?.(
      volume,
      { ...object({}), status: before && { phase: before } },
      context,
    );
    return volume.status;
  };
  assert.deepEqual(written('Bound', 'Bound'), { phase: 'Bound', message: 'm' });
  assert.deepEqual(written('Released', 'Bound'), {
    phase: 'Released',
    message: 'm',
    lastPhaseTransitionTime: '2026-11-02T10:00:00Z',
  });
  assert.deepEqual(written('Bound', undefined)?.lastPhaseTransitionTime, '2026-11-02T10:00:00Z');
  assert.equal(written(undefined, undefined), undefined);
});

test('a volume says how and how much', () => {
  const check = (spec: Body) =>
    volumeStrategy.validate?.(object(spec), contextFor(CLAIMS))?.map(({ field }) => field);
  assert.deepEqual(check({ accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } }), []);
  assert.deepEqual(check({ accessModes: [] }), ['spec.accessModes', 'spec.capacity']);
  assert.deepEqual(check({}), ['spec.accessModes', 'spec.capacity']);
});

test('a class deletes and binds at once unless it says otherwise', () => {
  const plain = object();
  storageClassStrategy.setDefaults?.(plain);
  assert.deepEqual([plain.reclaimPolicy, plain.volumeBindingMode], ['Delete', 'Immediate']);
  const own = { ...object(), reclaimPolicy: 'Retain', volumeBindingMode: 'WaitForFirstConsumer' };
  storageClassStrategy.setDefaults?.(own);
  assert.deepEqual([own.reclaimPolicy, own.volumeBindingMode], ['Retain', 'WaitForFirstConsumer']);
});

test('a class has a provisioner, and stays what it is', () => {
  const context = contextFor(CLASSES);
  const fault = { type: 'FieldValueRequired', field: 'provisioner', body: 'Required value' };
  assert.deepEqual(storageClassStrategy.validate?.({ ...object(), provisioner: 'p.io' }, context), []);
  assert.deepEqual(storageClassStrategy.validate?.(object(), context), [fault]);
  const old = {
    ...object(),
    provisioner: 'p',
    parameters: { a: '1' },
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
  };
  const check = (change: object) =>
    storageClassStrategy
      .validateUpdate?.({ ...old, ...change }, old, context)
      ?.map(({ field, body }) => [field, body]);
  assert.deepEqual(check({ allowVolumeExpansion: true }), []);
  for (const field of ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode']) {
    assert.deepEqual(check({ [field]: 'x' }), [[field, `Forbidden: updates to ${field} are forbidden.`]]);
  }
});

test('a driver has the defaults of CSI, and a generation from its first change on', () => {
  const plain = object();
  driverStrategy.setDefaults?.(plain);
  assert.deepEqual(plain.spec, {
    attachRequired: true,
    podInfoOnMount: false,
    volumeLifecycleModes: ['Persistent'],
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    requiresRepublish: false,
    seLinuxMount: false,
  });
  const own = object({
    attachRequired: false,
    podInfoOnMount: true,
    volumeLifecycleModes: ['Ephemeral'],
    storageCapacity: true,
    fsGroupPolicy: 'None',
    requiresRepublish: true,
    seLinuxMount: true,
  });
  const before = structuredClone(own);
  driverStrategy.setDefaults?.(own);
  assert.deepEqual(own, before);
  const context = contextFor(infoOf('storage.k8s.io/csidrivers'));
  const generation = (spec: Body, was?: number) => {
    const driver = object(spec);
    driverStrategy.prepareForUpdate?.(driver, object({ a: 1 }, { generation: was }), context);
    return driver.metadata.generation;
  };
  assert.equal(generation({ a: 1 }), undefined);
  assert.equal(generation({ a: 2 }), 1);
  assert.equal(generation({ a: 2 }, 4), 5);
});

test('a CSINode keeps no empty list of drivers', () => {
  const context = contextFor(infoOf('storage.k8s.io/csinodes'));
  for (const drivers of [undefined, []]) {
    const made = object({ drivers });
    storageNodeStrategy.prepareForCreate?.(made, context);
    assert.deepEqual(made.spec, { drivers: null });
    const updated = object({ drivers });
    storageNodeStrategy.prepareForUpdate?.(updated, made, context);
    assert.deepEqual(updated.spec, { drivers: null });
  }
  const full = object({ drivers: [{ name: 'd' }] });
  storageNodeStrategy.prepareForCreate?.(full, context);
  assert.deepEqual(full.spec, { drivers: [{ name: 'd' }] });
});

test('drivers and CSINodes are updated by version only', () => {
  assert.deepEqual(
    [driverStrategy, storageNodeStrategy, claimStrategy].map(
      ({ unconditionalUpdate }) => unconditionalUpdate,
    ),
    [false, false, undefined],
  );
});
