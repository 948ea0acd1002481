import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { controllerReference } from '../common/owner.ts';
import { JOBS, PODS } from '../common/types.ts';
import { asksOf, startAlone } from '../testing/alone.ts';
import { type TestCluster, testCluster } from '../testing/cluster.ts';
import { jobController } from './job.ts';

const TRACKED = 'batch.kubernetes.io/job-tracking';
const INDEX = 'batch.kubernetes.io/job-completion-index';
let cluster: TestCluster;

/** Without kubelets and without the API's rules: a Pod is what a test says. */
beforeEach(() => {
  cluster = testCluster({ noControllers: true, lawless: true });
  startAlone(cluster, jobController);
});

/** @param pods statuses of Pods that the Job has already, each with its tracking finalizer */
function start(spec: Body, pods: Body[] = [], status?: Body, finalizers?: string[]): void {
  const template = {
    metadata: { labels: { app: 'task' } },
    spec: { containers: [{ name: 'main' }], ...spec.pod },
  };
  const job = cluster.store.create(JOBS, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'task', namespace: 'shop', ...(finalizers ? { finalizers } : {}) },
    spec: { selector: { matchLabels: { app: 'task' } }, template, ...spec },
    ...(status ? { status } : {}),
  });
  for (const [at, { index, ...podStatus }] of pods.entries()) {
    cluster.store.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `own-${at}`,
        namespace: 'shop',
        labels: { app: 'task' },
        finalizers: [TRACKED],
        ownerReferences: [controllerReference(job)],
        ...(index === undefined ? {} : { annotations: { [INDEX]: index } }),
      },
      spec: {},
      status: podStatus,
    });
  }
  cluster.clock.advance(0);
}

const job = () => cluster.get(JOBS, 'task');
const edit = (change: (object: KubeObject) => void) => {
  cluster.store.modify(JOBS, 'shop', 'task', change);
  cluster.clock.advance(0);
};
const touch = () => edit(({ metadata }) => void (metadata.labels = { seen: String(cluster.clock.now()) }));
const says = (type: string) => conditionOf(job().status, type)?.status;
const active = () =>
  cluster
    .pods()
    .filter(({ status, metadata }) => !metadata.deletionTimestamp && !/Succ|Fail/.test(status?.phase ?? ''));
/** Each status that the Job has from now on. */
const statuses = () => {
  const told: Body[] = [];
  cluster.store.subscribe(({ object }) => void (object.kind === 'Job' && told.push(object.status)));
  return told;
};
const ended = (secondsAgo: number, phase = 'Failed', more: Body[] = []): Body => {
  const finishedAt = new Date(cluster.clock.now() - secondsAgo * 1000).toISOString();
  return { phase, containerStatuses: [{ state: { terminated: { finishedAt } } }, ...more] };
};
const isQuiet = () => assert.deepEqual([cluster.failures, cluster.clock.pending()], [[], 0]);

test('a Job that says nothing makes one Pod', () => {
  start({});
  assert.equal(active().length, 1);
  const asks = asksOf(cluster);
  touch();
  assert.deepEqual(
    asks.filter((ask) => ask.startsWith('modify')),
    ['modify jobs task'],
  );
  cluster.store.delete(JOBS, 'shop', 'task');
  cluster.clock.advance(0);
  isQuiet();
});

test('a failure counts at once against the limit, before it is written down', () => {
  const told = statuses();
  start({ backoffLimit: 0 }, [ended(0)]);
  assert.ok(
    told[1]?.conditions.some((item: Body) => item.type === 'FailureTarget'),
    JSON.stringify(told[1]),
  );
  assert.deepEqual([job().status.failed, says('Failed')], [1, 'True']);
});

test('what had succeeded of a Job that fails did not fail; what is stopped for it did', () => {
  start({ backoffLimit: 0, parallelism: 3 }, [ended(0), ended(0, 'Succeeded'), { phase: 'Running' }]);
  assert.deepEqual([job().status.succeeded, job().status.failed], [1, 2]);
});

test('a Job in deletion lets its Pods go without counting them', () => {
  start({ podReplacementPolicy: 'Failed' }, [{ phase: 'Running' }], undefined, ['example.com/hold']);
  cluster.store.delete(JOBS, 'shop', 'task');
  cluster.clock.advance(0);
  assert.deepEqual(cluster.get(PODS, 'own-0').metadata.finalizers ?? [], []);
  assert.equal(job().status.failed ?? 0, 0);
});

