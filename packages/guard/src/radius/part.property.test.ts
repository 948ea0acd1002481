import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, PropagationPolicy } from '@toolcrib/kube';
import { refOf } from '@toolcrib/kube';
import fc from 'fast-check';
import { aloneIn, partOf } from './part.ts';
import { radiusOf } from './radius-of.ts';
import { collector } from './testing/collector.ts';
import { aim, object, view } from './testing/objects.ts';

const CLAIM = object('v1 PersistentVolumeClaim', 'shop/data', {
  terminating: true,
  spec: { volumeName: 'pv' },
});
const AROUND = [
  object('v1 Namespace', 'shop'),
  object('apiextensions.k8s.io/v1 CustomResourceDefinition', 'widgets.example.com', {
    spec: { group: 'example.com', names: { kind: 'Widget' } },
  }),
  CLAIM,
  object('v1 PersistentVolume', 'pv', {
    terminating: true,
    spec: { persistentVolumeReclaimPolicy: 'Delete', claimRef: { namespace: 'shop', name: 'data' } },
  }),
];
const TYPES = ['v1 ConfigMap', 'example.com/v1 Widget', 'v1 Pod'];

/** Objects of one namespace that own each other at random, circles too, with what else takes things around them. */
const worlds = fc.integer({ min: 2, max: 8 }).chain((size) => {
  const one = fc.record({
    type: fc.constantFrom(...TYPES),
    owners: fc.uniqueArray(fc.nat(size - 1), { maxLength: 2 }),
    orphan: fc.integer({ min: 0, max: 5 }).map((at) => at === 0),
    mounts: fc.boolean(),
  });
  return fc.array(one, { minLength: size, maxLength: size }).map((all): KubeObject[] => {
    const bare = all.map(({ type, orphan, mounts }, at) => {
      const volumes = mounts ? [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] : [];
      return object(type, `shop/n${at}`, {
        ...(orphan ? { finalizers: ['orphan'] } : {}),
        ...(type === 'v1 Pod' ? { spec: { nodeName: 'worker-1', volumes } } : {}),
      });
    });
    const owned = bare.map((it, at) => {
      const owners = (all[at]?.owners ?? []).filter((owner) => owner !== at);
      const ownerReferences = owners.flatMap((owner) => {
        const { apiVersion, kind, metadata } = bare[owner] as KubeObject;
        return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', blockOwnerDeletion: true };
      });
      return { ...it, metadata: { ...it.metadata, ownerReferences } };
    });
    return [...AROUND, ...owned];
  });
});

const cases = worlds.chain((world) => {
  const uids = world.map(({ metadata }) => metadata.uid ?? '');
  return fc.record({
    world: fc.constant(world),
    targets: fc.shuffledSubarray(uids, { minLength: 2, maxLength: Math.min(5, uids.length) }),
    /** Of each target whether its request is sent at all. */
    sent: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    order: fc.shuffledSubarray(uids, { minLength: uids.length }),
    policy: fc.constantFrom<PropagationPolicy | undefined>('Background', 'Foreground', 'Orphan', undefined),
    /** Each request looks for itself, or all go by what was seen first. */
    anew: fc.boolean(),
  });
});

test('in every order of the targets, and whichever are sent, what goes was kept before the request that takes it', () => {
  fc.assert(
    fc.property(cases, ({ world: made, targets, sent, order, policy, anew }) => {
      const cluster = collector(made);
      // A claim that nothing holds is gone before anybody asks.
      cluster.settle(order);
      const world = cluster.standing();
      const aims = targets.map((uid) =>
        aim(made.find(({ metadata }) => metadata.uid === uid) as KubeObject, {
          does: 'delete',
          options: policy === undefined ? {} : { propagationPolicy: policy },
        }),
      );
      const seenFirst = radiusOf(view(world), aims);
      const kept = new Set<string>();
      for (const [at, uid] of targets.entries()) {
        const standing = cluster.standing();
        if (!sent[at] || !standing.some(({ metadata }) => metadata.uid === uid)) continue;
        const radius = anew ? radiusOf(view(standing), aims) : seenFirst;
        for (const { ref } of partOf(radius, new Set([uid]))) kept.add(ref.uid ?? '');
        cluster.remove(uid, policy);
        cluster.settle(order);
        const stand = new Set(cluster.standing().map(({ metadata }) => metadata.uid));
        for (const one of world)
          assert.ok(
            stand.has(one.metadata.uid) || kept.has(one.metadata.uid ?? ''),
            `${refOf(one).kind} ${one.metadata.name} went with the request for ${uid}, and was not kept`,
          );
      }
    }),
    { numRuns: 3000 },
  );
});

test('what goes alone is what has no other part than itself, and is told so only where that is so', () => {
  let some = 0;
  fc.assert(
    fc.property(cases, ({ world, targets, policy }) => {
      const aims = targets.map((uid) =>
        aim(world.find(({ metadata }) => metadata.uid === uid) as KubeObject, {
          does: 'delete',
          options: policy === undefined ? {} : { propagationPolicy: policy },
        }),
      );
      const radius = radiusOf(view(world), aims);
      for (const uid of aloneIn(radius)) {
        some++;
        const part = partOf(radius, new Set([uid])).map(({ ref }) => ref.uid);
        assert.deepEqual(part, [uid]);
      }
    }),
    { numRuns: 1000 },
  );
  assert.ok(some > 100, `${some}`);
});
