import assert from 'node:assert/strict';
import { test } from 'node:test';
import { playedJob, some } from './testing/jobs.ts';

const LIMIT = 'BackoffLimitExceeded: Job has reached the specified backoff limit';
const DEADLINE = 'DeadlineExceeded: Job was active longer than specified deadline';

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
