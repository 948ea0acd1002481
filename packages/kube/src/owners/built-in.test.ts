import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../objects.ts';
import { OPENAPI_SCHEMAS } from '../schema/index.ts';
import { claimOrdinal, foreignFinalizers, isBuiltInGroup, isCustom, podOrdinal } from './built-in.ts';

test('every group that the real server publishes is built in', () => {
  // DeleteOptions and the like are registered in every group, also in those that nobody can be asked for.
  const own = Object.values(OPENAPI_SCHEMAS)
    .map((schema) => schema['x-kubernetes-group-version-kind'] ?? [])
    .filter((kinds) => kinds.length === 1);
  const groups = new Set(own.flatMap((kinds) => kinds.map(({ group }) => group)));
  assert.ok(groups.size >= 15, `${groups.size} groups`);
  for (const group of groups) assert.equal(isBuiltInGroup(group), true, group);
});

test('so are those that only carry others or came before, and nobody else’s', () => {
  for (const group of [
    'apiextensions.k8s.io',
    'apiregistration.k8s.io',
    'authentication.k8s.io',
    'authorization.k8s.io',
    'events.k8s.io',
    'extensions',
    'internal.apiserver.k8s.io',
    'policy',
    'storagemigration.k8s.io',
  ]) {
    assert.equal(isBuiltInGroup(group), true, group);
  }
  // The last three are in Kubernetes' own domain, and still of an add-on: an operator decides there.
  for (const group of [
    'acme.io',
    'apps.acme.io',
    'metrics.k8s.io',
    'gateway.networking.k8s.io',
    'snapshot.storage.k8s.io',
  ]) {
    assert.equal(isBuiltInGroup(group), false, group);
  }
  assert.equal(isCustom({ apiVersion: 'kafka.strimzi.io/v1beta2' }), true);
  assert.equal(isCustom({ apiVersion: 'apps/v1' }), false);
  assert.equal(isCustom({ apiVersion: 'v1' }), false);
});

test('finalizers of others: all but those of Kubernetes itself and our own', () => {
  const own = [
    'orphan',
    'foregroundDeletion',
    'kubernetes',
    'kubernetes.io/pvc-protection',
    'kubernetes.io/pv-protection',
    'kubernetes.io/pv-controller',
    'batch.kubernetes.io/job-tracking',
    'service.kubernetes.io/load-balancer-cleanup',
    'external-provisioner.volume.kubernetes.io/finalizer',
    'customresourcecleanup.apiextensions.k8s.io',
    'external-attacher/ebs-csi-aws-com',
  ];
  const foreign = ['acme.io/backup', 'kubernetes.io/other', 'not-external-attacher/x', 'toolcrib.dev/kept'];
  const object = { metadata: { finalizers: [...own, ...foreign] } };
  assert.deepEqual(foreignFinalizers(object), foreign);
  assert.deepEqual(foreignFinalizers(object, ['toolcrib.dev/kept']), foreign.slice(0, 3));
  assert.deepEqual(foreignFinalizers({ metadata: {} }), []);
});

test('the ordinal in the name of a Pod, and of a claim', () => {
  const set: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'kafka' },
    spec: { volumeClaimTemplates: [{ metadata: { name: 'data' } }, { metadata: { name: 'log-data' } }] },
  };
  for (const [name, ordinal] of [
    ['kafka-0', 0],
    ['kafka-12', 12],
    ['kafka-01', undefined],
    ['kafka-', undefined],
    ['kafka-x', undefined],
    ['kafka', undefined],
    ['kafka-1-2', undefined],
    ['other-kafka-1', undefined],
    ['kafka-1x', undefined],
  ] as const) {
    assert.equal(podOrdinal(set, name), ordinal, name);
    assert.equal(claimOrdinal(set, `data-${name}`), ordinal, name);
    assert.equal(claimOrdinal(set, `log-data-${name}`), ordinal, name);
    assert.equal(claimOrdinal(set, `other-${name}`), undefined, name);
  }
  assert.equal(claimOrdinal(set, 'xdata-kafka-1'), undefined);
  assert.equal(claimOrdinal({ ...set, spec: {} }, 'data-kafka-1'), undefined);
  assert.equal(claimOrdinal({ ...set, spec: undefined }, 'undefined-kafka-1'), undefined);
});
