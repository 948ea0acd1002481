import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { PlanFacts } from './facts.ts';
import type { UndoStep } from './steps.ts';
import { keyOfObject, none } from './steps.ts';
import { but, factsOf, object, softened } from './testing/kept.ts';
import { custom } from './testing/memory-cluster.ts';
import { goneNote, volumeSteps, withoutVolume } from './volumes.ts';

const volume = object('v1 PersistentVolume', 'pv', {
  metadata: { namespace: undefined },
  spec: {
    persistentVolumeReclaimPolicy: 'Delete',
    claimRef: { namespace: 'shop', name: 'data', uid: 'old' },
  },
});
const claim = object('v1 PersistentVolumeClaim', 'data', { spec: { volumeName: 'pv' } });
const create = (snapshot: KubeObject): UndoStep => ({ do: 'create', info: custom, snapshot });
const stays = (one: KubeObject, result: 'unchanged' | 'conflict' | 'skipped' = 'unchanged') =>
  none(`${one.kind} shop/${one.metadata.name}`, result, 'so it was');
const planned = (
  one: KubeObject,
  step: UndoStep,
  kept: KubeObject[],
  standing: KubeObject[],
  more: Partial<PlanFacts> = {},
) => {
  const facts = factsOf([...kept, volume], standing, more);
  if (!kept.includes(volume)) (facts.byUid as Map<string, KubeObject>).delete('PersistentVolume-pv');
  return volumeSteps(facts, one, step);
};
const texts = ({ first, now, later }: ReturnType<typeof volumeSteps>) =>
  [first, now, later].map((steps) =>
    steps.map((step) => (step.do === 'none' ? `${step.result.result}: ${step.result.note}` : step.do)),
  );
const retained = (uid: string, reclaimPolicy = 'Delete', state: 'softened' | 'undone' = 'softened') => [
  softened(claim, [], { how: 'retain-first', state, volumes: [{ name: 'pv', uid, reclaimPolicy }] }),
];

test('all else, and a claim without a volume, needs nothing around its step', () => {
  const map = object('v1 ConfigMap', 'c', { spec: { volumeName: 'pv' } });
  const pending = object('v1 PersistentVolumeClaim', 'data', { spec: {} });
  for (const one of [map, pending]) {
    const step = create(one);
    assert.deepEqual(planned(one, step, [one], [volume]), { first: [], now: [step], later: [] });
  }
});

test('a volume that stands lets go first, is bound, and has its own policy back', () => {
  const { first, now, later } = planned(claim, create(claim), [claim, volume], [volume]);
  const at = { name: 'pv', uid: 'PersistentVolume-pv' };
  const bound = { namespace: 'shop', name: 'data', was: 'PersistentVolumeClaim-data' };
  assert.deepEqual(first, [{ do: 'retain', volume: at }]);
  assert.deepEqual(now, [{ ...create(claim), volume: at }]);
  assert.deepEqual(later, [
    { do: 'await-bound', claim: bound, volume: 'pv', snapshot: claim },
    { do: 'reclaim', volume: at, to: 'Delete', boundTo: bound, snapshot: volume },
  ]);
  const keeps = but(volume, { spec: { ...volume.spec, persistentVolumeReclaimPolicy: 'Retain' } });
  const own = planned(claim, create(claim), [claim, volume], [keeps]);
  assert.deepEqual(own.first, []);
  assert.equal(own.later[1]?.do === 'reclaim' && own.later[1].to, 'Delete', 'as it was kept');
  const unkept = planned(claim, create(claim), [claim], [keeps]);
  assert.equal(unkept.later[1]?.do === 'reclaim' && unkept.later[1].to, 'Retain');
  assert.equal(unkept.later[1]?.do === 'reclaim' && unkept.later[1].snapshot, undefined);
  const ours = planned(claim, create(claim), [claim, keeps], [keeps], {
    softenings: retained('PersistentVolume-pv', 'Recycle'),
  });
  assert.equal(ours.later[1]?.do === 'reclaim' && ours.later[1].to, 'Recycle', 'as it was before we set it');
  const none = but(volume, { spec: {} });
  const bare = planned(claim, create(claim), [claim, none], [none]);
  assert.equal(bare.later[1]?.do === 'reclaim' && bare.later[1].to, 'Delete');
});

test('a volume that is gone: the claim comes back empty, unless the volume is made again', () => {
  const { now, ...rest } = planned(claim, create(claim), [claim, volume], []);
  assert.deepEqual(now, [{ ...create(withoutVolume(claim)), note: goneNote('pv') }]);
  assert.deepEqual(rest, { first: [], later: [] });
  const going = but(volume, { metadata: { deletionTimestamp: 'x' } });
  assert.deepEqual(planned(claim, create(claim), [claim, volume], [going]).now, now);
  const again = planned(claim, create(claim), [claim, volume], [], {
    created: new Set(['PersistentVolume-pv']),
  });
  assert.deepEqual(texts(again), [[], ['create'], ['await-bound']]);
  assert.deepEqual(again.now, [create(claim)]);
  assert.equal(claim.spec?.volumeName, 'pv', 'a copy');
  assert.equal('volumeName' in withoutVolume(claim).spec, false);
});

