import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { claimNamesOf, claimsOf } from './barriers.ts';
import { partOf } from './part.ts';
import { radiusOf } from './radius-of.ts';
import { aim, deployment, type Extra, object, pod, view } from './testing/objects.ts';
import type { Aim } from './view.ts';

const scale = (replicas: number): Aim['effect'] => ({ does: 'scale', replicas });
const withGrace = (gracePeriodSeconds: number): Aim['effect'] => ({
  does: 'delete',
  options: { gracePeriodSeconds },
});
const mounts = (claimName = 'data') => ({
  nodeName: 'worker-1',
  volumes: [{ name: 'd', persistentVolumeClaim: { claimName } }],
});

/** A claim and its volume, the claim being deleted unless said otherwise. */
function claimed(reclaim = 'Delete', claim: Extra = { terminating: true }, volume: Extra = {}): KubeObject[] {
  const one = object('v1 PersistentVolumeClaim', 'shop/data', {
    finalizers: ['kubernetes.io/pvc-protection'],
    spec: { volumeName: 'pv-data' },
    ...claim,
  });
  const claimRef = { namespace: 'shop', name: 'data', uid: one.metadata.uid };
  return [
    one,
    object('v1 PersistentVolume', 'pv-data', {
      finalizers: ['kubernetes.io/pv-protection'],
      spec: { persistentVolumeReclaimPolicy: reclaim, claimRef },
      ...volume,
    }),
  ];
}

/** A Deployment whose Pods all mount the claim. */
function using(at: string, replicas: number): KubeObject[] {
  return deployment(at, replicas).map((one) => (one.kind === 'Pod' ? { ...one, spec: mounts() } : one));
}

const find = (objects: KubeObject[], kind: string) => objects.filter((one) => one.kind === kind);
const ending = (one: KubeObject): KubeObject => ({
  ...one,
  metadata: { ...one.metadata, deletionTimestamp: '2026-11-23T00:00:00Z', deletionGracePeriodSeconds: 30 },
});
const lost = (objects: KubeObject[], ...aims: Aim[]) => radiusOf(view(objects), aims).counts.volumesLost;

describe('a claim that is being deleted goes with the last Pod that uses it', () => {
  const one = [...claimed(), ...using('shop/mine', 1)];
  const [target] = find(one, 'Pod') as [KubeObject];

  it('by a delete of the Pod, an eviction, a scale to 0, of the Deployment, of the Node', () => {
    const [top] = find(one, 'Deployment') as [KubeObject];
    const node = object('v1 Node', 'worker-1');
    for (const by of [
      aim(target),
      aim(target, { does: 'evict', options: {} }),
      aim(top, scale(0)),
      aim(top),
      aim(node),
    ])
      assert.equal(lost([...one, node], by), 1, `${by.effect.does} ${by.ref.kind}`);
  });

  it('is named with what held it, and its volume with it', () => {
    const radius = radiusOf(view(one), [aim(target)]);
    const why = Object.fromEntries(radius.members.map((member) => [member.ref.kind, member.why]));
    assert.match(
      why.PersistentVolumeClaim ?? '',
      /being deleted already, and only Pod mine-\S+ held it back/,
    );
    assert.match(why.PersistentVolume ?? '', /Delete: its data goes/);
    assert.equal(radius.state, 'complete');
  });

  it('asked for too, it goes in more than name: with the Pod, and its volume with it', () => {
    const [claim] = find(one, 'PersistentVolumeClaim') as [KubeObject];
    const radius = radiusOf(view(one), [aim(claim), aim(target)]);
    const kinds = (of: KubeObject) =>
      partOf(radius, new Set([of.metadata.uid ?? ''])).map(({ ref }) => ref.kind);
    assert.deepEqual(kinds(target).sort(), ['PersistentVolume', 'PersistentVolumeClaim', 'Pod']);
    assert.match(
      radius.members.find(({ ref }) => ref.kind === 'PersistentVolumeClaim')?.why ?? '',
      /only Pod mine-/,
    );
    assert.equal(radius.members.find(({ ref }) => ref.kind === 'PersistentVolumeClaim')?.via, undefined);
  });

  it('stays while another Pod uses it, a finished one too; one that never got a Node holds nothing', () => {
    const other = (extra: Extra) => pod('shop/other', undefined, { spec: mounts(), ...extra });
    assert.equal(lost([...one, other({})], aim(target)), 0);
    assert.equal(lost([...one, other({ status: { phase: 'Succeeded' } })], aim(target)), 0);
    assert.equal(lost([...one, other({ terminating: true })], aim(target)), 1);
    assert.equal(lost([...one, other({ spec: { volumes: mounts().volumes } })], aim(target)), 1);
    assert.equal(lost([...one, pod('shop/other')], aim(target)), 1);
  });

  it('all of several at once, and a scale that leaves one', () => {
    const three = [...claimed(), ...using('shop/mine', 3)];
    const pods = find(three, 'Pod');
    assert.equal(lost(three, ...pods.map((one) => aim(one))), 1);
    assert.equal(lost(three, ...pods.slice(1).map((one) => aim(one))), 0);
    const [top] = find(three, 'Deployment') as [KubeObject];
    assert.equal(lost(three, aim(top, scale(1))), 0);
    assert.equal(lost(three, aim(top, scale(0))), 1);
  });

  it('with Retain the data stays, and the claim is named all the same', () => {
    const kept = [...claimed('Retain'), ...using('shop/mine', 1)];
    const radius = radiusOf(view(kept), [aim((find(kept, 'Pod') as [KubeObject])[0])]);
    assert.deepEqual([radius.counts.volumesLost, radius.counts.claims], [0, 1]);
  });

  it('a claim that stands is none of it', () => {
    const stands = [...claimed('Delete', {}), ...using('shop/mine', 1)];
    assert.equal(lost(stands, aim((find(stands, 'Pod') as [KubeObject])[0])), 0);
  });

  it('a Pod on its way out: only what makes it go sooner takes anything', () => {
    const going = one.map((other) => (other === target ? ending(other) : other));
    const dying = going.find(({ metadata }) => metadata.uid === target.metadata.uid) as KubeObject;
    assert.equal(lost(going, aim(dying)), 0);
    assert.equal(lost(going, aim(dying, withGrace(30))), 0);
    assert.equal(lost(going, aim(dying, withGrace(0))), 1);
  });
});

