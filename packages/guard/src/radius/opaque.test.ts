import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { radiusOf } from './radius-of.ts';
import { aim, deployment, object, pod, view } from './testing/objects.ts';
import { first } from './testing/told.ts';

test('who decides: foreign finalizers, custom resources, operators', () => {
  const kafka = object('k.io/v1 Kafka', 'shop/my');
  const cases: [string, KubeObject[], string][] = [
    ['a foreign finalizer', [object('v1 ConfigMap', 'shop/c', { finalizers: ['acme.io/hold'] })], 'opaque'],
    [
      'our own',
      [object('v1 ConfigMap', 'shop/c', { finalizers: ['toolcrib.dev/orphan-first'] })],
      'complete',
    ],
    [
      'a known one',
      [object('v1 PersistentVolume', 'p', { finalizers: ['kubernetes.io/pv-protection'] })],
      'complete',
    ],
    ['a custom resource', [kafka], 'opaque'],
    ['controlled by one', [object('v1 Secret', 'shop/s', { owners: [kafka] }), kafka], 'opaque'],
  ];
  for (const [what, objects, state] of cases) {
    assert.equal(radiusOf(view(objects), [aim(objects[0] as KubeObject)]).state, state, what);
  }
  const shop = deployment('shop/web', 1);
  const endpoint = object('cilium.io/v2 CiliumEndpoint', 'shop/e', {
    owners: [first(shop, 'Pod')],
    noController: true,
  });
  assert.equal(radiusOf(view([...shop, endpoint]), [aim(first(shop, 'Deployment'))]).state, 'complete');
});

test('a custom resource is opaque or not by what it is, however it was reached', () => {
  const shop = object('v1 Namespace', 'shop');
  const definition = (kind: string, group: string) =>
    object('apiextensions.k8s.io/v1 CustomResourceDefinition', `${kind.toLowerCase()}s.${group}`, {
      spec: { group, names: { kind } },
    });
  const node = object('v1 Node', 'worker-1');
  const web = pod('shop/web');
  const application = object('argoproj.io/v1 Application', 'shop/prod');
  const endpoint = object('cilium.io/v2 CiliumEndpoint', 'shop/web', { owners: [web], noController: true });
  const report = object('wgpolicyk8s.io/v1alpha2 PolicyReport', 'shop/report');
  const below = object('argoproj.io/v1 AppProject', 'shop/below', { owners: [application] });
  const cases: [KubeObject, string, string, boolean][] = [
    [application, 'Application', 'argoproj.io', true],
    [endpoint, 'CiliumEndpoint', 'cilium.io', false],
    [report, 'PolicyReport', 'wgpolicyk8s.io', false],
    [
      { ...endpoint, metadata: { ...endpoint.metadata, finalizers: ['x.io/y'] } },
      'CiliumEndpoint',
      'cilium.io',
      true,
    ],
    [
      { ...report, metadata: { ...report.metadata, finalizers: ['x.io/y'] } },
      'PolicyReport',
      'wgpolicyk8s.io',
      true,
    ],
  ];
  for (const [one, kind, group, opaque] of cases) {
    const crd = definition(kind, group);
    const all = [shop, crd, node, web, one];
    for (const target of [one, shop, crd])
      assert.equal(
        radiusOf(view(all), [aim(target)]).opaque.some(({ ref }) => ref.uid === one.metadata.uid),
        opaque,
        `${kind} by ${target.kind}`,
      );
  }
  const owned = radiusOf(view([shop, application, below]), [aim(below)]);
  assert.equal(owned.state, 'opaque', 'what belongs to a custom resource, by itself');
  const empty = radiusOf(view([definition('Application', 'argoproj.io')]), [
    aim(definition('Application', 'argoproj.io')),
  ]);
  assert.equal(empty.state, 'complete', 'a definition without instances');
});

test('a scale of a custom resource is its operator’s, a delete or a scale of a built-in one is not', () => {
  const kafka = object('k.io/v1 Kafka', 'shop/my');
  const scaled = radiusOf(view([kafka]), [aim(kafka, { does: 'scale', replicas: 0 })]);
  assert.deepEqual(
    scaled.opaque.map(({ ref, why }) => [ref.name, why]),
    [['my', 'its operator decides which Pods go']],
  );
  const shop = deployment('shop/web', 1);
  const web = first(shop, 'Deployment');
  assert.deepEqual(radiusOf(view(shop), [aim(web, { does: 'scale', replicas: 0 })]).opaque, []);
  const deleted = radiusOf(view([kafka]), [aim(kafka)]).opaque.map(({ why }) => why);
  assert.deepEqual(deleted, ['a custom resource: its operator decides what else goes']);
});

test('a record on which something hangs is no mere record', () => {
  const report = object('wgpolicyk8s.io/v1alpha2 PolicyReport', 'shop/report');
  const below = object('v1 ConfigMap', 'shop/below', { owners: [report], noController: true });
  const opaque = (...objects: KubeObject[]) =>
    radiusOf(view(objects), [aim(report)]).opaque.map(({ ref }) => ref.name);
  assert.deepEqual(opaque(report), []);
  assert.deepEqual(opaque(report, below), ['report']);
});
