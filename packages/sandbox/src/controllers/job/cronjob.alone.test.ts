import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forbidden } from '../../apimachinery/api-error.ts';
import { CRON_JOBS, JOBS, NAMESPACES } from '../common/types.ts';
import { quietCluster, startAlone } from '../testing/alone.ts';
import { type TestCluster, testCluster } from '../testing/cluster.ts';
import { cronJobController } from './cronjob.ts';
import { createCronJob, jobs, MINUTE, played, template } from './testing/cronjobs.ts';

const jobNames = (cluster: TestCluster) =>
  jobs(cluster)
    .map((job) => job.metadata.name)
    .sort();

test('the Job is the template’s, of this CronJob, and listed while it runs', () => {
  const metadata = { labels: { a: 'b' }, annotations: { note: 'x' } };
  const { cluster, nameAt, status, told, minutes } = played({
    jobTemplate: { metadata, spec: { backoffLimit: 3, template: template() } },
  });
  minutes(5);
  const [job, ...others] = jobs(cluster);
  assert.ok(job);
  assert.equal(others.length, 0);
  const name = nameAt('10:05');
  assert.equal(job.metadata.name, name);
  assert.equal(job.metadata.labels?.a, 'b');
  assert.equal(job.metadata.annotations?.note, 'x');
  assert.equal(job.spec.backoffLimit, 3);
  const { uid, resourceVersion } = job.metadata;
  assert.deepEqual(status(), {
    active: [{ apiVersion: 'batch/v1', kind: 'Job', name, namespace: 'shop', resourceVersion, uid }],
    lastScheduleTime: '2026-11-02T10:05:00Z',
  });
  assert.deepEqual(told(), [`Normal SuccessfulCreate: Created job ${name}`]);
  assert.deepEqual(cluster.failures, []);
});

test('the end of a Job is told once, and takes that one alone from the list', () => {
  const { cluster, nameAt, ended, active, told, minutes, status } = played({ failedJobsHistoryLimit: 5 });
  minutes(15);
  const [first, second, third] = ['10:05', '10:10', '10:15'].map(nameAt);
  assert.ok(first && second && third);
  assert.deepEqual(active(), [first, second, third]);
  ended(second, 'Complete', { completionTime: '2026-11-02T10:12:00Z' });
  assert.deepEqual(active(), [first, third]);
  assert.equal(status().lastSuccessfulTime, '2026-11-02T10:12:00Z');
  ended(first, 'Failed');
  ended(third, 'Complete', { completionTime: '2026-11-02T10:11:00Z' });
  assert.equal(status().lastSuccessfulTime, '2026-11-02T10:12:00Z', 'a later end of an earlier one is none');
  cluster.settle();
  assert.deepEqual(active(), []);
  assert.equal(status().active, undefined);
  assert.deepEqual(
    told().filter((text) => !text.includes('SuccessfulCreate')),
    [
      `Normal SawCompletedJob: Saw completed job: ${second}, condition: Complete`,
      `Normal SawCompletedJob: Saw completed job: ${first}, condition: Failed`,
      `Normal SawCompletedJob: Saw completed job: ${third}, condition: Complete`,
    ],
  );
});

test('a Job that somebody takes away is missed', () => {
  const { cluster, nameAt, active, told, minutes } = played();
  minutes(10);
  cluster.store.delete(JOBS, 'shop', nameAt('10:05'), { propagationPolicy: 'Background' });
  cluster.settle();
  assert.deepEqual(active(), [nameAt('10:10')]);
  assert.deepEqual(
    told().filter((text) => text.includes('Missing')),
    [`Normal MissingJob: Active job went missing: ${nameAt('10:05')}`],
  );
});

