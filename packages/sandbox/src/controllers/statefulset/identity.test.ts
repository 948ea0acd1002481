import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import * as identity from './identity.ts';

function set(spec: Body = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'shop', uid: 'u-set' },
    spec: { serviceName: 'svc', selector: { matchLabels: { app: 'db' } }, ...spec },
  };
}

const named = (name: string, more: Partial<KubeObject> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  ...more,
});
const data: KubeObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', labels: { a: 'b' } },
  spec: { x: 1 },
};
const template = {
  metadata: { labels: { app: 'db' } },
  spec: { containers: [{ name: 'c' }], volumes: [{ name: 'own' }, { name: 'data', emptyDir: {} }] },
};
const claimVolume = (ordinal: number) => ({
  name: 'data',
  persistentVolumeClaim: { claimName: `data-db-${ordinal}` },
});

test('a member has the name of the set and a number', () => {
  assert.equal(identity.ordinalOf(named('db-12')), 12);
  assert.equal(identity.ordinalOf(named('db-x')), -1);
  assert.equal(identity.ordinalOf(named('db')), -1);
  assert.equal(identity.isMemberOf(set(), named('db-0')), true);
  assert.equal(identity.isMemberOf(set(), named('db-x')), false);
  assert.equal(identity.isMemberOf(set(), named('other-0')), false);
  assert.equal(identity.isMemberOf(set(), named('db-1-0')), false);
});

test('the numbers that are wanted', () => {
  assert.deepEqual(identity.ordinalsOf(set()), { start: 0, count: 1 });
  const later = set({ ordinals: { start: 3 }, replicas: 2 });
  assert.deepEqual(identity.ordinalsOf(later), { start: 3, count: 2 });
  assert.deepEqual(
    [2, 3, 4, 5].map((ordinal) => identity.isInRange(later, named(`db-${ordinal}`))),
    [false, true, true, false],
  );
  assert.equal(identity.isInRange(set(), named('x')), false);
});

test('a new member: name, host, labels, and its claims before the volumes of the template', () => {
  const pod = identity.newMember(set({ volumeClaimTemplates: [data] }), template, 2, 'rev-1');
  assert.equal(pod.metadata.name, 'db-2');
  assert.equal(pod.metadata.generateName, 'db-');
  assert.deepEqual(pod.metadata.labels, {
    app: 'db',
    'statefulset.kubernetes.io/pod-name': 'db-2',
    'apps.kubernetes.io/pod-index': '2',
    'controller-revision-hash': 'rev-1',
  });
  assert.equal(pod.metadata.ownerReferences?.[0]?.uid, 'u-set');
  assert.deepEqual([pod.spec.hostname, pod.spec.subdomain], ['db-2', 'svc']);
  assert.deepEqual(pod.spec.volumes, [claimVolume(2), { name: 'own' }]);
  assert.equal(identity.podRevision(pod), 'rev-1');
  assert.equal(identity.identityMatches(pod), true);
});

test('a set without claims and without a Service', () => {
  const pod = identity.newMember(set({ serviceName: '' }), { spec: {} }, 0, 'r');
  assert.equal('volumes' in pod.spec, false);
  assert.equal('subdomain' in pod.spec, false);
  assert.deepEqual(identity.claimTemplates(set()), []);
  assert.equal(identity.podRevision(named('x')), '');
});

test('a claim is named after template, set and number, and has their labels', () => {
  const owner = set({ volumeClaimTemplates: [data] });
  assert.equal(identity.claimName(owner, data, 4), 'data-db-4');
  assert.deepEqual(identity.newClaim(owner, data, 4), {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data-db-4', namespace: 'shop', labels: { a: 'b', app: 'db' } },
    spec: { x: 1 },
  });
  const noted = { ...data, metadata: { ...data.metadata, annotations: { n: 'x' } } };
  assert.deepEqual(identity.newClaim(owner, noted, 0).metadata.annotations, { n: 'x' });
});

test('a member has its claims or is given them again', () => {
  const owner = set({ volumeClaimTemplates: [data] });
  const pod = (volumes: Body[]) => named('db-1', { spec: { volumes } });
  assert.equal(identity.storageMatches(owner, pod([claimVolume(1)])), true);
  assert.equal(identity.storageMatches(owner, pod([claimVolume(2)])), false);
  assert.equal(identity.storageMatches(owner, named('db-1')), false);
  assert.equal(identity.storageMatches(set(), named('db-1')), true);
  const wrong = pod([{ name: 'own' }, claimVolume(2)]);
  wrong.metadata.labels = { mine: 'x' };
  assert.equal(identity.identityMatches(wrong), false);
  identity.restoreIdentity(owner, wrong);
  assert.deepEqual(wrong.spec.volumes, [claimVolume(1), { name: 'own' }]);
  assert.deepEqual(wrong.metadata.labels, {
    mine: 'x',
    'statefulset.kubernetes.io/pod-name': 'db-1',
    'apps.kubernetes.io/pod-index': '1',
  });
  const right = pod([{ name: 'own' }, claimVolume(1)]);
  identity.restoreIdentity(owner, right);
  assert.deepEqual(right.spec.volumes, [{ name: 'own' }, claimVolume(1)]);
});