test('a volume that is another claim’s, or can’t be looked at, is not taken', () => {
  for (const claimRef of [
    { namespace: 'shop', name: 'thief' },
    { namespace: 'other', name: 'data' },
  ]) {
    const stolen = but(volume, { spec: { ...volume.spec, claimRef } });
    assert.deepEqual(texts(planned(claim, create(claim), [claim], [stolen])), [
      [],
      [`conflict: its volume pv is bound to ${claimRef.namespace}/${claimRef.name} now`],
      [],
    ]);
  }
  const free = but(volume, { spec: { persistentVolumeReclaimPolicy: 'Delete' } });
  assert.equal(texts(planned(claim, create(claim), [claim], [free]))[1]?.[0], 'create');
  const facts = factsOf([claim]);
  facts.live.unreadable[keyOfObject(volume)] = 'forbidden';
  assert.match(
    texts(volumeSteps(facts, claim, create(claim)))[1]?.[0] ?? '',
    /^failed: .*could not be looked at \(forbidden\)/,
  );
});

test('a claim of another UID is the same only with the same data', () => {
  const now = (volumeName: string | undefined, phase: string) =>
    but(claim, { metadata: { uid: 'new' }, spec: { volumeName }, status: { phase } });
  const said = (standing: KubeObject[], result: 'unchanged' | 'conflict' | 'skipped' = 'unchanged') =>
    texts(planned(claim, stays(claim, result), [claim, volume], standing))[1]?.[0];
  assert.equal(said([now('pv', 'Bound'), volume]), 'unchanged: so it was');
  assert.equal(said([now('pv', 'Bound')]), 'unchanged: so it was');
  assert.match(said([now('pv', 'Pending')]) ?? '', /^conflict: it waits for volume pv, which is gone/);
  assert.equal(said([now('pv', 'Pending'), volume]), 'unchanged: so it was');
  assert.equal(said([now('pv', 'Pending')], 'conflict'), 'conflict: so it was');
  assert.equal(said([now('pv2', 'Bound')]), 'unchanged: it stands again, empty: volume pv is gone');
  assert.equal(said([now('pv2', 'Bound')], 'conflict'), 'conflict: so it was');
  assert.match(
    said([now('pv2', 'Bound'), volume]) ?? '',
    /^conflict: one with volume pv2 .* data is on volume pv$/,
  );
  assert.match(said([now(undefined, 'Pending'), volume]) ?? '', /^conflict: one with no volume yet /);
  assert.equal(said([now('pv2', 'Bound'), volume], 'skipped'), 'skipped: so it was');
  assert.equal(
    said([but(now('pv2', 'Bound'), { metadata: { uid: claim.metadata.uid } }), volume]),
    'unchanged: so it was',
  );
  assert.equal(said([volume]), 'unchanged: so it was');
});

test('what the act set to Retain has its own policy back once somebody has bound it again', () => {
  const now = but(claim, { metadata: { uid: claim.metadata.uid }, spec: { volumeName: 'pv' } });
  const keeps = but(volume, { spec: { ...volume.spec, persistentVolumeReclaimPolicy: 'Retain' } });
  const later = (
    standing: KubeObject[],
    softenings = retained('PersistentVolume-pv'),
    step: UndoStep = stays(claim),
  ) => planned(claim, step, [claim, volume], standing, { softenings }).later;
  const reclaim = {
    do: 'reclaim',
    volume: { name: 'pv', uid: 'PersistentVolume-pv' },
    to: 'Delete',
    boundTo: { namespace: 'shop', name: 'data' },
    snapshot: volume,
  };
  assert.deepEqual(later([now, keeps]), [reclaim]);
  const unkept = planned(claim, stays(claim), [claim], [now, keeps], {
    softenings: retained('PersistentVolume-pv'),
  });
  assert.equal('snapshot' in (unkept.later[0] ?? {}), false);
  assert.deepEqual(later([now, volume]), [], 'it has it');
  assert.deepEqual(later([now, keeps], retained('other')), []);
  assert.deepEqual(later([now, keeps], retained('PersistentVolume-pv', 'Delete', 'undone')), []);
  assert.deepEqual(
    later(
      [now, keeps],
      [
        softened(claim, [], {
          volumes: [{ name: 'pv', uid: 'PersistentVolume-pv', reclaimPolicy: 'Delete' }],
        }),
      ],
    ),
    [],
  );
  assert.deepEqual(later([keeps]), []);
  assert.deepEqual(later([but(now, { metadata: { deletionTimestamp: 'x' } }), keeps]), []);
  assert.deepEqual(later([but(now, { spec: { volumeName: 'pv2' } }), keeps]), []);
  assert.deepEqual(later([now, keeps], undefined, stays(claim, 'conflict')), []);
});

test('a volume itself: it stands, it comes back where its data was kept, or its loss is said', () => {
  const said = (step: UndoStep, standing: KubeObject[], kept = volume, more: Partial<PlanFacts> = {}) =>
    texts(planned(kept, step, [kept], standing, more))[1]?.[0];
  assert.equal(said(stays(volume), [volume]), 'unchanged: the volume stands');
  assert.equal(said(stays(volume), [but(volume, { metadata: { uid: 'other' } })]), 'unchanged: so it was');
  assert.match(said(create(volume), []) ?? '', /^failed: its data went with it \(reclaim policy Delete\)/);
  const keeps = but(volume, { spec: { persistentVolumeReclaimPolicy: 'Retain' } });
  assert.equal(said(create(keeps), [], keeps), 'create');
  assert.equal(said(create(volume), [], volume, { softenings: retained('PersistentVolume-pv') }), 'create');
  assert.match(said(create(volume), [], volume, { softenings: retained('other') }) ?? '', /^failed/);
});