test('of those that ended the ones that started last are kept: three, and of those that failed one', () => {
  const { cluster, nameAt, ended, told, minutes } = played();
  minutes(40);
  const at = ['10:05', '10:10', '10:15', '10:20', '10:25', '10:30', '10:35'].map(nameAt);
  // Started in another order than their names say; the last of them never.
  const starts = ['10:50', '10:40', '10:41', '10:42', '10:52', '10:51'];
  for (const [index, name] of at.entries()) {
    const startTime = starts[index] && { startTime: `2026-11-02T${starts[index]}:00Z` };
    ended(name, index < 4 ? 'Complete' : 'Failed', { ...startTime });
  }
  assert.deepEqual(jobNames(cluster), [at[0], at[2], at[3], at[6], nameAt('10:40')]);
  const deleted = (name: string | undefined) => `Normal SuccessfulDelete: Deleted job ${name}`;
  assert.deepEqual(
    told().filter((text) => text.includes('Delete')),
    // Of the fifth and the sixth the one that started first.
    [deleted(at[1]), deleted(at[5]), deleted(at[4])],
  );
});

test('Forbid says why it does not start; Replace lists the new one alone', () => {
  const forbid = played({ concurrencyPolicy: 'Forbid' });
  forbid.minutes(10);
  assert.deepEqual(forbid.active(), [forbid.nameAt('10:05')]);
  assert.equal(
    forbid.told().at(-1),
    'Normal JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid',
  );
  const replace = played({ concurrencyPolicy: 'Replace' });
  replace.minutes(10);
  assert.deepEqual(replace.active(), [replace.nameAt('10:10')]);
  assert.ok(!replace.told().some((text) => text.includes('Missing')), 'it knows where it went');
  assert.ok(replace.told().includes(`Normal SuccessfulDelete: Deleted job ${replace.nameAt('10:05')}`));
});

test('a missed time is made up for within the deadline', () => {
  const missed = (startingDeadlineSeconds: number | undefined) => {
    const { cluster, minutes, status } = played({ suspend: true });
    minutes(7);
    cluster.store.modify(CRON_JOBS, 'shop', 'nightly', ({ spec }) => {
      spec.suspend = false;
      if (startingDeadlineSeconds !== undefined) spec.startingDeadlineSeconds = startingDeadlineSeconds;
    });
    cluster.settle();
    return [jobs(cluster).length, status().lastScheduleTime];
  };
  assert.deepEqual(missed(undefined), [1, '2026-11-02T10:05:00Z']);
  assert.deepEqual(missed(180), [1, '2026-11-02T10:05:00Z']);
  assert.deepEqual(missed(60), [0, undefined]);
  assert.deepEqual(missed(3600), [1, '2026-11-02T10:05:00Z'], 'before it was made it missed nothing');
});

test('too many missed times are told of, and only the last is made up for', () => {
  const { cluster, minutes, told, nameAt } = played({ suspend: true, schedule: '* * * * *' });
  minutes(90);
  const resume = (suspend: boolean) => {
    cluster.store.modify(CRON_JOBS, 'shop', 'nightly', ({ spec }) => void (spec.suspend = suspend));
    cluster.settle();
  };
  const tooMany =
    'Warning TooManyMissedTimes: too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
  resume(false);
  assert.ok(!told().includes(tooMany));
  resume(true);
  minutes(130);
  resume(false);
  assert.ok(told().includes(tooMany));
  assert.deepEqual(jobNames(cluster), [nameAt('11:30'), nameAt('13:40')]);
});

test('a schedule or a time zone that cannot be read starts nothing, and is told of', () => {
  const cluster = testCluster({ noControllers: true, lawless: true });
  const made = createCronJob(cluster, { schedule: 'at noon' });
  cluster.store.modify(CRON_JOBS, 'shop', 'nightly', (object) => void (object.status = {}), {
    subresource: 'status',
  });
  startAlone(cluster, cronJobController);
  assert.ok(made);
  assert.deepEqual(
    cluster.events('nightly').map(({ type, reason, message }) => `${type} ${reason}: ${message}`),
    [
      'Warning UnparseableSchedule: unparseable schedule: "at noon" : expected exactly 5 fields, found 2: [at noon]',
    ],
  );
  assert.deepEqual(cluster.failures, []);
  assert.equal(cluster.clock.pending(), 0);
});

