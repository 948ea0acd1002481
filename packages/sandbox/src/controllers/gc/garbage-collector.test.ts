import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OwnerReference } from '@toolcrib/kube';
import fc from 'fast-check';
import { CONFIG_MAPS } from '../common/types.ts';
import { make, names, onlyCollector, remove } from '../testing/owned-maps.ts';

test('what has lost its only owner goes, and what that owned too', () => {
  const cluster = onlyCollector();
  const owner = make(cluster, 'owner');
  const child = make(cluster, 'child', [owner]);
  make(cluster, 'grandchild', [child]);
  make(cluster, 'free');
  cluster.settle();
  remove(cluster, 'owner');
  assert.deepEqual(names(cluster), ['child', 'free', 'grandchild'], 'not within the request');
  cluster.settle();
  assert.deepEqual(names(cluster), ['free']);
});

test('property: nothing with a solid owner is ever deleted by the collector, and at rest nothing dangles', () => {
  const NAMES = 8;
  const action = fc.oneof(
    fc.record({
      do: fc.constant('make' as const),
      at: fc.nat(NAMES - 1),
      owners: fc.uniqueArray(fc.nat(NAMES - 1), { maxLength: 2 }),
      block: fc.boolean(),
    }),
    fc.record({
      do: fc.constant('delete' as const),
      at: fc.nat(NAMES - 1),
      policy: fc.constantFrom('Background', 'Foreground', 'Orphan'),
    }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.nat(12) }),
  );
  fc.assert(
    fc.property(fc.array(action, { minLength: 5, maxLength: 40 }), (actions) => {
      const cluster = onlyCollector(3);
      let byHand = '';
      cluster.store.subscribe(({ type, object, resource }) => {
        if (type !== 'DELETED' || resource.resource !== 'configmaps' || object.metadata.uid === byHand)
          return;
        // Who was told to go by a person may finish later, by the finalizer's removal.
        if (told.has(object.metadata.uid ?? '')) return;
        const solid = (object.metadata.ownerReferences ?? []).filter((ref) => {
          const owner = cluster.store
            .list(CONFIG_MAPS, { namespace: 'shop' })
            .find((item) => item.metadata.uid === ref.uid);
          return (
            owner &&
            !(owner.metadata.deletionTimestamp && owner.metadata.finalizers?.includes('foregroundDeletion'))
          );
        });
        assert.deepEqual(solid, [], `${object.metadata.name} had a solid owner`);
      });
      const told = new Set<string>();
      const find = (at: number) =>
        cluster.store
          .list(CONFIG_MAPS, { namespace: 'shop' })
          .find((item) => item.metadata.name === `n${at}`);
      for (const step of actions) {
        const there = 'at' in step ? find(step.at) : undefined;
        if (step.do === 'wait') cluster.clock.advance(step.ms);
        else if (step.do === 'make' && !there) {
          const owners = step.owners.map(find).filter((item) => item !== undefined);
          make(cluster, `n${step.at}`, owners, { blockOwnerDeletion: step.block });
        } else if (step.do === 'delete' && there) {
          byHand = there.metadata.uid ?? '';
          told.add(byHand);
          remove(cluster, `n${step.at}`, { propagationPolicy: step.policy as 'Orphan' });
          byHand = '';
        }
      }
      cluster.settle(120);
      const left = cluster.store.list(CONFIG_MAPS, { namespace: 'shop' });
      const uids = new Set(left.map((item) => item.metadata.uid));
      for (const object of left) {
        assert.equal(object.metadata.deletionTimestamp, undefined, 'nothing hangs');
        const owners = object.metadata.ownerReferences ?? [];
        assert.ok(
          owners.length === 0 || owners.some((ref) => uids.has(ref.uid)),
          'no owner left, yet it stays',
        );
      }
      cluster.stop();
      assert.equal(cluster.clock.pending(), 0);
    }),
    { numRuns: 150 },
  );
});

test('an owner of another namespace is none: the event says so, and the dependent goes', () => {
  const cluster = onlyCollector();
  const configMap = (name: string, namespace: string, ownerReferences?: OwnerReference[]) =>
    cluster.store.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, ownerReferences },
    });
  const uid = configMap('holder', 'default').metadata.uid ?? '';
  configMap('child', 'shop', [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'holder', uid }]);
  cluster.settle(60);
  assert.deepEqual(
    cluster.events('child').map(({ type, reason, message }) => [type, reason, message]),
    [
      [
        'Warning',
        'OwnerRefInvalidNamespace',
        `ownerRef [v1/ConfigMap, namespace: shop, name: holder, uid: ${uid}] does not exist in namespace "shop"`,
      ],
    ],
  );
  assert.equal(cluster.exists(CONFIG_MAPS, 'child'), false);
  assert.equal(cluster.exists(CONFIG_MAPS, 'holder', 'default'), true);
});
