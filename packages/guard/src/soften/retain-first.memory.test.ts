import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { SoftenRecord } from '@toolcrib/model';
import { keyOf } from '../undo/steps.ts';
import { but, object, softened } from '../undo/testing/kept.ts';
import { type MemoryCluster, memoryCluster } from '../undo/testing/memory-cluster.ts';
import { type Retained, retainFirst, settleRetained } from './retain-first.ts';

// What happens in between, step by step, in a cluster that is a map. The whole of it is in the contract.

const claim = object('v1 PersistentVolumeClaim', 'data', { spec: { volumeName: 'pv' } });
const volume = (policy: string | undefined = 'Delete', more: object = {}) =>
  object('v1 PersistentVolume', 'pv', {
    metadata: { namespace: undefined },
    spec: {
      ...(policy === '' ? {} : { persistentVolumeReclaimPolicy: policy }),
      claimRef: { namespace: 'shop', name: 'data', uid: claim.metadata.uid },
    },
    status: { phase: 'Bound' },
    ...more,
  });
const KEY = keyOf({ apiVersion: 'v1', kind: 'PersistentVolume', name: 'pv' });
const at = [{ name: 'pv', uid: 'PersistentVolume-pv' }];
const policyIn = (cluster: MemoryCluster) => cluster.objects.get(KEY)?.spec.persistentVolumeReclaimPolicy;
/** What stands there after so many GETs of the volume. */
function after(cluster: MemoryCluster, gets: number, change: (cluster: MemoryCluster) => void): void {
  let asked = 0;
  cluster.refuse = (method, key) => {
    if (method === 'get' && key === KEY && ++asked === gets) change(cluster);
    return undefined;
  };
}
const replace = (one: KubeObject) => (cluster: MemoryCluster) => void cluster.objects.set(KEY, one);

test('a volume is set to Retain and read back; what it had before is said, and saved first', async () => {
  for (const [policy, before] of [
    ['Delete', 'Delete'],
    ['Recycle', 'Recycle'],
    ['', 'Delete'],
  ] as const) {
    const cluster = memoryCluster([volume(policy)]);
    const saved: unknown[] = [];
    const save = (sofar: Retained) => saved.push([structuredClone(sofar), cluster.writes.length]);
    const retained = [{ ...at[0], reclaimPolicy: before }];
    assert.deepEqual(await retainFirst(cluster, at, { save }), retained, policy);
    assert.deepEqual(saved, [[retained, 0]]);
    assert.equal(policyIn(cluster), 'Retain');
    assert.equal(cluster.writes.length, 1);
  }
});

test('one that is on Retain already is not written to', async () => {
  const cluster = memoryCluster([volume('Retain')]);
  const saved: unknown[] = [];
  assert.deepEqual(await retainFirst(cluster, at, { save: (sofar) => saved.push(sofar) }), [
    { ...at[0], reclaimPolicy: 'Retain' },
  ]);
  assert.deepEqual([cluster.writes, saved], [[], []]);
});

test('another one, one that is gone or goes, is not kept, and nothing is written', async () => {
  const going = but(volume(), { metadata: { deletionTimestamp: '2026-11-23T00:00:00Z' } });
  for (const [stands, why] of [
    [[], 'it is another one now, or gone'],
    [[but(volume(), { metadata: { uid: 'other' } })], 'it is another one now, or gone'],
    [[going], 'it is being deleted already'],
  ] as const) {
    const cluster = memoryCluster(stands);
    await assert.rejects(retainFirst(cluster, at), {
      code: 'not-kept',
      message: `Volume pv could not be set to Retain: ${why}.`,
    });
    assert.deepEqual(cluster.writes, []);
  }
});

test('what does not read back is not kept; where it was written to, that is not certain', async () => {
  const other = memoryCluster([volume()]);
  after(other, 2, replace(but(volume('Retain'), { metadata: { uid: 'other' } })));
  await assert.rejects(retainFirst(other, at), { code: 'not-kept' });
  const undone = memoryCluster([volume()]);
  after(undone, 2, replace(volume('Delete')));
  await assert.rejects(retainFirst(undone, at), {
    code: 'unsettled',
    message: 'Volume pv could not be set to Retain: it did not read back as Retain.',
  });
});

const record = (more: Partial<SoftenRecord> = {}): SoftenRecord =>
  softened(claim, [], {
    how: 'retain-first',
    state: 'started',
    volumes: [{ name: 'pv', uid: 'PersistentVolume-pv', reclaimPolicy: 'Delete' }],
    note: 'before',
    ...more,
  });
const settled = (cluster: MemoryCluster, more: Partial<SoftenRecord> = {}, mayArrive = false) =>
  settleRetained(cluster, record(more), 'no answer came.', mayArrive);
const NOTHING = 'Nothing was deleted: no answer came.';

test('only a retain-first that was begun is settled', async () => {
  for (const more of [{ state: 'softened' }, { state: 'failed' }, { how: 'orphan-first' }] as const) {
    const cluster = memoryCluster([claim, volume('Retain')]);
    assert.deepEqual(await settled(cluster, more), record(more));
    assert.equal(policyIn(cluster), 'Retain');
  }
});

