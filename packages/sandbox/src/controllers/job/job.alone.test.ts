import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { JOBS } from '../common/types.ts';
import { playedJob, some } from './testing/jobs.ts';

const BEGUN = '2026-11-02T10:00:05Z';
const READY = { conditions: [{ type: 'Ready', status: 'True' }] };
const DONE = 'CompletionsReached: Reached expected number of succeeded pods';

test('a Job that somebody else manages, has ended, goes or is gone gets no Pods', () => {
  assert.equal(playedJob({ managedBy: 'example.com/other' }).live().length, 0);
  assert.equal(playedJob({ managedBy: 'kubernetes.io/job-controller' }).live().length, 1);
  const ended = playedJob({}, 'Never', { conditions: [{ type: 'Failed', status: 'True' }] });
  assert.equal(ended.live().length, 0);
  const { cluster, edit, live, settle } = playedJob({ parallelism: 1, completions: 3 });
  edit(({ metadata }) => void (metadata.finalizers = ['example.com/hold']));
  cluster.store.delete(JOBS, 'shop', 'work');
  edit(({ spec }) => void (spec.parallelism = 3));
  assert.equal(live().length, 1);
  edit(({ metadata }) => void delete metadata.finalizers);
  settle();
  assert.equal(cluster.exists(JOBS, 'work'), false);
  assert.deepEqual(cluster.failures, []);
});

test('the status counts what is there', () => {
  const { names, says, ends, status, told, conditions, live, cluster } = playedJob({
    parallelism: 2,
    completions: 3,
  });
  assert.deepEqual(status(), {
    active: 2,
    ready: 0,
    terminating: 0,
    startTime: BEGUN,
    uncountedTerminatedPods: {},
  });
  const [first, second] = some(names(), 2);
  says(first, { phase: 'Running', ...READY });
  assert.deepEqual([status().active, status().ready], [2, 1]);
  ends(first, 'Succeeded');
  assert.deepEqual(
    [status().active, status().ready, status().succeeded, status().failed],
    [2, 0, 1, undefined],
  );
  ends(second, 'Succeeded');
  assert.deepEqual([status().active, status().succeeded, live().length], [1, 2, 1]);
  assert.deepEqual([conditions(), told()], [[], []]);
  ends(some(names(), 1)[0], 'Succeeded');
  assert.deepEqual(conditions(), [`SuccessCriteriaMet ${DONE}`, `Complete ${DONE}`]);
  assert.deepEqual(told(), ['Normal Completed: Job completed']);
  const { succeeded, active, failed, completionTime } = status();
  assert.deepEqual(
    [succeeded, active, failed, completionTime],
    [3, undefined, undefined, '2026-11-02T10:00:10Z'],
  );
  assert.deepEqual(cluster.failures, []);
});

test('no more Pods than are still to be completed; more at a time make more, fewer take some away uncounted', () => {
  assert.equal(playedJob({ parallelism: 5, completions: 2 }).live().length, 2);
  const { edit, live, status, cluster } = playedJob({ parallelism: 1, completions: 5 });
  edit(({ spec }) => void (spec.parallelism = 3));
  assert.equal(live().length, 3);
  edit(({ spec }) => void (spec.parallelism = 1));
  assert.deepEqual([live().length, status().active, status().failed], [1, 1, undefined]);
  edit(({ spec }) => void (spec.parallelism = 0));
  assert.deepEqual([live().length, status().active], [0, undefined]);
  assert.equal(cluster.pods().length, 0);
});

test('without a number of completions the first success is the end of it, once the others have ended', () => {
  const { names, ends, live, conditions, status } = playedJob({ parallelism: 3 });
  const [first, second, third] = some(names(), 3);
  ends(first, 'Succeeded');
  assert.deepEqual([live().length, conditions()], [2, []]);
  ends(second, 'Failed');
  assert.deepEqual([live().length, conditions()], [1, []]);
  ends(third, 'Failed');
  assert.deepEqual(conditions(), [`SuccessCriteriaMet ${DONE}`, `Complete ${DONE}`]);
  assert.deepEqual([status().succeeded, status().failed], [1, 2]);
});

test('a Pod on its way out has failed at once, unless only those that have really failed are replaced', () => {
  const { hold, remove, names, status, live, cluster, letGo } = playedJob();
  const [only] = some(names(), 1);
  hold(only);
  remove(only);
  assert.deepEqual([status().failed, status().terminating, status().active], [1, 1, undefined]);
  cluster.settle(10);
  assert.deepEqual([live().length, status().active, status().terminating], [2, 1, 1]);
  letGo(only);
  assert.deepEqual([status().failed, status().terminating], [1, 0]);

  const waits = playedJob({ podReplacementPolicy: 'Failed' });
  const [slow] = some(waits.names(), 1);
  waits.hold(slow);
  waits.remove(slow);
  waits.cluster.settle(60);
  assert.deepEqual(
    [waits.status().failed, waits.status().terminating, waits.live().length],
    [undefined, 1, 1],
  );
  waits.ends(slow, 'Failed');
  assert.deepEqual([waits.status().failed, waits.status().terminating], [1, 0]);
  waits.letGo(slow);
  waits.cluster.settle(10);
  assert.deepEqual([waits.live().length, waits.status().active], [1, 1]);
});

