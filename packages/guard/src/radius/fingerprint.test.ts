import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Radius, RadiusMember } from '@toolcrib/model';
import fc from 'fast-check';
import { fingerprint, stillCovers } from './fingerprint.ts';
import { radiusOf } from './radius-of.ts';
import { aim, deployment, object, statefulSet, view } from './testing/objects.ts';
import type { Aim } from './view.ts';

const kafka = () => statefulSet('shop/kafka', 3, { whenDeleted: 'Delete' });
const radiusNow = (objects = kafka()): Radius => {
  const [target] = objects;
  assert.ok(target);
  return radiusOf(view(objects), [aim(target)]);
};

test('the same radius has the same fingerprint, in whatever order it was read', () => {
  const [target, ...rest] = kafka();
  assert.ok(target);
  const turned = radiusOf(view([...rest].reverse().concat(target)), [aim(target)]);
  assert.equal(fingerprint(turned), fingerprint(radiusNow()));
});

test('what comes back by itself, readiness and resource versions do not enter', () => {
  const shown = radiusNow();
  const returns = fc.record({ name: fc.string(), uid: fc.uuid(), ready: fc.boolean() });
  fc.assert(
    fc.property(fc.array(returns), (more) => {
      const members: RadiusMember[] = more.map(({ name, uid, ready }) => ({
        ref: { apiVersion: 'v1', kind: 'Pod', name, uid },
        fate: 'deleted',
        loss: 'returns',
        why: '',
        owners: [],
        ready,
      }));
      const now = { ...shown, members: [...members, ...shown.members], seenAt: 1 };
      assert.equal(fingerprint(now), fingerprint(shown));
      assert.deepEqual(stillCovers(shown, now), { ok: true });
    }),
  );
});

test('shrinking is fine, whatever is left out', () => {
  const shown = radiusNow();
  fc.assert(
    fc.property(fc.subarray(shown.members), (members) => {
      assert.deepEqual(stillCovers(shown, { ...shown, members }), { ok: true });
      assert.equal(
        fingerprint({ ...shown, members }) === fingerprint(shown),
        members.length === shown.members.length,
      );
    }),
  );
});

test('every other change voids the approval and changes the fingerprint', () => {
  const shown = radiusNow();
  const [target] = kafka();
  assert.ok(target);
  const late = object('v1 Secret', 'shop/late', { owners: [target], noController: true });
  const edit = (change: (radius: Radius) => void): Radius => {
    const copy = structuredClone(shown);
    change(copy);
    return copy;
  };
  const pv = (radius: Radius) => radius.members.find((member) => member.ref.kind === 'PersistentVolume');
  const claim = (radius: Radius) =>
    radius.members.find((member) => member.ref.kind === 'PersistentVolumeClaim');
  const changes: [string, Radius][] = [
    ['a new dependent', radiusNow([...kafka(), late])],
    ['another spec', edit((r) => Object.assign(r.pins?.[0] ?? {}, { generation: 2, besidesSize: 'x' }))],
    ['another finalizer', edit((r) => r.pins?.[0]?.finalizers.push('x/y'))],
    ['another target UID', edit((r) => Object.assign(r.pins?.[0] ?? {}, { uid: 'new' }))],
    ['other owners', edit((r) => claim(r)?.owners.push('someone'))],
    [
      'an operator appeared',
      edit((r) => r.opaque.push({ ref: r.targets[0] as Radius['targets'][0], why: 'x' })),
    ],
    ['blind where it saw', edit((r) => r.unseen.push({ kind: 'Secret', why: 'forbidden' }))],
  ];
  for (const [what, now] of changes) {
    assert.equal(stillCovers(shown, now).ok, false, what);
    assert.notEqual(fingerprint(now), fingerprint(shown), what);
  }
  // Retain became Delete: the same volume, a worse end.
  const retained = radiusNow(statefulSet('shop/kafka', 3, { whenDeleted: 'Delete', reclaim: 'Retain' }));
  assert.equal(stillCovers(retained, shown).ok, false);
  assert.deepEqual(stillCovers(shown, retained), { ok: true });
  assert.equal(pv(shown)?.loss, 'lost');
});