test('the claim is gone, another, or goes: it is softened, and its volume keeps Retain', async () => {
  const going = but(claim, { metadata: { deletionTimestamp: '2026-11-23T00:00:00Z' } });
  for (const stands of [[], [going], [but(claim, { metadata: { uid: 'other' } })]]) {
    const cluster = memoryCluster([...stands, volume('Retain')]);
    assert.deepEqual(await settled(cluster), { ...record(), state: 'softened', note: undefined });
    assert.deepEqual(await settled(cluster, {}, true), { ...record(), state: 'softened', note: undefined });
    assert.equal(policyIn(cluster), 'Retain');
  }
});

test('the claim stands: nothing was deleted, and the volume has its own policy again', async () => {
  const cluster = memoryCluster([claim, volume('Retain')]);
  assert.deepEqual(await settled(cluster), { ...record(), state: 'failed', note: NOTHING });
  assert.equal(policyIn(cluster), 'Delete');
  assert.deepEqual(await settled(memoryCluster([claim]), { volumes: undefined }), {
    ...record({ volumes: undefined }),
    state: 'failed',
    note: NOTHING,
  });
});

test('as long as its delete may arrive nothing is put back, and it is said of what', async () => {
  const cluster = memoryCluster([
    claim,
    volume('Retain'),
    object('v1 Namespace', 'shop', { metadata: { namespace: undefined } }),
  ]);
  const open = (what: string) => `no answer came. Whether the ${what} goes is not known yet.`;
  assert.deepEqual(await settled(cluster, {}, true), { ...record(), note: open('claim') });
  const owner = { apiVersion: 'v1', kind: 'Namespace', name: 'shop', uid: 'Namespace-shop' };
  assert.deepEqual(await settled(cluster, { owner }, true), {
    ...record({ owner }),
    note: open('Namespace'),
  });
  assert.equal(policyIn(cluster), 'Retain');
});

test('a claim that goes while its volumes are looked at takes none of them along', async () => {
  const cluster = memoryCluster([claim, volume('Retain')]);
  let looks = 0;
  cluster.refuse = (method, key) => {
    if (method === 'get' && key.includes('PersistentVolumeClaim') && ++looks === 2)
      cluster.objects.delete(key);
    return undefined;
  };
  assert.equal((await settled(cluster)).state, 'softened');
  assert.equal(policyIn(cluster), 'Retain');
});

test('a volume is only put back where it is bound to that claim, and not written to for nothing', async () => {
  const kept = `${NOTHING} pv keeps Retain: it is not bound to this claim.`;
  const of = (uid: string | undefined) =>
    but(volume('Retain'), {
      spec: { persistentVolumeReclaimPolicy: 'Retain', ...(uid ? { claimRef: { uid } } : {}) },
    });
  const cases: [KubeObject[], string, string | undefined, Partial<Retained[number]>?][] = [
    [[volume('Retain', { status: { phase: 'Released' } })], kept, 'Retain'],
    [[of('another')], kept, 'Retain'],
    [[of(undefined)], kept, 'Retain'],
    [[volume('Recycle')], NOTHING, 'Recycle'],
    [[but(volume('Retain'), { metadata: { uid: 'other' } })], NOTHING, 'Retain'],
    [[], NOTHING, undefined],
    [[volume('Retain')], NOTHING, 'Retain', { reclaimPolicy: 'Retain' }],
    [[of('another')], NOTHING, 'Retain', { reclaimPolicy: 'Retain' }],
  ];
  for (const [stands, note, policy, more = {}] of cases) {
    const cluster = memoryCluster([claim, ...stands]);
    const volumes = [{ name: 'pv', uid: 'PersistentVolume-pv', reclaimPolicy: 'Delete', ...more }];
    assert.equal((await settled(cluster, { volumes })).note, note);
    assert.equal(policyIn(cluster), policy);
    assert.deepEqual(cluster.writes, []);
  }
});

test('of a Namespace it is every volume of its claims, and no other’s', async () => {
  const shop = object('v1 Namespace', 'shop', { metadata: { namespace: undefined } });
  const owner = { apiVersion: 'v1', kind: 'Namespace', name: 'shop', uid: 'Namespace-shop' };
  const own = memoryCluster([shop, volume('Retain')]);
  assert.equal((await settled(own, { owner })).note, NOTHING);
  assert.equal(policyIn(own), 'Delete');
  const elsewhere = but(volume('Retain'), {
    spec: {
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { namespace: 'test', uid: claim.metadata.uid },
    },
  });
  const others = memoryCluster([shop, elsewhere]);
  assert.match((await settled(others, { owner })).note ?? '', /pv keeps Retain/);
  assert.equal(policyIn(others), 'Retain');
});

test('a write in between is looked at again, ten times; any other no is an error', async () => {
  const refusing = async (status: number, times: number) => {
    const cluster = memoryCluster([claim, volume('Retain')]);
    let patched = 0;
    cluster.refuse = (method) => (method === 'patch' && ++patched <= times ? status : undefined);
    const end = await settled(cluster).then(
      ({ state }) => state,
      (error: Error) => error.message,
    );
    return [end, policyIn(cluster), patched];
  };
  assert.deepEqual(await refusing(409, 9), ['failed', 'Delete', 10]);
  assert.deepEqual(await refusing(409, 10), ['said 409', 'Retain', 10]);
  assert.deepEqual(await refusing(403, 1), ['said 403', 'Retain', 1]);
});
