import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { marks } from '@toolcrib/model';
import type { FinishPlan, FinishStep } from './finish-plan.ts';
import { runFinish } from './finish-run.ts';
import { keyOfObject } from './steps.ts';
import { but, object, owned, softened } from './testing/kept.ts';
import { kinds, memoryCluster } from './testing/memory-cluster.ts';

const set = object('apps/v1 StatefulSet', 'db');
const carrying = { labels: { [marks.act]: 'a' }, annotations: { [marks.softenedFrom]: 'StatefulSet/db' } };
const pod = object('v1 Pod', 'db-0', { metadata: { ...carrying, resourceVersion: '7' } });
const claim = object('v1 PersistentVolumeClaim', 'data-db-0', { metadata: carrying });
const volume = object('v1 PersistentVolume', 'pv', {
  metadata: { namespace: undefined, resourceVersion: '3' },
  spec: { persistentVolumeReclaimPolicy: 'Retain' },
  status: { phase: 'Released' },
});
const deleting = (one: KubeObject): FinishStep => {
  const info = kinds.find(({ kind }) => kind === one.kind);
  assert.ok(info);
  return { do: 'delete', info, object: one, options: { propagationPolicy: 'Background' } };
};
const reclaim: FinishStep = { do: 'reclaim', name: 'pv', uid: 'PersistentVolume-pv', to: 'Delete' };
const planOf = (steps: FinishStep[], more: Partial<FinishPlan> = {}): FinishPlan => ({
  record: softened(set, [pod], { note: 'x' }),
  steps,
  askFirst: false,
  ...more,
});
async function finished(
  steps: FinishStep[],
  standing: KubeObject[],
  options: Partial<Parameters<typeof runFinish>[3]> = {},
  change: (cluster: ReturnType<typeof memoryCluster>) => void = () => undefined,
) {
  const cluster = memoryCluster(standing);
  change(cluster);
  const told: string[] = [];
  const waiting = { now: () => 42 };
  const { record, softening } = await runFinish(
    cluster,
    planOf(steps),
    ({ done, of, result }) => told.push(`${done}/${of} ${result.what}`),
    { id: 'f1', by: 'aiko', waiting, ...options },
  );
  const said = record.results.map(({ result, note }) => (note === undefined ? result : `${result}: ${note}`));
  return {
    cluster,
    record,
    softening,
    told,
    said,
    has: (one: KubeObject) => cluster.objects.has(keyOfObject(one)),
  };
}

test('what is nobody’s goes, pinned to what was read, and the softening is finished', async () => {
  const { cluster, record, softening, told, said } = await finished([deleting(pod)], [pod]);
  assert.deepEqual(said, ['done']);
  assert.deepEqual(cluster.bodies, [
    { propagationPolicy: 'Background', preconditions: { uid: 'Pod-db-0', resourceVersion: '7' } },
  ]);
  const { id, actId, at, by, kind } = record;
  assert.deepEqual({ id, actId, at, by, kind }, { id: 'f1', actId: 'a', at: 42, by: 'aiko', kind: 'finish' });
  assert.deepEqual([softening.state, softening.note], ['finished', undefined]);
  assert.deepEqual(told, ['1/1 Pod shop/db-0']);
});

test('overdue: a person has to say yes to it', async () => {
  const cluster = memoryCluster([pod]);
  const plan = planOf([deleting(pod)], { askFirst: true });
  const run = (confirmed?: boolean) =>
    runFinish(cluster, plan, () => undefined, { id: 'f', by: 'x', confirmed });
  await assert.rejects(run(), { code: 'overdue' });
  assert.equal(cluster.writes.length, 0);
  assert.equal((await run(true)).softening.state, 'finished');
});

test('what is gone, goes, is somebody’s by now, or has lost the mark, is not deleted', async () => {
  const other = but(pod, { metadata: { uid: 'other' } });
  for (const standing of [[], [other]])
    assert.deepEqual((await finished([deleting(pod)], standing)).said, ['unchanged: it is gone already']);
  const going = but(pod, { metadata: { deletionTimestamp: 'x' } });
  assert.deepEqual((await finished([deleting(pod)], [going])).said, [
    'unchanged: it is being deleted already',
  ]);
  const adopted = await finished([deleting(pod)], [but(pod, { metadata: owned(set) })]);
  assert.deepEqual(adopted.said, ['skipped: it was adopted meanwhile; its marks are off']);
  assert.deepEqual(adopted.cluster.objects.get(keyOfObject(pod))?.metadata.labels, {});
  const bare = await finished([deleting(pod)], [but(pod, { metadata: { labels: {} } })]);
  assert.deepEqual([bare.said, bare.cluster.writes], [['skipped: somebody took the mark off'], []]);
});

