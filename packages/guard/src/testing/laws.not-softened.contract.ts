import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { controllerOf, groupVersionOf } from '@toolcrib/kube';
import type { Snapshot, Softening } from '@toolcrib/model';
import { look, radiusOf, softening } from '../radius/index.ts';
import { lookForUndo, planUndo, runUndo } from '../undo/index.ts';
import { template, timing } from './soften-and-back.ts';
import type { ClusterTarget, OpenTarget } from './target.ts';
import { inNamespace, items, paths, put, seen, until } from './target.ts';
import { podsOf, runStatefulSet, uidsOf } from './workloads.ts';

/** Both stand-in kubelets: the Pod runs, and never becomes ready. */
const NEVER_READY = { 'testbed.toolcrib.dev/ready': 'false', 'sandbox.toolcrib.dev/ready': 'false' };
const RUNS_ON = { 'testbed.toolcrib.dev/run-for': 'forever', 'sandbox.toolcrib.dev/run-seconds': '100000' };

/** What may be softened, and what may not. */
export function lawsNotSoftenedContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  /** What the guard would say of a delete of this object, as it stands now. */
  async function judged(path: string, resource: string): Promise<Softening> {
    const object = await seen(target, path);
    assert.ok(object, path);
    const { apiVersion, kind, metadata } = object;
    const { name, namespace, uid } = metadata;
    const aim = {
      ref: { apiVersion, kind, name, namespace, uid },
      type: { ...groupVersionOf(apiVersion), resource },
      effect: { does: 'delete' as const, options: { propagationPolicy: 'Background' as const } },
    };
    const view = await look(target.cluster, [aim]);
    return softening(view, radiusOf(view, [aim]), aim);
  }

  function refused(answer: Softening, why: RegExp): void {
    assert.equal(answer.possible, false);
    assert.match(answer.possible ? '' : answer.why, why);
  }

  describe('not to be softened', () => {
    test('a StatefulSet at rest may be; in mid-rollout it may not', () =>
      inNamespace(target, async (namespace) => {
        await runStatefulSet(target, namespace, 'db', 2);
        const path = `${paths.apps(namespace, 'statefulsets')}/db`;
        assert.deepEqual(await judged(path, 'statefulsets'), { possible: true, how: 'orphan-first' });
        await target.https('PATCH', path, {
          spec: { template: { metadata: { annotations: NEVER_READY } } },
        });
        await until('the rollout is stuck', async () => {
          const { status } = (await seen(target, path)) ?? {};
          return status?.updatedReplicas === 1 && status.currentRevision !== status.updateRevision;
        });
        refused(await judged(path, 'statefulsets'), /rollout is under way/);
      }));

    test('a StatefulSet held at a partition', () =>
      inNamespace(target, async (namespace) => {
        await runStatefulSet(target, namespace, 'db', 2);
        const path = `${paths.apps(namespace, 'statefulsets')}/db`;
        await target.https('PATCH', path, {
          spec: {
            updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
            template: { metadata: { annotations: { version: 'two' } } },
          },
        });
        await until('half of it is new', async () => {
          const { status } = (await seen(target, path)) ?? {};
          return status?.updatedReplicas === 1 && status.readyReplicas === 2;
        });
        refused(await judged(path, 'statefulsets'), /rollout is under way/);
      }));

    test('a Job: made again it starts over', () =>
      inNamespace(target, async (namespace) => {
        const job = {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: { name: 'once' },
          spec: { template: template({}, RUNS_ON, { restartPolicy: 'Never' }) },
        };
        await put(target, paths.batch(namespace, 'jobs'), job);
        const path = `${paths.batch(namespace, 'jobs')}/once`;
        const [pod] = await until('its Pod runs', async () => {
          const pods = await items(target, paths.pods(namespace));
          return pods.length === 1 && pods[0]?.status?.phase === 'Running' && pods;
        });
        refused(await judged(path, 'jobs'), /starts over/);
        // And so it is: the Job that is made again leaves the old Pod alone, and makes another.
        await target.https('DELETE', path, { propagationPolicy: 'Orphan' });
        await until('the Job is gone', async () => !(await seen(target, path)));
        await put(target, paths.batch(namespace, 'jobs'), job);
        const both = await until('another Pod', async () => {
          const pods = await items(target, paths.pods(namespace));
          return pods.length === 2 && pods;
        });
        const old = both.find(({ metadata }) => metadata.uid === pod?.metadata.uid);
        assert.ok(old);
        assert.equal(controllerOf(old), undefined);
      }));

    test('a CronJob; without it its Jobs stay, and the undo neither takes them nor starts another', () =>
      inNamespace(target, async (namespace) => {
        const owner = await put(target, paths.batch(namespace, 'cronjobs'), {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          metadata: { name: 'tick' },
          spec: {
            schedule: '0 3 1 1 *',
            jobTemplate: { spec: { template: template({}, RUNS_ON, { restartPolicy: 'Never' }) } },
          },
        });
        const { apiVersion, kind, metadata } = owner;
        const reference = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true };
        await put(target, paths.batch(namespace, 'jobs'), {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: { name: 'tick-1', ownerReferences: [reference] },
          spec: owner.spec?.jobTemplate.spec,
        });
        await until('its Pod runs', async () => {
          const pods = await items(target, paths.pods(namespace));
          return pods[0]?.status?.phase === 'Running';
        });
        const path = `${paths.batch(namespace, 'cronjobs')}/tick`;
        refused(await judged(path, 'cronjobs'), /does not take its Jobs back/);
        const jobs = uidsOf(await items(target, paths.batch(namespace, 'jobs')));
        const pods = uidsOf(await items(target, paths.pods(namespace)));
        await target.https('DELETE', path, { propagationPolicy: 'Orphan' });
        await until('the CronJob is gone', async () => !(await seen(target, path)));
        const snapshot: Snapshot = {
          id: 's1',
          actId: 'a1',
          requestId: 'r1',
          takenAt: 1,
          context: 'test',
          objects: [owner],
        };
        const live = await lookForUndo(target.cluster, [snapshot], []);
        const plan = planUndo([snapshot], [], live);
        const options = { id: 'u1', by: 'tester', waiting: timing };
        const { record } = await runUndo(target.cluster, plan, () => {}, options);
        assert.ok(
          record.results.every(({ result }) => result === 'done'),
          JSON.stringify(record.results),
        );
        await target.aWhile(1_500);
        assert.ok(await seen(target, path));
        assert.deepEqual(uidsOf(await items(target, paths.batch(namespace, 'jobs'))), jobs);
        assert.deepEqual(uidsOf(await items(target, paths.pods(namespace))), pods);
      }));

    test('overlapping selectors (kubernetes#108372): another controller would take the Pods, and end some', () =>
      inNamespace(target, async (namespace) => {
        const set = (name: string, replicas: number, labels: object, matchLabels: object) => ({
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          metadata: { name },
          spec: { replicas, selector: { matchLabels }, template: template(labels) },
        });
        const both = { app: 'web', part: 'one' };
        await put(target, paths.apps(namespace, 'replicasets'), set('one', 3, both, both));
        const running = async (count: number) => {
          const pods = await podsOf(target, namespace, 'web');
          return pods.length === count && pods.every((pod) => pod.status?.phase === 'Running') && pods;
        };
        await until('three Pods', () => running(3));
        await put(
          target,
          paths.apps(namespace, 'replicasets'),
          set('two', 1, { app: 'web' }, { app: 'web' }),
        );
        await until('and one more', () => running(4));
        const path = `${paths.apps(namespace, 'replicasets')}/one`;
        refused(await judged(path, 'replicasets'), /selector of ReplicaSet.* matches .* too/);
        // And so it is: orphaned all the same, the Pods are taken over and scaled away.
        await target.https('DELETE', path, { propagationPolicy: 'Orphan' });
        const [left] = await until('one is left', () => running(1));
        assert.equal(left && controllerOf(left)?.name, 'two');
      }));
  });
}
