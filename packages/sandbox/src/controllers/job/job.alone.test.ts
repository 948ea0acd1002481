import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { JOBS } from '../common/types.ts';
import { playedJob } from './testing/jobs.ts';

const BEGUN = '2026-11-02T10:00:05Z';
const READY = { conditions: [{ type: 'Ready', status: 'True' }] };
const DONE = 'CompletionsReached: Reached expected number of succeeded pods';
const LIMIT = 'BackoffLimitExceeded: Job has reached the specified backoff limit';
const DEADLINE = 'DeadlineExceeded: Job was active longer than specified deadline';

/** The names, which must be as many. */
function some<const N extends number>(
  names: string[],
  count: N,
): string[] & { 0: string; 1: string; 2: string } {
  assert.equal(names.length, count);
  return names as string[] & { 0: string; 1: string; 2: string };
}

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

test('past the limit of failures the others are ended too, and all count as failed', () => {
  const { names, ends, status, conditions, told, cluster } = playedJob({
    parallelism: 3,
    completions: 3,
    backoffLimit: 1,
  });
  const [first, second] = some(names(), 3);
  ends(first, 'Failed');
  assert.deepEqual([status().failed, status().active, conditions()], [1, 2, []]);
  ends(second, 'Failed');
  assert.deepEqual([status().failed, status().active], [3, undefined]);
  assert.deepEqual(conditions(), [`FailureTarget ${LIMIT}`, `Failed ${LIMIT}`]);
  assert.deepEqual(told(), [`Warning ${LIMIT}`]);
  assert.equal(status().completionTime, undefined);
  assert.equal(cluster.pods().length, 2, 'the third never ran, and is gone');
});

test('a failure that has begun is carried through, whatever changes meanwhile', () => {
  const { names, hold, ends, edit, conditions, letGo } = playedJob({
    parallelism: 2,
    completions: 2,
    backoffLimit: 0,
  });
  const [first, second] = some(names(), 2);
  hold(second);
  ends(first, 'Failed');
  assert.deepEqual(conditions(), [`FailureTarget ${LIMIT}`]);
  edit(({ spec }) => void (spec.backoffLimit = 6));
  letGo(second);
  assert.deepEqual(conditions(), [`FailureTarget ${LIMIT}`, `Failed ${LIMIT}`]);
});

test('with OnFailure the restarts of its living Pods count', () => {
  const failed = (backoffLimit: number, counts: number[], phase = 'Running', policy = 'OnFailure') => {
    const { names, says, conditions } = playedJob({ backoffLimit, parallelism: 2, completions: 2 }, policy);
    const containerStatuses = counts.map((restartCount, index) => ({ name: `c${index}`, restartCount }));
    says(some(names(), 2)[0], { phase, containerStatuses });
    return conditions().length > 0;
  };
  assert.equal(failed(3, [2]), false);
  assert.equal(failed(3, [3]), true);
  assert.equal(failed(3, [1, 2]), true);
  assert.equal(failed(3, [3], 'Pending'), true);
  assert.equal(failed(3, [3], 'Succeeded'), false);
  assert.equal(failed(3, [3], 'Running', 'Never'), false);
  assert.equal(failed(1, [1]), true);
  assert.equal(failed(1, [0]), false);
  assert.equal(failed(0, [0]), false);
  assert.equal(failed(0, [1]), true);
});

test('a Job has as long as its deadline says, from its start; suspended it has time', () => {
  const { cluster, conditions, told, edit } = playedJob({ activeDeadlineSeconds: 60 });
  cluster.clock.advance(54_999);
  edit(({ metadata }) => void (metadata.labels = { looked: 'at' }));
  assert.deepEqual(conditions(), []);
  cluster.clock.advance(1);
  assert.deepEqual(conditions(), [`FailureTarget ${DEADLINE}`, `Failed ${DEADLINE}`]);
  assert.deepEqual(told(), [`Warning ${DEADLINE}`]);
  const waits = playedJob({ activeDeadlineSeconds: 60, suspend: true }, 'Never', {
    startTime: '2026-11-02T09:00:00Z',
  });
  waits.cluster.settle(120);
  assert.deepEqual(waits.conditions(), ['Suspended JobSuspended: Job suspended']);
  const none = playedJob();
  none.cluster.settle(86_400);
  assert.deepEqual([none.conditions(), none.cluster.clock.pending()], [[], 0]);
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

test('after a failure ten seconds, doubled with each more, at most ten minutes; a success begins anew', () => {
  const { cluster, live, names, ends } = playedJob({ backoffLimit: 20, completions: 5 });
  const waited = (phase: 'Failed' | 'Succeeded') => {
    cluster.clock.advance(1000);
    ends(some(names(), 1)[0], phase);
    for (let seconds = 0; ; seconds++) {
      if (live().length > 0) return seconds;
      cluster.clock.advance(1000);
    }
  };
  const after = (count: number) => Array.from({ length: count }, () => waited('Failed'));
  assert.deepEqual(after(8), [10, 20, 40, 80, 160, 320, 600, 600]);
  assert.equal(waited('Succeeded'), 0);
  assert.deepEqual(after(2), [10, 20]);
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