describe('a volume that is being deleted goes with its claim', () => {
  it('its data too under Delete; the object alone under Retain', () => {
    for (const [reclaim, volumes] of [
      ['Delete', 1],
      ['Retain', 0],
    ] as const) {
      const both = claimed(reclaim, {}, { terminating: true });
      const radius = radiusOf(view(both), [aim(both[0] as KubeObject)]);
      assert.equal(radius.counts.volumesLost, volumes, reclaim);
      assert.equal(radius.counts.objects, 2, reclaim);
    }
  });

  it('through a Pod that held the claim, which held the volume', () => {
    const both = [...claimed('Delete', undefined, { terminating: true }), ...using('shop/mine', 1)];
    const radius = radiusOf(view(both), [aim((find(both, 'Pod') as [KubeObject])[0])]);
    assert.equal(radius.counts.volumesLost, 1);
  });
});

describe('what else waits for its last barrier', () => {
  it('an owner in foreground deletion, with what hangs on it alone', () => {
    const owner = object('v1 ConfigMap', 'shop/owner', {
      terminating: true,
      finalizers: ['foregroundDeletion'],
    });
    const [a, b] = ['a', 'b'].map((name) => pod(`shop/${name}`, owner, { finalizers: ['x.io/wait'] }));
    const all = [owner, a, b] as KubeObject[];
    const owners = (objects: KubeObject[], ...targets: KubeObject[]) =>
      radiusOf(
        view(objects),
        targets.map((one) => aim(one)),
      ).members.filter(({ ref }) => ref.kind === 'ConfigMap').length;
    assert.equal(owners(all, a as KubeObject), 0);
    assert.equal(owners(all, a as KubeObject, b as KubeObject), 1);
    assert.equal(owners([owner, a, ending(b as KubeObject)] as KubeObject[], a as KubeObject), 1);
    // What blocks another owner, and not this one, does not hold it back.
    const loose = structuredClone(b as KubeObject);
    const [its] = loose.metadata.ownerReferences ?? [];
    assert.ok(its);
    loose.metadata.ownerReferences = [
      { ...its, blockOwnerDeletion: false },
      { ...its, uid: 'other', blockOwnerDeletion: true },
    ];
    assert.equal(owners([owner, a, loose] as KubeObject[], a as KubeObject), 1);
  });

  it('a Namespace, once nothing else is in it; not where some of it was not seen', () => {
    const namespace = object('v1 Namespace', 'shop', { terminating: true });
    const last = object('x.io/v1 Thing', 'shop/last', { finalizers: ['x.io/wait'] });
    const goes = (objects: KubeObject[], extra = {}) =>
      radiusOf(view(objects, extra), [aim(last)]).members.some(({ ref }) => ref.kind === 'Namespace');
    assert.equal(goes([namespace, last]), true);
    assert.equal(goes([namespace, last, ending(pod('shop/web'))]), true);
    assert.equal(goes([namespace, last, pod('shop/web')]), false);
    assert.equal(goes([object('v1 Namespace', 'shop'), last]), false);
    assert.equal(goes([namespace, last], { listed: [] }), false);
    const unseen = [{ group: '', kind: 'Secret', namespaced: true, why: 'forbidden' }];
    assert.equal(goes([namespace, last], { unseen }), false);
  });

  it('a definition, with its last instance', () => {
    const crd = object('apiextensions.k8s.io/v1 CustomResourceDefinition', 'things.x.io', {
      terminating: true,
      spec: { group: 'x.io', names: { kind: 'Thing' } },
    });
    const [a, b] = ['a', 'b'].map((name) => object('x.io/v1 Thing', `shop/${name}`));
    const goes = (...objects: KubeObject[]) =>
      radiusOf(view([crd, ...objects]), [aim(a as KubeObject)]).members.some(
        ({ ref }) => ref.kind === crd.kind,
      );
    assert.equal(goes(a as KubeObject), true);
    assert.equal(goes(a as KubeObject, b as KubeObject), false);
    // One of which nothing but its metadata was seen.
    const bare = { ...crd, spec: undefined };
    assert.equal(
      radiusOf(view([bare, a as KubeObject]), [aim(a as KubeObject)]).members.some(
        ({ ref }) => ref.kind === crd.kind,
      ),
      false,
    );
  });
});

