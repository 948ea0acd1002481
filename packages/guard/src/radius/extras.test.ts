import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { extras, reclaimPolicy, volumeOf } from './extras.ts';
import { radiusOf } from './radius-of.ts';
import { aim, deployment, object, pod, statefulSet, view } from './testing/objects.ts';
import { fates, first, policy } from './testing/told.ts';

test('a StatefulSet keeps its claims unless whenDeleted says Delete; the volume then goes by its policy', () => {
  const cases: [Parameters<typeof statefulSet>[2], number, number, string | undefined][] = [
    [{}, 0, 0, undefined],
    [{ whenDeleted: 'Delete' }, 2, 2, 'deleted lost'],
    [{ whenDeleted: 'Delete', reclaim: 'Retain' }, 2, 0, 'stops restorable'],
  ];
  for (const [options, claims, volumesLost, volume] of cases) {
    const kafka = statefulSet('shop/kafka', 2, options);
    const radius = radiusOf(view(kafka), [aim(first(kafka, 'StatefulSet'))]);
    assert.equal(radius.counts.claims, claims, JSON.stringify(options));
    assert.equal(radius.counts.volumesLost, volumesLost, JSON.stringify(options));
    assert.equal(fates(radius)['PersistentVolume pv-data-kafka-0'], volume);
    assert.equal(radius.counts.pods, 2);
  }
});

test('whenDeleted counts even before the set has been written onto its claims', () => {
  const kafka = statefulSet('shop/kafka', 1, { whenDeleted: 'Delete' });
  delete first(kafka, 'PersistentVolumeClaim').metadata.ownerReferences;
  const radius = radiusOf(view(kafka), [aim(first(kafka, 'StatefulSet'))]);
  assert.equal(radius.counts.volumesLost, 1);
  const orphan = radiusOf(view(kafka), [aim(first(kafka, 'StatefulSet'), policy('Orphan'))]);
  assert.equal(orphan.counts.claims, 0);
});

test('a Node takes the Pods that run on it', () => {
  const node = object('v1 Node', 'worker-1');
  const agent = object('apps/v1 DaemonSet', 'kube/agent', { status: { desiredNumberScheduled: 2 } });
  const elsewhere = pod('shop/far', undefined, { spec: { nodeName: 'worker-2' } });
  const all = [
    node,
    ...deployment('shop/web', 2),
    agent,
    pod('kube/agent-1', agent),
    pod('shop/naked'),
    elsewhere,
  ];
  const radius = radiusOf(view(all), [aim(node)]);
  assert.deepEqual(fates(radius), {
    'Node worker-1': 'deleted restorable',
    'Pod web-5d8f-0': 'deleted returns',
    'Pod web-5d8f-1': 'deleted returns',
    'Pod agent-1': 'deleted returns',
    'Pod naked': 'deleted restorable',
  });
});

test('a Namespace takes everything in it, and what it holds outside', () => {
  const shop = object('v1 Namespace', 'shop');
  const all = [
    shop,
    ...deployment('shop/web', 1),
    ...statefulSet('shop/kafka', 1),
    object('v1 Secret', 'shop/key'),
    object('v1 ConfigMap', 'other/stays'),
  ];
  const radius = radiusOf(view(all), [aim(shop)]);
  assert.equal(radius.counts.objects, all.length - 1);
  assert.equal(radius.counts.volumesLost, 1);
  assert.equal(radius.counts.workloadsLeftWithoutPods, 2);
});

test('a definition takes its custom resources everywhere, and their operator decides the rest', () => {
  const crd = object('apiextensions.k8s.io/v1 CustomResourceDefinition', 'kafkas.k.io', {
    spec: { group: 'k.io', names: { kind: 'Kafka' } },
  });
  const kafka = object('k.io/v1 Kafka', 'shop/a');
  const all = [
    crd,
    kafka,
    object('k.io/v1 Kafka', 'other/b'),
    object('v1 Secret', 'shop/s', { owners: [kafka] }),
  ];
  const radius = radiusOf(view(all), [aim(crd)]);
  assert.equal(radius.counts.objects, 4);
  assert.equal(radius.state, 'opaque');
});

