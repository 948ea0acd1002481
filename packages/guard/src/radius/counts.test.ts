import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { radiusOf } from './radius-of.ts';
import { aim, deployment, view } from './testing/objects.ts';

test('an outage is counted over all targets of an act', () => {
  const shop = [...deployment('shop/web', 3), ...deployment('shop/cart', 1)];
  const pods = shop.filter((one) => one.kind === 'Pod');
  const webPods = pods.filter((one) => one.metadata.name.startsWith('web'));
  const cart = pods.filter((one) => one.metadata.name.startsWith('cart'));
  const left = (targets: KubeObject[], objects = shop) =>
    radiusOf(
      view(objects),
      targets.map((target) => aim(target)),
    ).counts.workloadsLeftWithoutPods;
  assert.equal(left(webPods.slice(0, 2)), 0);
  assert.equal(left(webPods), 1);
  assert.equal(left(cart), 0, 'one wanted, one lost, one made again');
  assert.equal(left(pods), 1);
  const dying = shop.map((one) =>
    one === webPods[0] || one === webPods[1]
      ? { ...one, metadata: { ...one.metadata, deletionTimestamp: '2026-11-23T00:00:00Z' } }
      : one,
  );
  assert.equal(left(webPods.slice(2), dying), 1, 'the last live one of three');
});