test('who writes it in between wins: it is looked at again, ten times at most', async () => {
  const tried = (times: number, status = 409) =>
    finished([deleting(pod)], [pod], {}, (cluster) => {
      cluster.refuse = (method) => (method === 'delete' && times-- > 0 ? status : undefined);
    });
  assert.deepEqual((await tried(9)).said, ['done']);
  const given = await tried(10);
  assert.deepEqual(given.said, ['failed: said 409']);
  assert.deepEqual(
    [given.softening.state, given.softening.note],
    ['softened', 'x'],
    'it goes on being tried',
  );
  assert.deepEqual((await tried(1, 403)).said, ['failed: said 403']);
});

test('a claim that is used again is nobody’s to delete; one whose Pod was to go first is not torn from it', async () => {
  const mounts = { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data-db-0' } }] } };
  const theirs = await finished([deleting(claim)], [claim, object('v1 Pod', 'theirs', mounts)]);
  assert.deepEqual(theirs.said, ['skipped: Pod theirs uses it; its marks are off']);
  assert.deepEqual(theirs.cluster.objects.get(keyOfObject(claim))?.metadata.labels, {});
  const ours = await finished([deleting(claim)], [claim, but(pod, mounts)]);
  assert.deepEqual(ours.said, ['failed: Pod db-0 uses it, and was to go first']);
  assert.ok(ours.has(claim));
  const going = but(pod, { ...mounts, metadata: { deletionTimestamp: 'x' } });
  assert.deepEqual((await finished([deleting(claim)], [claim, going])).said, ['done']);
});

test('called back: nothing more goes, and it is not finished', async () => {
  let asked = 0;
  const goOn = async () => ++asked <= 2;
  const second = object('v1 Pod', 'db-1', { metadata: carrying });
  const { said, softening, has } = await finished(
    [deleting(pod), deleting(second), reclaim],
    [pod, second, volume],
    { goOn },
  );
  const stays = 'skipped: it was called back meanwhile, and stays';
  assert.deepEqual(said, ['done', stays, stays]);
  assert.equal(asked, 3, 'once is enough');
  assert.deepEqual([has(pod), has(second), softening.state], [false, true, 'softened']);
  let reads = 0;
  const late = await finished([reclaim], [volume], { goOn: async () => ++reads < 2 });
  assert.deepEqual([late.said, late.cluster.writes], [[stays], []]);
  let looks = 0;
  const pods = await finished([deleting(pod)], [pod], { goOn: async () => ++looks < 2 });
  assert.deepEqual([pods.said, pods.cluster.writes], [[stays], []]);
});

test('what is somebody’s again has its marks off; where it is gone there are none', async () => {
  const step: FinishStep = { do: 'unmark', object: pod };
  const there = await finished([step], [pod]);
  assert.deepEqual(there.said, ['skipped: it is somebody’s again; its marks are off']);
  assert.deepEqual(there.cluster.objects.get(keyOfObject(pod))?.metadata.labels, {});
  const gone = await finished([{ ...step, note: 'Pod x uses it' }], []);
  assert.deepEqual(gone.said, ['unchanged: Pod x uses it; its marks are off']);
});

test('a kept volume has its own policy again, pinned, unless a claim has it', async () => {
  const { cluster, said, record } = await finished([reclaim], [volume]);
  assert.deepEqual(
    [said, record.results[0]?.what],
    [['done: reclaim policy Delete again'], 'PersistentVolume pv'],
  );
  assert.deepEqual(cluster.bodies, [
    {
      metadata: { uid: 'PersistentVolume-pv', resourceVersion: '3' },
      spec: { persistentVolumeReclaimPolicy: 'Delete' },
    },
  ]);
  const bound = await finished([reclaim], [but(volume, { status: { phase: 'Bound' } })]);
  assert.deepEqual([bound.said, bound.cluster.writes], [['skipped: it is bound to a claim again'], []]);
  for (const standing of [[], [but(volume, { metadata: { uid: 'other' } })]])
    assert.deepEqual((await finished([reclaim], standing)).said, ['unchanged: it is gone already']);
});

test('nothing to do is told; what was not softened is not finished by it', async () => {
  const result = { what: 'x', result: 'unchanged' as const, note: 'gone' };
  assert.deepEqual((await finished([{ do: 'none', result }], [])).record.results, [result]);
  const record = softened(set, [], { state: 'undone' });
  const { softening } = await runFinish(memoryCluster([]), planOf([], { record }), () => undefined, {
    id: 'f',
    by: 'x',
  });
  assert.equal(softening.state, 'undone');
});
