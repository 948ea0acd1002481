import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import {
  attachmentCells,
  claimCells,
  csiDriverCells,
  csiNodeCells,
  storageClassCells,
  volumeCells,
} from './storage-cells.ts';

const NOW = Date.parse('2026-11-02T10:05:00Z');

function object(fields: Partial<KubeObject>, metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  const own = { name: 'one', creationTimestamp: '2026-11-02T10:00:00Z', ...metadata };
  return { apiVersion: 'v1', kind: 'X', ...fields, metadata: own };
}

test('a claim tells its volume, and what of it only once it has one', () => {
  const bound = object({
    spec: { volumeName: 'pv-1', storageClassName: 'fast', volumeMode: 'Filesystem' },
    status: { phase: 'Bound', capacity: { storage: '5Gi' }, accessModes: ['ReadWriteMany', 'ReadWriteOnce'] },
  });
  assert.deepEqual(claimCells(bound, NOW), [
    'one',
    'Bound',
    'pv-1',
    '5Gi',
    'RWO,RWX',
    'fast',
    '<unset>',
    '5m',
    'Filesystem',
  ]);
  const pending = object({
    spec: { storageClassName: 'fast', volumeAttributesClassName: 'gold' },
    status: { phase: 'Pending', capacity: { storage: '5Gi' }, accessModes: ['ReadWriteOnce'] },
  });
  assert.deepEqual(claimCells(pending, NOW), ['one', 'Pending', '', '', '', 'fast', 'gold', '5m', '<unset>']);
  const bare = object({ spec: { volumeName: 'pv-1' } });
  assert.deepEqual(claimCells(bare, NOW), ['one', '', 'pv-1', '0', '', '', '<unset>', '5m', '<unset>']);
});

test('what goes is Terminating, whatever its phase, and the old annotation names the class', () => {
  const metadata = {
    deletionTimestamp: '2026-11-02T10:04:00Z',
    annotations: { 'volume.beta.kubernetes.io/storage-class': 'old' },
  };
  const claim = object({ spec: { storageClassName: 'fast' }, status: { phase: 'Bound' } }, metadata);
  assert.deepEqual(claimCells(claim, NOW).slice(1, 6), ['Terminating', '', '', '', 'old']);
  const volume = object({ spec: { storageClassName: 'fast' }, status: { phase: 'Bound' } }, metadata);
  assert.deepEqual(volumeCells(volume, NOW).slice(4, 7), ['Terminating', '', 'old']);
});

test('a volume tells its claim, its policy and why it failed', () => {
  const volume = object({
    spec: {
      capacity: { storage: '10Gi' },
      accessModes: ['ReadWriteOncePod', 'ReadOnlyMany'],
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { namespace: 'shop', name: 'data' },
      storageClassName: 'fast',
      volumeAttributesClassName: 'gold',
      volumeMode: 'Block',
    },
    status: { phase: 'Failed', reason: 'NoPlugin' },
  });
  assert.deepEqual(volumeCells(volume, NOW), [
    'one',
    '10Gi',
    'ROX,RWOP',
    'Retain',
    'Failed',
    'shop/data',
    'fast',
    'gold',
    'NoPlugin',
    '5m',
    'Block',
  ]);
  const bare = object({ spec: { persistentVolumeReclaimPolicy: 'Delete' } });
  assert.deepEqual(volumeCells(bare, NOW), [
    'one',
    '0',
    '',
    'Delete',
    '',
    '',
    '',
    '<unset>',
    '',
    '5m',
    '<unset>',
  ]);
});

test('the default class is marked', () => {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  const standard = object(
    {
      provisioner: 'p.io',
      reclaimPolicy: 'Retain',
      volumeBindingMode: 'WaitForFirstConsumer',
      allowVolumeExpansion: true,
    },
    { annotations },
  );
  assert.deepEqual(storageClassCells(standard, NOW), [
    'one (default)',
    'p.io',
    'Retain',
    'WaitForFirstConsumer',
    true,
    '5m',
  ]);
  const other = object(
    { provisioner: 'p.io' },
    { annotations: { 'storageclass.kubernetes.io/is-default-class': 'false' } },
  );
  assert.deepEqual(storageClassCells(other, NOW), ['one', 'p.io', 'Delete', 'Immediate', false, '5m']);
});

test('attachments, CSI nodes and CSI drivers', () => {
  const spec = { attacher: 'a.io', source: { persistentVolumeName: 'pv-1' }, nodeName: 'n' };
  const attached = object({ spec, status: { attached: true } });
  assert.deepEqual(attachmentCells(attached, NOW), ['one', 'a.io', 'pv-1', 'n', true, '5m']);
  const bare = object({ spec: { attacher: 'a.io', nodeName: 'n' } });
  assert.deepEqual(attachmentCells(bare, NOW), ['one', 'a.io', '', 'n', false, '5m']);
  const node = object({ spec: { drivers: [{ name: 'a' }, { name: 'b' }] } });
  assert.deepEqual(csiNodeCells(node, NOW), ['one', 2, '5m']);
  assert.deepEqual(csiNodeCells(object({ spec: { drivers: null } }), NOW), ['one', 0, '5m']);
  assert.deepEqual(csiNodeCells(object({}), NOW), ['one', 0, '5m']);
  const driver = {
    attachRequired: false,
    podInfoOnMount: true,
    storageCapacity: true,
    tokenRequests: [{ audience: 'a' }, { audience: 'b' }],
    requiresRepublish: true,
    volumeLifecycleModes: ['Persistent', 'Ephemeral'],
  };
  assert.deepEqual(csiDriverCells(object({ spec: driver }), NOW), [
    'one',
    false,
    true,
    true,
    'a,b',
    true,
    'Persistent,Ephemeral',
    '5m',
  ]);
  assert.deepEqual(csiDriverCells(object({ spec: {} }), NOW), [
    'one',
    true,
    false,
    false,
    '<unset>',
    false,
    '<none>',
    '5m',
  ]);
});