test('a delete that was shown: an autoscaler may change the size of the workload, and nobody anything else', () => {
  const writtenBy = (manager: string) => [
    { manager, operation: 'Update', subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
  ];
  const shownAt = (
    replicas: number,
    generation: number,
    more: object = {},
    verb = 'delete',
    by = 'kube-controller-manager',
  ) => {
    const shop = deployment('shop/web', replicas);
    const [target] = shop;
    assert.ok(target);
    target.metadata.generation = generation;
    target.metadata.managedFields = writtenBy(by);
    Object.assign(target.spec, more);
    const effect = verb === 'scale' ? { does: verb, replicas: 1 } : { does: verb, options: {} };
    return radiusOf(view(shop), [aim(target, effect as Aim['effect'])]);
  };
  const shown = shownAt(3, 1);
  for (const replicas of [1, 2, 3, 5, 9]) {
    const now = shownAt(replicas, 2);
    assert.deepEqual(stillCovers(shown, now), { ok: true }, `${replicas} replicas`);
  }
  const other = { template: { spec: { containers: [{ name: 'main', image: 'other' }] } } };
  for (const [what, now] of [
    ['another template', shownAt(3, 2, other)],
    ['its size and another template', shownAt(5, 2, other)],
    ['paused', shownAt(3, 2, { paused: true })],
    ['none at all', shownAt(0, 2)],
  ] as const)
    assert.equal(stillCovers(shown, now).ok, false, what);
  assert.equal(stillCovers(shownAt(0, 1), shownAt(3, 2)).ok, false, 'nothing ran when it was shown');
  assert.equal(stillCovers(shown, shownAt(4, 2, {}, 'delete', 'kubectl')).ok, false, 'a person did that');
  // Its size is what a scale-down is about.
  assert.equal(stillCovers(shownAt(3, 1, {}, 'scale'), shownAt(4, 2, {}, 'scale')).ok, false);
  // A custom resource's replicas mean what its operator makes of them; a hold of an earlier version knows the generation alone.
  const custom = (replicas: number, generation: number) => {
    const one = object('example.com/v1 Db', 'shop/db', { generation, spec: { replicas } });
    return radiusOf(view([one]), [aim(one)]);
  };
  assert.equal(stillCovers(custom(3, 1), custom(4, 2)).ok, false);
  const old = structuredClone(shown);
  for (const pin of old.pins ?? []) delete pin.besidesSize;
  assert.equal(stillCovers(old, shownAt(5, 2)).ok, false);
  assert.deepEqual(stillCovers(old, shownAt(5, 1)), { ok: true });
});

test('a scale-down of a Deployment is covered by its number of Pods, not by their names', () => {
  const shop = deployment('shop/web', 4);
  const [target] = shop;
  assert.ok(target);
  const scaled = (replicas: number, objects = shop) =>
    radiusOf(view(objects), [aim(target, { does: 'scale', replicas })]);
  const shown = scaled(2);
  const renamed = structuredClone(shop);
  for (const pod of renamed.filter(({ kind }) => kind === 'Pod')) pod.metadata.uid += '-again';
  assert.equal(fingerprint(scaled(2, renamed)), fingerprint(shown));
  assert.deepEqual(stillCovers(shown, scaled(2, renamed)), { ok: true });
  assert.equal(stillCovers(shown, scaled(1)).ok, false);
  assert.deepEqual(stillCovers(shown, scaled(3)), { ok: true });
});

test('the same Pods, but now the last ones of their Deployment: an outage that was not shown', () => {
  const shop = deployment('shop/web', 3);
  const [, , a, b, c] = shop;
  assert.ok(a && b && c);
  const shown = radiusOf(view(shop), [aim(a), aim(b)]);
  const now = radiusOf(view(shop.filter((one) => one !== c)), [aim(a), aim(b)]);
  assert.equal(stillCovers(shown, now).ok, false);
});

test('the collector has taken an owner that went out of what it left: that is a shrinking', () => {
  const a = object('v1 ConfigMap', 'shop/a');
  const b = object('v1 ConfigMap', 'shop/b');
  const owned = (...owners: (typeof a)[]) => object('v1 Secret', 'shop/x', { owners, noController: true });
  const shown = radiusOf(view([a, b, owned(a, b)]), [aim(a), aim(b)]);
  const afterwards = radiusOf(view([b, owned(b)]), [aim(b)]);
  assert.equal(afterwards.members.length, 2, 'it goes with the last of its owners');
  assert.deepEqual(stillCovers(shown, afterwards), { ok: true });
  // The other way round it would hang on what was not shown.
  const alone = radiusOf(view([b, owned(b)]), [aim(b)]);
  const both = radiusOf(view([a, b, owned(a, b)]), [aim(a), aim(b)]);
  assert.equal(stillCovers(alone, { ...both, pins: alone.pins, counts: alone.counts }).ok, false);
});

test('one owner in the place of another is a change', () => {
  const shown = radiusNow();
  const now = structuredClone(shown);
  const claim = now.members.find((member) => member.ref.kind === 'PersistentVolumeClaim');
  assert.ok(claim);
  claim.owners = claim.owners.map(() => 'someone');
  assert.equal(claim.owners.length > 0, true);
  assert.equal(stillCovers(shown, now).ok, false);
});
