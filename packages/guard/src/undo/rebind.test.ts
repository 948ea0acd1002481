import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { awaitBoundStep, letGo, reclaimStep, retainStep, usersOf } from './rebind.ts';
import type { Run } from './running.ts';
import { keyOfObject } from './steps.ts';
import { but, object, runOver } from './testing/kept.ts';
import { memoryCluster } from './testing/memory-cluster.ts';

const volume = object('v1 PersistentVolume', 'pv', {
  metadata: { namespace: undefined },
  spec: {
    persistentVolumeReclaimPolicy: 'Delete',
    claimRef: { namespace: 'shop', name: 'data', uid: 'old', resourceVersion: '3' },
  },
  status: { phase: 'Bound' },
});
const claim = object('v1 PersistentVolumeClaim', 'data', {
  spec: { volumeName: 'pv' },
  status: { phase: 'Bound' },
});
const at = { name: 'pv', uid: 'PersistentVolume-pv' };
const policyOf = (one: KubeObject | undefined) => one?.spec?.persistentVolumeReclaimPolicy;
const refusing = (standing: KubeObject[], method: string, status: number) => {
  const cluster = memoryCluster(standing);
  cluster.refuse = (asked) => (asked === method ? status : undefined);
  return cluster;
};

test('a volume is set to Retain by its UID, and read back', async () => {
  const cluster = memoryCluster([volume]);
  assert.deepEqual(await retainStep(runOver(cluster), { do: 'retain', volume: at }), []);
  assert.equal(policyOf(cluster.objects.get(keyOfObject(volume))), 'Retain');
  assert.deepEqual(cluster.bodies, [
    { metadata: { uid: 'PersistentVolume-pv' }, spec: { persistentVolumeReclaimPolicy: 'Retain' } },
  ]);
  const refused = await retainStep(runOver(refusing([volume], 'patch', 403)), { do: 'retain', volume: at });
  assert.deepEqual(refused, [
    {
      what: 'PersistentVolume pv',
      result: 'failed',
      note: 'could not be set to Retain, so its data may go: said 403',
    },
  ]);
  const going = memoryCluster([but(volume, { metadata: { deletionTimestamp: 'x' } })]);
  const late = [
    { what: 'PersistentVolume pv', result: 'failed', note: 'it was on its way out already, with its data' },
  ];
  assert.deepEqual(await retainStep(runOver(going), { do: 'retain', volume: at }), late);
  const ignoring = memoryCluster([volume]);
  ignoring.patch = async () => volume;
  assert.deepEqual(await retainStep(runOver(ignoring), { do: 'retain', volume: at }), late);
  const replaced = memoryCluster([volume]);
  replaced.get = async () =>
    but(volume, { metadata: { uid: 'other' }, spec: { persistentVolumeReclaimPolicy: 'Retain' } });
  assert.deepEqual(await retainStep(runOver(replaced), { do: 'retain', volume: at }), late);
});

test('a volume lets go of the claim that was, and of no other', async () => {
  const cluster = memoryCluster([volume]);
  assert.equal(await letGo(runOver(cluster), at, 'old'), true);
  assert.deepEqual(cluster.objects.get(keyOfObject(volume))?.spec?.claimRef, {
    namespace: 'shop',
    name: 'data',
  });
  assert.deepEqual((cluster.bodies[0] as object[]).slice(0, 2), [
    { op: 'test', path: '/metadata/uid', value: 'PersistentVolume-pv' },
    { op: 'test', path: '/spec/claimRef/uid', value: 'old' },
  ]);
  const unversioned = but(volume, { spec: { claimRef: { uid: 'old' } } });
  const bare = memoryCluster([unversioned]);
  await letGo(runOver(bare), at, 'old');
  assert.equal((bare.bodies[0] as object[]).length, 3);
  for (const standing of [
    but(volume, { spec: {} }),
    but(volume, { spec: { claimRef: { uid: 'another' } } }),
  ]) {
    const other = memoryCluster([standing]);
    assert.equal(await letGo(runOver(other), at, 'old'), true);
    assert.deepEqual(other.writes, []);
  }
  for (const gone of [
    [],
    [but(volume, { metadata: { uid: 'x' } })],
    [but(volume, { metadata: { deletionTimestamp: 'x' } })],
  ])
    assert.equal(await letGo(runOver(memoryCluster(gone)), at, 'old'), false);
});

test('it is waited for until the volume is available, for ten seconds at most', async () => {
  const released = but(volume, { status: { phase: 'Released' } });
  const run = runOver(memoryCluster([released]));
  await assert.rejects(
    letGo({ ...run, waiting: { ...run.waiting, limit: 60_000 } }, at, 'old'),
    /is not available/,
  );
  assert.ok(run.waiting.now() > 10_000 && run.waiting.now() < 11_000, `${run.waiting.now()}`);
  const short = runOver(memoryCluster([released]));
  await assert.rejects(letGo(short, at, 'old'), /is not available/);
  assert.ok(short.waiting.now() < 6_000);
});