test('indexes count once each, and a Pod without one counts for nothing', () => {
  const indexed = { completionMode: 'Indexed', completions: 2, parallelism: 1 };
  const done = { phase: 'Succeeded' };
  start(indexed, [{ ...done, index: '0' }, { ...done, index: '0' }, done]);
  assert.deepEqual(
    [job().status.completedIndexes, job().status.succeeded, says('Complete')],
    ['0', 1, undefined],
  );
  assert.deepEqual(
    active().map(({ metadata }) => metadata.annotations?.[INDEX]),
    ['1'],
  );
});

test('of the indexes only as many are begun as may run at once', () => {
  start({ completionMode: 'Indexed', completions: 3, parallelism: 2 });
  assert.deepEqual(
    active()
      .map(({ metadata }) => metadata.annotations?.[INDEX])
      .sort(),
    ['0', '1'],
  );
});

test('where more has succeeded than was wanted, all that run are stopped', () => {
  const runs = { phase: 'Running' };
  start({ completions: 1, parallelism: 3 }, [runs, runs, runs], { succeeded: 3 });
  assert.equal(active().length, 0);
});

test('restarts count only where Pods are restarted, and up to the limit', () => {
  const restarted = (restartCount: number) => ({ phase: 'Running', containerStatuses: [{ restartCount }] });
  const failed = (pod: Body, backoffLimit: number, restartPolicy = 'OnFailure') => {
    cluster = testCluster({ noControllers: true, lawless: true });
    startAlone(cluster, jobController);
    start({ backoffLimit, pod: { restartPolicy } }, [pod]);
    return says('FailureTarget') === 'True';
  };
  assert.deepEqual([failed(restarted(1), 2), failed(restarted(2), 2)], [false, true]);
  assert.deepEqual([failed(restarted(0), 0), failed(restarted(1), 0)], [false, true]);
  assert.equal(failed(restarted(2), 2, 'Never'), false);
});

test('a replacement waits ten seconds from the last failure, twice as long after each in a row', () => {
  // A container beside it that has not ended says nothing.
  start({ backoffLimit: 6 }, [ended(4, 'Failed', [{ state: { running: {} } }])]);
  assert.equal(active().length, 0);
  cluster.clock.advance(5_999);
  touch();
  assert.equal(active().length, 0);
  cluster.clock.advance(1);
  assert.equal(active().length, 1);
  isQuiet();
});

test('two failures wait twice as long, from the later one; what came before a success does not count', () => {
  start({ backoffLimit: 6, completions: 3 }, [ended(1), ended(15)]);
  cluster.clock.advance(18_999);
  assert.equal(active().length, 0);
  cluster.clock.advance(1);
  assert.equal(active().length, 1);
  cluster = testCluster({ noControllers: true, lawless: true });
  startAlone(cluster, jobController);
  start({ backoffLimit: 6, completions: 3 }, [ended(5), ended(1, 'Succeeded'), ended(9, 'Succeeded')]);
  assert.equal(active().length, 1);
});

test('where enough run already nothing is waited for, whatever failed before', () => {
  start({ completions: 2, parallelism: 1, backoffLimit: 6 }, [ended(0), { phase: 'Running' }]);
  isQuiet();
});

test('suspended it keeps what others say of it, and loses its start; resumed it has one from the first', () => {
  start({}, [], { conditions: [{ type: 'Other', status: 'True' }] });
  edit(({ spec }) => void (spec.suspend = true));
  const types = job().status.conditions.map((item: Body) => [item.type, item.status]);
  assert.deepEqual(types, [
    ['Other', 'True'],
    ['Suspended', 'True'],
  ]);
  assert.deepEqual([job().status.startTime, active().length], [undefined, 0]);
  const told = statuses();
  edit(({ spec }) => void (spec.suspend = false));
  assert.deepEqual([says('Suspended'), active().length], ['False', 1]);
  assert.ok(
    told.slice(1).every(({ startTime }) => startTime !== undefined),
    JSON.stringify(told),
  );
});

test('one that is complete is not said to be suspended', () => {
  start({ suspend: true, completions: 1 }, [{ phase: 'Succeeded' }]);
  assert.deepEqual([says('Complete'), says('Suspended')], ['True', undefined]);
});
