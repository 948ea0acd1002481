import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { radiusOf } from './radius-of.ts';
import { countOf, summary } from './summary.ts';
import { aim, deployment, object, pod, statefulSet, view } from './testing/objects.ts';
import { plain, tree } from './tree.ts';

const radiusFor = (objects: KubeObject[]) => radiusOf(view(objects), [aim(objects[0] as KubeObject)]);

test('the tree of the incident', () => {
  const kafka = radiusFor(statefulSet('shop/kafka', 1, { whenDeleted: 'Delete' }));
  assert.equal(
    tree(kafka),
    `StatefulSet shop/kafka · goes, can be brought back
├─ ControllerRevision kafka-1 · goes, can be brought back
├─ Pod kafka-0 · goes, can be brought back
└─ PersistentVolumeClaim data-kafka-0 · goes, can be brought back: claim of
   │    StatefulSet kafka on volume pv-data-kafka-0 (Delete)
   └─ PersistentVolume pv-data-kafka-0 · CANNOT be brought back: reclaim policy
           Delete: its data goes with it
would delete 1 StatefulSet, 1 ControllerRevision, 1 Pod, 1
PersistentVolumeClaim, 1 PersistentVolume; 1 Pod not replaced; 1 workload left
without Pods; 1 volume lost
`,
  );
});

test('what can’t be brought back is said in full, however narrow and deep', () => {
  const kafka = radiusFor(statefulSet(`shop/${'kafka-of-the-shop'.repeat(2)}`, 1, { whenDeleted: 'Delete' }));
  for (const width of [40, 60, 80]) {
    const lines = tree(kafka, { width }).split('\n');
    for (const line of lines) assert.ok(line.length <= width, line);
    assert.match(lines.join(' ').replace(/[│├└─ ]+/g, ' '), /CANNOT be brought back: reclaim policy Delete/);
  }
});

test('many alike are cut to a few and a number', () => {
  const text = tree(radiusFor(deployment('shop/web', 10)));
  assert.match(text, /Pod web-5d8f-2 .*\n {3}└─ … and 7 more Pods\n/);
  assert.equal(text.match(/Pod web/g)?.length, 3);
});

test('what hangs on one of many is shown, wherever it stands among them', () => {
  const many = Array.from({ length: 60 }, (_, index) => object('v1 ConfigMap', `shop/c${index}`));
  const owner = many[29] as KubeObject;
  const [web, ...rest] = deployment('shop/web', 2) as [KubeObject, ...KubeObject[]];
  const { apiVersion, kind, metadata } = owner;
  const owned = { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '' };
  const owning = { ...web, metadata: { ...web.metadata, ownerReferences: [owned] } };
  const objects = [...many, owning, ...rest];
  const text = tree(
    radiusOf(
      view(objects),
      many.map((one) => aim(one)),
    ),
  );
  assert.match(text, /ConfigMap shop\/c29 .*\n└─ Deployment web .*\n {3}└─ ReplicaSet/);
  assert.match(text, /\n… and 52 more ConfigMaps\n/);
});

test('old ReplicaSets do not hide the one that has the Pods', () => {
  const [web, set, ...pods] = deployment('shop/web', 2) as [KubeObject, KubeObject, ...KubeObject[]];
  const old = Array.from({ length: 10 }, (_, index) => ({
    ...set,
    metadata: { ...set.metadata, name: `web-old-${index}`, uid: `uid-old-${index}` },
  }));
  assert.match(tree(radiusFor([web, ...old, set, ...pods])), /ReplicaSet web-5d8f .*\n {3}├─ Pod web-5d8f-0/);
});

test('no line is wider than asked, none has a control character, and ASCII is ASCII', () => {
  const nasty = object('v1 ConfigMap', `shop/${'n'.repeat(120)}`, { finalizers: ['evil.io/\u001b[31m'] });
  const radius = radiusFor([nasty]);
  for (const width of [40, 80]) {
    for (const line of tree(radius, { width }).split('\n')) assert.ok(line.length <= width, line);
  }
  assert.doesNotMatch(tree(radius), /[\u0000-\u0009\u000b-\u001f\u007f]/);
  assert.doesNotMatch(tree(radiusFor(deployment('shop/web', 9)), { unicode: false }), /[^\u0000-\u007f]/);
});

test('colour comes only from the palette', () => {
  const palette = { ...plain, restorable: (text: string) => `<${text}>` };
  const text = tree(radiusFor([pod('shop/a')]), { palette });
  assert.match(text, /^Pod shop\/a · <goes, can be brought back: .*>\n/);
});

test('the summary says what is not replaced and what is not known', () => {
  const shop = deployment('shop/web', 3);
  assert.equal(
    summary(radiusFor(shop)),
    'would delete 1 Deployment, 1 ReplicaSet, 3 Pods; 3 Pods not replaced; 1 workload left without Pods; 0 volumes lost',
  );
  const scaled = radiusOf(view(shop), [aim(shop[0] as KubeObject, { does: 'scale', replicas: 0 })]);
  assert.match(
    summary(scaled),
    /^would scale Deployment web to 0, which deletes 3 Pods; 3 Pods not replaced/,
  );
  const orphan = { does: 'delete' as const, options: { propagationPolicy: 'Orphan' as const } };
  const orphaned = radiusOf(view(shop), [aim(shop[0] as KubeObject, orphan)]);
  assert.match(summary(orphaned), /^would delete 1 Deployment, would orphan 1 ReplicaSet;/);
  assert.equal(countOf(2, 'NetworkPolicy'), '2 NetworkPolicies');
  assert.equal(countOf(2, 'StorageClass'), '2 StorageClasses');
});