test('who uses a claim: Pods that run, by a volume or an ephemeral one', async () => {
  const using = (name: string, more: Record<string, unknown> = {}) =>
    but(
      object('v1 Pod', name, {
        spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] },
      }),
      more,
    );
  const pods = [
    using('a'),
    using('done', { status: { phase: 'Succeeded' } }),
    using('failed', { status: { phase: 'Failed' } }),
    using('elsewhere', { metadata: { namespace: 'other' } }),
    object('v1 Pod', 'bare'),
    object('v1 Pod', 'other', {
      spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'x' } }, { name: 'data' }] },
    }),
  ];
  const claimAt = { namespace: 'shop', name: 'data' };
  assert.deepEqual(await usersOf(runOver(memoryCluster(pods)), claimAt), ['a']);
  const ephemeral = object('v1 Pod', 'da', { spec: { volumes: [{ name: 'ta', ephemeral: {} }] } });
  assert.deepEqual(await usersOf(runOver(memoryCluster([ephemeral])), { ...claimAt, name: 'da-ta' }), ['da']);
  const plain = object('v1 Pod', 'da', { spec: { volumes: [{ name: 'ta', emptyDir: {} }] } });
  assert.deepEqual(await usersOf(runOver(memoryCluster([plain])), { ...claimAt, name: 'da-ta' }), []);
  assert.deepEqual(await usersOf(runOver(refusing(pods, 'list', 403)), claimAt), []);
});

const bound = {
  do: 'await-bound',
  claim: { namespace: 'shop', name: 'data', was: 'before' },
  volume: 'pv',
  snapshot: claim,
} as const;

test('a claim that came back is waited for until it is bound, or nothing can come of it', async () => {
  const said = async (standing: KubeObject[], more: Partial<Run> = {}) =>
    (await awaitBoundStep(runOver(memoryCluster(standing), more), bound)).map(
      ({ result, note }) => `${result}: ${note}`,
    );
  assert.deepEqual(await said([claim]), []);
  assert.deepEqual(await said([but(claim, { status: { phase: 'Lost' } })]), [
    'failed: its volume pv is lost to it',
  ]);
  assert.deepEqual(await said([]), ['failed: it did not come back']);
  assert.deepEqual(await said([but(claim, { spec: { volumeName: 'pv2' } })]), [
    'failed: it did not come back',
  ]);
  assert.deepEqual(await said([], { missing: new Set(['before']) }), []);
  assert.deepEqual(await said([], { missingVolumes: new Set(['pv']) }), []);
});

test('a claim that stays Pending is nudged, by its UID, and no word of that stays on it', async () => {
  const cluster = memoryCluster([but(claim, { status: { phase: 'Pending' } })]);
  await assert.rejects(
    awaitBoundStep(runOver(cluster), bound),
    /PersistentVolumeClaim shop\/data is not bound to volume pv/,
  );
  assert.equal(cluster.writes.length, 6, 'thrice in five seconds, each with a word and its end');
  assert.deepEqual(cluster.bodies.slice(0, 2), [
    { metadata: { uid: 'PersistentVolumeClaim-data', annotations: { 'toolcrib.dev/restoring': 'nudge' } } },
    { metadata: { uid: 'PersistentVolumeClaim-data', annotations: { 'toolcrib.dev/restoring': null } } },
  ]);
  assert.deepEqual(cluster.objects.get(keyOfObject(claim))?.metadata.annotations, {});
});

test('a volume has its policy back only once its claim has it again', async () => {
  const boundTo = { namespace: 'shop', name: 'data', was: 'before' };
  const step = { do: 'reclaim', volume: at, to: 'Delete', boundTo } as const;
  const keeps = (claimUid: string, more: Record<string, unknown> = {}) =>
    but(volume, { spec: { persistentVolumeReclaimPolicy: 'Retain', claimRef: { uid: claimUid } }, ...more });
  const said = async (standing: KubeObject[], more: Partial<Run> = {}) => {
    const cluster = memoryCluster(standing);
    const results = await reclaimStep(runOver(cluster, more), step);
    return { told: results.map(({ result, note }) => `${result}: ${note}`), cluster };
  };
  const back = await said([keeps('PersistentVolumeClaim-data'), claim]);
  assert.deepEqual(back.told, ['done: reclaim policy Delete again']);
  assert.deepEqual(back.cluster.bodies, [
    { metadata: { uid: 'PersistentVolume-pv' }, spec: { persistentVolumeReclaimPolicy: 'Delete' } },
  ]);
  const kept = ['failed: it is not bound again, so it keeps Retain'];
  for (const standing of [
    [keeps('PersistentVolumeClaim-data')],
    [keeps('other'), claim],
    [keeps('PersistentVolumeClaim-data'), but(claim, { status: { phase: 'Pending' } })],
  ]) {
    const { told, cluster } = await said(standing);
    assert.deepEqual([told, cluster.writes], [kept, []]);
  }
  assert.deepEqual((await said([claim])).told, ['conflict: it is gone or another one now']);
  const other = keeps('PersistentVolumeClaim-data', { metadata: { uid: 'x' } });
  assert.deepEqual((await said([other, claim])).told, ['conflict: it is gone or another one now']);
  const already = await said([
    but(volume, { spec: { ...volume.spec, claimRef: { uid: 'PersistentVolumeClaim-data' } } }),
    claim,
  ]);
  assert.deepEqual([already.told, already.cluster.writes], [[], []]);
  assert.deepEqual((await said([], { missingVolumes: new Set(['pv']) })).told, []);
  const missing = await said([keeps('PersistentVolumeClaim-data'), claim], { missing: new Set(['before']) });
  assert.deepEqual(missing.told, ['skipped: its claim did not come back, so it keeps Retain, and its data']);
  assert.deepEqual(missing.cluster.writes, []);
});
