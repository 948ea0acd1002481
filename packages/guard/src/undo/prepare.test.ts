import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marks } from '@toolcrib/model';
import { prepared } from './prepare.ts';
import { object } from './testing/kept.ts';

test('strips what the server sets, and what each kind must not bring along', () => {
  const pod = object('v1 Pod', 'p', {
    metadata: {
      resourceVersion: '1',
      managedFields: [],
      finalizers: ['foregroundDeletion', marks.finalizer, 'acme.io/x'],
      labels: { [marks.act]: 'a', app: 'web' },
    },
    spec: { nodeName: 'n', ephemeralContainers: [] },
    status: {},
  });
  assert.deepEqual(prepared(pod), {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'shop', finalizers: ['acme.io/x'], labels: { app: 'web' } },
    spec: {},
  });
  const labels = { 'controller-uid': 'u', 'batch.kubernetes.io/controller-uid': 'u', app: 'j' };
  const job = prepared(
    object('batch/v1 Job', 'j', {
      metadata: { labels: { ...labels } },
      spec: { selector: { matchLabels: {} }, template: { metadata: { labels: { ...labels } } } },
    }),
  );
  assert.deepEqual(job.metadata.labels, { app: 'j' });
  assert.deepEqual(job.spec, { template: { metadata: { labels: { app: 'j' } } } });
  const token = prepared(
    object('v1 Secret', 's', {
      type: 'kubernetes.io/service-account-token',
      metadata: {
        annotations: {
          'kubernetes.io/service-account.uid': 'u',
          'kubernetes.io/service-account.name': 'bot',
        },
      },
      data: { token: 'x', 'ca.crt': 'y', extra: 'z' },
    }),
  );
  assert.deepEqual(token.data, { extra: 'z' });
  assert.deepEqual(token.metadata.annotations, { 'kubernetes.io/service-account.name': 'bot' });
  const volume = prepared(
    object('v1 PersistentVolume', 'v', { spec: { claimRef: { name: 'c', uid: 'u', resourceVersion: '1' } } }),
  );
  assert.deepEqual(volume.spec.claimRef, { name: 'c' });
});
