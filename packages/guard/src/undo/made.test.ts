import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { type LeftToController, stillMissing } from './made.ts';
import type { Result } from './steps.ts';
import { but, object, owned, runOver } from './testing/kept.ts';
import { memoryCluster } from './testing/memory-cluster.ts';

const set = (replicas?: number) => object('apps/v1 ReplicaSet', 'set', { spec: { replicas } });
const leftTo = (by: KubeObject, ...names: string[]): LeftToController[] =>
  names.map((name) => ({
    result: { what: `Pod ${name}`, result: 'skipped' },
    object: object('v1 Pod', name, { metadata: owned(by) }),
    by,
  }));
const podOf = (by: KubeObject, name: string, more: Record<string, unknown> = {}) =>
  but(object('v1 Pod', name, { metadata: owned(by) }), more);
const missing = async (
  left: LeftToController[],
  standing: KubeObject[],
  refuse: (method: string, key: string) => number | undefined = () => undefined,
) => {
  const cluster = memoryCluster(standing);
  cluster.refuse = refuse;
  const run = runOver(cluster);
  const found = await stillMissing(run, left);
  return {
    names: found.map(({ result }: { result: Result }) => result.what),
    notes: found.map(({ note }) => note),
    took: run.waiting.now(),
  };
};

test('Pods are counted, since their names are new', async () => {
  const by = set(2);
  const left = leftTo(by, 'a', 'b');
  const there = [podOf(by, 'x'), podOf(by, 'y')];
  assert.deepEqual(await missing(left, [by, ...there]), { names: [], notes: [], took: 0 });
  const one = await missing(left, [by, podOf(by, 'x')]);
  assert.deepEqual([one.names, one.notes], [['Pod a'], ['ReplicaSet set has not made it again']]);
  assert.ok(one.took > 5_000, 'it was waited for');
  assert.deepEqual((await missing(left, [by])).names, ['Pod a', 'Pod b']);
  assert.deepEqual((await missing(left, there)).names, ['Pod a', 'Pod b'], 'its controller is not there');
});

test('who goes, has failed or is another’s does not count; a Job’s Pod may have done its work', async () => {
  const by = set(1);
  const left = leftTo(by, 'a');
  const failed = { status: { phase: 'Failed' } };
  for (const more of [
    { metadata: { deletionTimestamp: 'x' } },
    { metadata: owned(set(1)), status: { phase: 'Failed' } },
  ])
    assert.deepEqual((await missing(left, [by, podOf(by, 'x', more)])).names, ['Pod a']);
  const theirs = podOf(but(by, { metadata: { uid: 'other' } }), 'x');
  assert.deepEqual((await missing(left, [by, theirs])).names, ['Pod a']);
  const job = object('batch/v1 Job', 'job', { spec: { completions: 2 }, status: { succeeded: 0 } });
  assert.deepEqual((await missing(leftTo(job, 'a'), [job, podOf(job, 'x', failed)])).names, []);
  assert.deepEqual((await missing(leftTo(job, 'a'), [job])).names, ['Pod a']);
  const spent = but(job, { status: { succeeded: 2 } });
  assert.deepEqual((await missing(leftTo(job, 'a'), [spent])).names, []);
  const bare = but(job, { spec: {}, status: { succeeded: 1 } });
  assert.deepEqual((await missing(leftTo(job, 'a'), [bare])).names, []);
  assert.deepEqual((await missing(leftTo(job, 'a'), [but(job, { spec: {}, status: {} })])).names, ['Pod a']);
});

test('whoever wants fewer by now has the later word', async () => {
  const left = leftTo(set(2), 'a', 'b');
  assert.deepEqual((await missing(left, [set(0)])).names, []);
  assert.deepEqual((await missing(left, [set(1)])).names, ['Pod a']);
  assert.deepEqual((await missing(left, [set(9)])).names, ['Pod a', 'Pod b'], 'no more than were left to it');
  assert.deepEqual((await missing(left, [set()])).names, ['Pod a', 'Pod b']);
  const daemons = (status: object) => object('apps/v1 DaemonSet', 'd', { status });
  assert.deepEqual(
    (await missing(leftTo(daemons({}), 'a'), [daemons({ desiredNumberScheduled: 0 })])).names,
    [],
  );
  assert.deepEqual((await missing(leftTo(daemons({}), 'a'), [daemons({})])).names, ['Pod a']);
});

test('what has a name of its own is looked for under it', async () => {
  const db = object('apps/v1 StatefulSet', 'db', { spec: { replicas: 2 } });
  const left = leftTo(db, 'db-0', 'db-1');
  const gone = but(podOf(db, 'db-1'), { metadata: { deletionTimestamp: 'x' } });
  assert.deepEqual((await missing(left, [db, podOf(db, 'db-0'), gone])).names, ['Pod db-1']);
  const web = object('apps/v1 Deployment', 'web');
  const below = {
    ...leftTo(web, 'web-1')[0],
    object: object('apps/v1 ReplicaSet', 'web-1', { metadata: owned(web) }),
  } as LeftToController;
  assert.deepEqual((await missing([below], [web])).notes, ['Deployment web has not made it again']);
  assert.deepEqual((await missing([below], [web, below.object])).names, []);
  const loose = { ...below, object: object('v1 Pod', 'loose') };
  assert.deepEqual((await missing([loose], [web, loose.object])).names, []);
});

test('what may not be looked at is not counted against it; two controllers have one time', async () => {
  const [a, b] = [set(1), but(set(1), { metadata: { name: 'other', uid: 'other' } })];
  assert.deepEqual(
    (await missing(leftTo(a, 'a'), [a], (method) => (method === 'list' ? 403 : undefined))).names,
    [],
  );
  const both = await missing([...leftTo(a, 'a'), ...leftTo(b, 'b')], [a, b]);
  assert.deepEqual(both.names, ['Pod a', 'Pod b']);
  assert.ok(both.took < 6_000, `${both.took}`);
  assert.deepEqual((await missing([], [])).names, []);
});
