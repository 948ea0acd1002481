import assert from 'node:assert/strict';
import { test } from 'node:test';
import { radiusOf } from './radius-of.ts';
import { aim, deployment, statefulSet, view } from './testing/objects.ts';
import { fates, first, scale } from './testing/told.ts';

test('scale-down of a StatefulSet takes the highest ordinals, and their claims under whenScaled', () => {
  const kafka = statefulSet('shop/kafka', 3, { whenScaled: 'Delete' });
  const set = first(kafka, 'StatefulSet');
  const radius = radiusOf(view(kafka), [aim(set, scale(1))]);
  assert.deepEqual(Object.keys(fates(radius)).sort(), [
    'PersistentVolume pv-data-kafka-1',
    'PersistentVolume pv-data-kafka-2',
    'PersistentVolumeClaim data-kafka-1',
    'PersistentVolumeClaim data-kafka-2',
    'Pod kafka-1',
    'Pod kafka-2',
  ]);
  assert.equal(radius.counts.podsNotReplaced, 2);
  assert.equal(radius.counts.volumesLost, 2);
  assert.equal(radius.counts.workloadsLeftWithoutPods, 0);
  const retained = statefulSet('shop/kafka', 3);
  assert.equal(radiusOf(view(retained), [aim(first(retained, 'StatefulSet'), scale(1))]).counts.claims, 0);
});

test('scale-down of a Deployment is a number of Pods: by the order of victims, marked as a guess', () => {
  const shop = deployment('shop/web', 3);
  const [, , , second] = shop;
  assert.ok(second);
  second.status = { phase: 'Pending' };
  const radius = radiusOf(view(shop), [aim(first(shop, 'Deployment'), scale(2))]);
  assert.deepEqual(fates(radius), { 'Pod web-5d8f-1': 'deleted restorable' });
  assert.equal(radius.members[0]?.estimated, true);
  const none = radiusOf(view(shop), [aim(first(shop, 'Deployment'), scale(0))]);
  assert.equal(none.counts.pods, 3);
  assert.equal(none.counts.workloadsLeftWithoutPods, 1);
  assert.equal(fates(none)['Deployment web'], 'stops restorable');
  const up = radiusOf(view(shop), [aim(first(shop, 'Deployment'), scale(5))]);
  assert.deepEqual(up.members, []);
  const lone = deployment('shop/solo', 1);
  const lost = radiusOf(view(lone), [aim(first(lone, 'Deployment'), scale(0))]);
  assert.equal(lost.counts.workloadsLeftWithoutPods, 1, 'a lone Pod that is not made again is an outage');
});