test('a Job is complete only once the last Pod that was on its way out has gone', () => {
  const { hold, remove, names, ends, cluster, conditions, letGo, told } = playedJob();
  const [slow] = some(names(), 1);
  hold(slow);
  remove(slow);
  cluster.settle(10);
  const [second] = names().filter((name) => name !== slow);
  ends(second ?? '', 'Succeeded');
  assert.deepEqual([conditions(), told()], [[`SuccessCriteriaMet ${DONE}`], []]);
  letGo(slow);
  assert.deepEqual(conditions(), [`SuccessCriteriaMet ${DONE}`, `Complete ${DONE}`]);
});

test('failed Pods are noted by their UIDs before they are let go, and indexes by none', () => {
  const noted = (spec: Body, phase: 'Failed' | 'Succeeded') => {
    const { cluster, live, ends } = playedJob(spec);
    const [pod] = live();
    const uids = new Set<unknown>();
    cluster.store.subscribe(({ object, resource }) => {
      const { succeeded, failed } = object.status?.uncountedTerminatedPods ?? {};
      if (resource.resource === 'jobs') uids.add(JSON.stringify({ succeeded, failed }));
    });
    ends(pod?.metadata.name ?? '', phase);
    return [...uids].map((text) => String(text).replaceAll(pod?.metadata.uid ?? '', 'UID'));
  };
  assert.deepEqual(noted({}, 'Failed'), ['{"failed":["UID"]}', '{}']);
  assert.deepEqual(noted({}, 'Succeeded'), ['{"succeeded":["UID"]}', '{}']);
  assert.deepEqual(noted({ completionMode: 'Indexed', completions: 2 }, 'Succeeded'), ['{}']);
});

test('each index has its Pod, until it has succeeded; one that fails is made anew', () => {
  const { indexes, live, ends, status, cluster, conditions } = playedJob({
    completionMode: 'Indexed',
    parallelism: 2,
    completions: 4,
  });
  const podOf = (index: number) =>
    live().find(
      (pod) => pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index'] === String(index),
    )?.metadata.name ?? assert.fail(`index ${index} has no Pod`);
  assert.deepEqual(
    [indexes(), status().completedIndexes, status().succeeded],
    [[0, 1], undefined, undefined],
  );
  ends(podOf(1), 'Succeeded');
  assert.deepEqual([indexes(), status().completedIndexes, status().succeeded], [[0, 2], '1', 1]);
  cluster.clock.advance(1000);
  ends(podOf(0), 'Failed');
  assert.deepEqual([indexes(), status().failed], [[2], 1]);
  cluster.settle(10);
  assert.deepEqual(indexes(), [0, 2]);
  ends(podOf(0), 'Succeeded');
  ends(podOf(2), 'Succeeded');
  assert.deepEqual([indexes(), status().completedIndexes, status().succeeded], [[3], '0-2', 3]);
  ends(podOf(3), 'Succeeded');
  assert.deepEqual([status().completedIndexes, status().succeeded, conditions().length], ['0-3', 4, 2]);
});

test('suspended it tells so, and has neither Pods nor a start; resumed it starts then', () => {
  const { edit, live, status, told, cluster } = playedJob({ parallelism: 2, completions: 2 });
  const suspended = () => {
    const { type: _, ...condition } = conditionOf(status(), 'Suspended') ?? { type: 'none' };
    return condition as Body;
  };
  assert.deepEqual(suspended(), {}, 'of one that never was nothing is said');
  edit(({ spec }) => void (spec.suspend = true));
  assert.deepEqual([live().length, status().startTime, status().failed], [0, undefined, undefined]);
  const now = '2026-11-02T10:00:10Z';
  assert.deepEqual(suspended(), {
    status: 'True',
    lastProbeTime: now,
    lastTransitionTime: now,
    reason: 'JobSuspended',
    message: 'Job suspended',
  });
  cluster.settle(20);
  edit(({ spec }) => void (spec.suspend = false));
  const then = '2026-11-02T10:00:30Z';
  assert.deepEqual([live().length, status().startTime, status().conditions.length], [2, then, 1]);
  assert.deepEqual(suspended(), {
    status: 'False',
    lastProbeTime: then,
    lastTransitionTime: then,
    reason: 'JobResumed',
    message: 'Job resumed',
  });
  assert.deepEqual(told(), ['Normal Suspended: Job suspended', 'Normal Resumed: Job resumed']);
});

test('the Pods of a Job that goes are let go', () => {
  const { cluster, edit, hold, names, settle } = playedJob();
  const [only] = some(names(), 1);
  hold(only);
  edit(({ metadata }) => void (metadata.finalizers = ['example.com/hold']));
  cluster.store.delete(JOBS, 'shop', 'work');
  settle();
  assert.deepEqual(cluster.pods()[0]?.metadata.finalizers, ['example.com/hold']);
  assert.equal(cluster.pods()[0]?.metadata.deletionTimestamp, undefined);
});