test('a ServiceAccount takes its token Secrets', () => {
  const account = object('v1 ServiceAccount', 'shop/bot');
  const token = object('v1 Secret', 'shop/bot-token', {
    annotations: {
      'kubernetes.io/service-account.name': 'bot',
      'kubernetes.io/service-account.uid': account.metadata.uid ?? '',
    },
  });
  const radius = radiusOf(view([account, token, object('v1 Secret', 'shop/other')]), [aim(account)]);
  assert.equal(radius.counts.objects, 2);
});

test('what goes with an object besides what it owns, kind by kind', () => {
  const names = (objects: KubeObject[], of: KubeObject, policy: 'Background' | 'Orphan' = 'Background') =>
    extras([of, ...objects], of, policy).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  const service = object('v1 Service', 'shop/db', { spec: {} });
  const endpoints = object('v1 Endpoints', 'shop/db');
  assert.deepEqual(names([endpoints], service), ['Endpoints db']);
  assert.deepEqual(names([endpoints], object('v1 ConfigMap', 'shop/db')), []);
  const crd = object('apiextensions.k8s.io/v1 CustomResourceDefinition', 'kafkas.k.io');
  assert.deepEqual(names([object('k.io/v1 Kafka', 'shop/a')], crd), [], 'only its metadata was seen');
  const whenDeleted = (spec: object) =>
    object('apps/v1 StatefulSet', 'shop/db', {
      spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' }, ...spec },
    });
  const claim = object('v1 PersistentVolumeClaim', 'shop/data-db-0');
  const template = { volumeClaimTemplates: [{ metadata: { name: 'data' } }] };
  assert.deepEqual(names([claim], whenDeleted(template)), ['PersistentVolumeClaim data-db-0']);
  assert.deepEqual(names([claim], whenDeleted(template), 'Orphan'), []);
  assert.deepEqual(names([claim], whenDeleted({})), []);
  const account = object('v1 ServiceAccount', 'shop/bot');
  const token = (at: string, uid?: string) =>
    object('v1 Secret', at, uid ? { annotations: { 'kubernetes.io/service-account.uid': uid } } : {});
  assert.deepEqual(
    names([token('shop/a', 'ServiceAccount:shop/bot'), token('shop/b', 'x'), token('shop/c')], account),
    ['Secret a'],
  );
  delete account.metadata.uid;
  assert.deepEqual(names([token('shop/c')], account), []);
});

test('a claim takes its volume under Delete; what else names a volume takes none', () => {
  const claim = object('v1 PersistentVolumeClaim', 'shop/data', { spec: { volumeName: 'pv' } });
  const volume = (uid: string | undefined, policy = 'Delete') =>
    object('v1 PersistentVolume', 'pv', {
      spec: { persistentVolumeReclaimPolicy: policy, claimRef: { uid } },
    });
  const its = volume('PersistentVolumeClaim:shop/data');
  assert.deepEqual(extras([claim, its], claim, 'Background'), [its]);
  const disk = object('k.io/v1 Disk', 'shop/data', { spec: { volumeName: 'pv' } });
  assert.deepEqual(extras([disk, volume(undefined)], disk, 'Background'), []);
  assert.deepEqual(
    extras([claim, volume('PersistentVolumeClaim:shop/data', 'Retain')], claim, 'Background'),
    [],
  );
  assert.equal(volumeOf([its], claim), its);
  assert.equal(volumeOf([volume('another')], claim), undefined, 'bound to another');
  assert.ok(volumeOf([volume(undefined)], claim), 'bound by name');
  assert.equal(volumeOf([object('v1 PersistentVolume', 'undefined')], { ...claim, spec: {} }), undefined);
  for (const [policy, ends] of [
    ['Retain', 'Retain'],
    ['Delete', 'Delete'],
    ['Recycle', 'Delete'],
  ])
    assert.equal(reclaimPolicy(volume(undefined, policy)), ends);
});
