import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { PlanFacts } from './facts.ts';
import { planRelink } from './relink-plan.ts';
import { but, factsOf, object, owned } from './testing/kept.ts';

const owner = object('v1 ConfigMap', 'owner');
const child = object('v1 Secret', 'child', { metadata: owned(owner) });
const stands = but(child, { metadata: { ownerReferences: undefined } });
const created = { created: new Set(['ConfigMap-owner']) };
const linked = (kept: KubeObject, standing: KubeObject[], more: Partial<PlanFacts> = {}) => {
  const step = planRelink(factsOf([owner, kept], standing, more), kept);
  return step?.do === 'relink' ? step.references.map(({ uid }) => uid) : step;
};

test('an owner that comes back, or stands again, is named again', () => {
  assert.deepEqual(linked(child, [stands], created), ['ConfigMap-owner']);
  assert.deepEqual(linked(child, [stands], { again: new Map([['ConfigMap-owner', 'new']]) }), [
    'ConfigMap-owner',
  ]);
  assert.equal(linked(child, [stands]), undefined, 'it does not come back');
  const step = planRelink(factsOf([owner, child], [stands], created), child);
  assert.deepEqual(step?.do === 'relink' && [step.ref, step.snapshot, step.info.kind], [
    { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'child', uid: 'Secret-child' },
    child,
    'Secret',
  ]);
});

test('nothing is named in what does not stand, goes, names it already, or is another one', () => {
  assert.equal(linked(child, [], created), undefined);
  assert.equal(linked(child, [but(stands, { metadata: { deletionTimestamp: 'x' } })], created), undefined);
  assert.equal(linked(child, [child], { ...created, byUid: new Map() }), undefined);
  assert.equal(linked(child, [but(stands, { metadata: { uid: 'other' } })], created), undefined);
  const named = but(stands, { metadata: owned(but(owner, { metadata: { uid: 'new' } })) });
  const again = new Map([['ConfigMap-owner', 'new']]);
  assert.equal(linked(child, [named], { again, byUid: new Map() }), undefined);
  const unserved = factsOf([owner, child], [stands], created);
  unserved.live.kinds = [];
  assert.equal(planRelink(unserved, child), undefined);
});

test('what the collector is about to take is made again, not linked; so is what goes with its Namespace', () => {
  const gone = object('v1 ConfigMap', 'gone');
  const both = but(child, {
    metadata: { ownerReferences: [...(owned(owner).ownerReferences ?? []), ...owned(gone).ownerReferences] },
  });
  const left = but(child, { metadata: owned(gone) });
  const about = factsOf([owner, gone, both], [left], created);
  assert.equal(planRelink(about, both), undefined);
  const namespace = object('v1 Namespace', 'shop', { metadata: { namespace: undefined } });
  const passing = factsOf([owner, child, namespace], [stands], {
    created: new Set(['ConfigMap-owner', 'Namespace-shop']),
  });
  assert.equal(planRelink(passing, child), undefined);
});

test('what a controller takes back by its selector is left to it', () => {
  const adopters: [string, string][] = [
    ['apps/v1 Deployment', 'apps/v1 ReplicaSet'],
    ['apps/v1 ReplicaSet', 'v1 Pod'],
    ['apps/v1 StatefulSet', 'v1 PersistentVolumeClaim'],
    ['apps/v1 DaemonSet', 'apps/v1 ControllerRevision'],
  ];
  for (const [above, below] of adopters) {
    const controller = object(above, 'above');
    const one = object(below, 'below', { metadata: owned(controller) });
    const standing = but(one, { metadata: { ownerReferences: undefined } });
    const facts = factsOf([controller, one], [standing], {
      created: new Set([controller.metadata.uid ?? '']),
    });
    assert.equal(planRelink(facts, one), undefined, `${above} takes ${below} back`);
    const other = object('v1 ConfigMap', 'below', { metadata: owned(controller) });
    const bare = but(other, { metadata: { ownerReferences: undefined } });
    const asWell = factsOf([controller, other], [bare], {
      created: new Set([controller.metadata.uid ?? '']),
    });
    assert.equal(planRelink(asWell, other)?.do, 'relink', `${above} takes no ConfigMap`);
  }
});

test('one that stands again names also an owner that never went', () => {
  const again = new Map([['Secret-child', 'again']]);
  const anew = but(stands, { metadata: { uid: 'again' } });
  assert.deepEqual(linked(child, [anew, owner], { again }), ['ConfigMap-owner']);
  assert.equal(linked(child, [anew, but(owner, { metadata: { uid: 'other' } })], { again }), undefined);
  assert.equal(
    linked(child, [stands, owner]),
    undefined,
    'the act took that owner off the same one: not ours',
  );
  const node = object('v1 Namespace', 'node', { metadata: { namespace: undefined } });
  const ofNode = but(child, { metadata: owned(node) });
  assert.deepEqual(linked(ofNode, [anew, node], { again }), ['Namespace-node']);
});