describe('which claims, of which Pod and which volume', () => {
  it('a Pod mounts claims by their names, and those of its ephemeral volumes', () => {
    const volumes = [
      { name: 'd', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'c', configMap: { name: 'conf' } },
      { name: 'scratch', ephemeral: {} },
    ];
    assert.deepEqual(claimNamesOf(pod('shop/web', undefined, { spec: { volumes } })), [
      'data',
      'web-scratch',
    ]);
    assert.deepEqual(claimNamesOf(pod('shop/web', undefined, { spec: undefined })), []);
  });

  it('a volume is bound by the UID of its claim, or by its name where it says no UID', () => {
    const claims = [
      object('v1 PersistentVolumeClaim', 'shop/data'),
      object('v1 PersistentVolumeClaim', 'test/data'),
      object('v1 PersistentVolumeClaim', 'shop/other'),
    ];
    const bound = (claimRef?: object) =>
      claimsOf(claims, object('v1 PersistentVolume', 'pv', { spec: { claimRef } })).map(
        (one) => one.metadata.uid,
      );
    const uid = 'PersistentVolumeClaim:shop/data';
    assert.deepEqual(bound({ namespace: 'shop', name: 'data', uid }), [uid]);
    assert.deepEqual(bound({ namespace: 'shop', name: 'data', uid: 'of an earlier life' }), []);
    assert.deepEqual(bound({ namespace: 'shop', name: 'data' }), [uid]);
    assert.deepEqual(bound({ namespace: 'shop', name: 'gone' }), []);
    assert.deepEqual(bound(), []);
    assert.deepEqual(claimsOf(claims, object('v1 PersistentVolume', 'pv')), []);
  });
});

describe('a generic ephemeral volume is made for its Pod', () => {
  const spec = { nodeName: 'worker-1', volumes: [{ name: 'scratch', ephemeral: {} }] };
  const all = (deployed: KubeObject[]) => {
    const user = deployed.find(({ kind }) => kind === 'Pod') as KubeObject;
    user.spec = spec;
    const at = `shop/${user.metadata.name}-scratch`;
    const claim = object('v1 PersistentVolumeClaim', at, { owners: [user], spec: { volumeName: 'pv-1' } });
    const claimRef = { namespace: 'shop', name: claim.metadata.name, uid: claim.metadata.uid };
    const volume = object('v1 PersistentVolume', 'pv-1', {
      spec: { persistentVolumeReclaimPolicy: 'Delete', claimRef },
    });
    return { user, claim, objects: [...deployed, claim, volume] };
  };
  it('its data is no loss where the Pod goes, replaced or not', () => {
    const { user, objects } = all(deployment('shop/web', 1));
    assert.equal(lost(objects, aim(user)), 0);
    assert.equal(lost(objects, aim(user, { does: 'evict', options: {} })), 0);
    const naked = all([pod('shop/naked')]);
    assert.equal(lost(naked.objects, aim(naked.user)), 0);
  });
  it('it is one where the claim goes by itself, and so is any other claim that the Pod owns', () => {
    const { user, claim, objects } = all(deployment('shop/web', 1));
    assert.equal(lost(objects, aim(claim)), 1);
    user.spec = { ...spec, volumes: [] };
    assert.equal(lost(objects, aim(user)), 1);
  });
});
