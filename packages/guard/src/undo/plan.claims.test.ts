import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { planUndo } from './plan.ts';
import { keyOfObject } from './steps.ts';
import { live, object, owned, snapshotOf } from './testing/kept.ts';
import { said } from './testing/told-plan.ts';

test('a claim and its volume', () => {
  const volume = object('v1 PersistentVolume', 'pv', {
    metadata: { namespace: undefined },
    spec: {
      persistentVolumeReclaimPolicy: 'Delete',
      claimRef: { namespace: 'shop', name: 'data', uid: 'u' },
    },
  });
  const claim = object('v1 PersistentVolumeClaim', 'data', { spec: { volumeName: 'pv' } });
  const steps = ['create PersistentVolumeClaim data', 'await-bound', 'reclaim'];
  assert.deepEqual(said([claim, volume], [volume]), ['retain', 'unchanged PersistentVolume pv', ...steps]);
  assert.deepEqual(said([claim, volume]), [
    'failed PersistentVolume pv',
    'create PersistentVolumeClaim data',
  ]);
  const retained = { ...volume, spec: { ...volume.spec, persistentVolumeReclaimPolicy: 'Retain' } };
  assert.deepEqual(said([claim, retained]), [
    'create PersistentVolume pv',
    'create PersistentVolumeClaim data',
    'await-bound',
  ]);
  const stolen = { ...volume, spec: { ...volume.spec, claimRef: { namespace: 'shop', name: 'thief' } } };
  assert.deepEqual(said([claim], [stolen]), ['conflict PersistentVolumeClaim data']);
});

test('a claim that stands again: with its data, without it, or in the way of it', () => {
  const bare = { namespace: undefined };
  const volume = (name: string) => object('v1 PersistentVolume', name, { metadata: bare, spec: {} });
  const claim = (uid: string, on: string | undefined, phase: string) =>
    object('v1 PersistentVolumeClaim', 'data', {
      metadata: { uid },
      spec: { volumeName: on },
      status: { phase },
    });
  const old = claim('old', 'pv', 'Bound');
  const of = (now: KubeObject, volumes: KubeObject[]) => {
    const [step] = planUndo([snapshotOf([old])], [], live([old, volume('pv')], [now, ...volumes])).steps;
    return step?.do === 'none' ? `${step.result.result}: ${step.result.note}` : step?.do;
  };
  assert.match(of(claim('new', 'pv', 'Bound'), [volume('pv')]) ?? '', /^unchanged: the same/);
  assert.match(
    of(claim('new', 'pv', 'Pending'), []) ?? '',
    /^conflict: it waits for volume pv, which is gone/,
  );
  assert.match(of(claim('new', 'pv2', 'Bound'), []) ?? '', /^unchanged: .*empty: volume pv is gone/);
  assert.match(of(claim('new', 'pv2', 'Bound'), [volume('pv')]) ?? '', /^conflict: .*data is on volume pv$/);
  assert.match(of(claim('new', undefined, 'Pending'), [volume('pv')]) ?? '', /^conflict: .*no volume yet/);
  const larger = claim('new', 'pv2', 'Bound');
  larger.spec.resources = { requests: { storage: '9Gi' } };
  assert.match(of(larger, [volume('pv')]) ?? '', /^conflict: .*data is on volume pv$/);
  assert.match(of(larger, []) ?? '', /^conflict: something else/);
  const set = object('apps/v1 StatefulSet', 'db', { spec: { replicas: 1 } });
  const owns = { ...old, metadata: { ...old.metadata, ...owned(set) } } as KubeObject;
  const other = object('apps/v1 StatefulSet', 'db', { metadata: { uid: 'other' }, spec: { replicas: 2 } });
  const standing = [other, claim('new', 'pv2', 'Bound'), volume('pv')];
  const { steps } = planUndo([snapshotOf([set, owns])], [], live([set, owns, volume('pv')], standing));
  const told = steps.flatMap((step) => (step.do === 'none' ? [step.result.note] : []));
  assert.ok(
    told.some((note) => /data is on volume pv$/.test(note ?? '')),
    told.join(),
  );
  const unread = live([old]);
  const key = keyOfObject(volume('pv'));
  delete unread.at[key];
  unread.unreadable[key] = 'forbidden';
  const [blind] = planUndo([snapshotOf([old])], [], unread).steps;
  assert.equal(blind?.do === 'none' && blind.result.result, 'failed', 'a claim made blindly may be Lost');
});