test('a time that never comes is not waited for', () => {
  const { cluster } = played({ schedule: '0 0 31 2 *' });
  assert.equal(cluster.clock.pending(), 0);
  assert.deepEqual(cluster.failures, []);
});

test('what goes, or is gone, starts nothing', () => {
  const { cluster, minutes } = played();
  cluster.store.modify(
    CRON_JOBS,
    'shop',
    'nightly',
    ({ metadata }) => void (metadata.finalizers = ['example.com/hold']),
  );
  cluster.store.delete(CRON_JOBS, 'shop', 'nightly');
  minutes(6);
  assert.deepEqual(jobNames(cluster), []);
  cluster.store.modify(CRON_JOBS, 'shop', 'nightly', ({ metadata }) => void delete metadata.finalizers);
  minutes(6);
  assert.deepEqual([jobNames(cluster), cluster.failures], [[], []]);
});

test('a Job that is refused is told of and tried again; in a Namespace that is going nobody asks', () => {
  const { store, clock, ...quiet } = quietCluster();
  createCronJob({ ...quiet, store, clock });
  let refused = true;
  const refusing: typeof store = {
    ...store,
    create(type, ...rest) {
      if (refused && type.resource === 'jobs') throw forbidden(type, '', 'exceeded quota');
      return store.create(type, ...rest);
    },
  };
  startAlone({ ...quiet, store: refusing, clock }, cronJobController);
  clock.advance(5 * MINUTE * 1000);
  assert.deepEqual(
    quiet.events('nightly').map(({ type, reason, message }) => `${type} ${reason}: ${message}`),
    ['Warning FailedCreate: Error creating job: jobs.batch is forbidden: exceeded quota'],
  );
  assert.match(quiet.failures[0] ?? '', /^cronjob-controller shop\/nightly: .*exceeded quota$/);
  assert.equal(quiet.get(CRON_JOBS, 'nightly').status.lastScheduleTime, undefined);
  refused = false;
  quiet.settle(MINUTE);
  assert.equal(quiet.get(CRON_JOBS, 'nightly').status.lastScheduleTime, '2026-11-02T10:05:00Z');
  const going = played({}, ({ store }) => void store.delete(NAMESPACES, undefined, 'shop'));
  going.minutes(6);
  assert.deepEqual([jobNames(going.cluster), going.told(), going.cluster.failures], [[], [], []]);
});

test('the name is taken: by its own, which it had not noted, or by another’s, which is left alone', () => {
  const taken = (ours: boolean) => {
    const { nameAt, ...scene } = played({ suspend: true });
    const { store } = scene.cluster;
    const { apiVersion, kind, metadata } = scene.cluster.get(CRON_JOBS, 'nightly');
    const owner = {
      apiVersion,
      kind,
      name: 'nightly',
      uid: ours ? (metadata.uid ?? '') : 'other',
      controller: true,
    };
    const name = nameAt('10:05');
    store.create(JOBS, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace: 'shop', ownerReferences: [owner] },
      spec: { template: template() },
    });
    store.modify(CRON_JOBS, 'shop', 'nightly', ({ spec }) => void (spec.suspend = false));
    scene.minutes(6);
    assert.deepEqual(jobNames(scene.cluster), [name]);
    assert.deepEqual([scene.told(), scene.cluster.failures], [[], []]);
    return [scene.active().length, scene.status().lastScheduleTime];
  };
  assert.deepEqual(taken(true), [1, '2026-11-02T10:05:00Z']);
  assert.deepEqual(taken(false), [0, undefined]);
});

test('its own that it has noted already is not noted twice', () => {
  const { cluster, minutes, active } = played({});
  minutes(6);
  const before = active();
  assert.equal(before.length, 1);
  // As after a status that was written back by somebody else: the same time is due once more.
  cluster.store.modify(CRON_JOBS, 'shop', 'nightly', ({ status }) => void delete status.lastScheduleTime, {
    subresource: 'status',
  });
  minutes(1);
  assert.deepEqual(active(), before);
});
