import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { controllerOf, groupVersionOf } from '@toolcrib/kube';
import type { Cluster, Snapshot, Softening, SoftenRecord } from '@toolcrib/model';
import { marks } from '@toolcrib/model';
import { look, radiusOf, softening } from '../radius/index.ts';
import { onCreate, orphanFirst } from '../soften/index.ts';
import { lookForFinish, lookForUndo, planFinish, planUndo, runFinish, runUndo } from '../undo/index.ts';
import type { ClusterTarget, OpenTarget } from './target.ts';
import { inNamespace, items, paths, put, seen, until } from './target.ts';
import { podsOf, restartsOf, runDeployment, runStatefulSet, uidsOf } from './workloads.ts';

const finishAfter = Date.UTC(2030, 0, 1);
const timing = { poll: 30, patience: 3_000, limit: 20_000 };

/** Both stand-in kubelets: the Pod runs, and never becomes ready. */
const NEVER_READY = { 'testbed.toolcrib.dev/ready': 'false', 'sandbox.toolcrib.dev/ready': 'false' };
const RUNS_ON = { 'testbed.toolcrib.dev/run-for': 'forever', 'sandbox.toolcrib.dev/run-seconds': '100000' };

const template = (labels: object, annotations: object = {}, spec: object = {}) => ({
  metadata: { labels, annotations },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }],
    ...spec,
  },
});

/** What may be softened and what may not, and what the window must survive. Proved by plain requests. */
export function lawsContract(open: OpenTarget): void {
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

  async function soften(owner: KubeObject, resource: string): Promise<SoftenRecord> {
    const { namespace = '', name, uid = '' } = owner.metadata;
    const at = { group: 'apps', version: 'v1', resource, namespace, name };
    const request = { target: at, uid, act: 'act-law', requestId: 'r1', finishAfter, options: {} };
    const record = await orphanFirst(target.cluster, request, () => {}, timing);
    assert.equal(record.state, 'softened', record.note);
    return record;
  }

  async function finish(record: SoftenRecord, cluster: Cluster = target.cluster) {
    const plan = planFinish(record, await lookForFinish(cluster, record), finishAfter);
    return runFinish(cluster, plan, () => {}, { id: 'f1', by: 'tester' });
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

  describe('in the window', () => {
    test('a finish against an adoption in that very moment: who adopts wins', () =>
      inNamespace(target, async (namespace) => {
        const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
        const record = await soften(owner, 'deployments');
        const again = async () => {
          await put(target, paths.apps(namespace, 'deployments'), {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'web', labels: owner.metadata.labels },
            spec: owner.spec,
          });
          await until('adopted', async () => {
            const sets = await items(target, paths.apps(namespace, 'replicasets'));
            return sets.length === 1 && sets.every((one) => controllerOf(one) !== undefined);
          });
        };
        let raced = false;
        // Between what the finish has read and what it deletes, somebody makes the Deployment again.
        const racing = new Proxy(target.cluster, {
          get(real, name) {
            const value = Reflect.get(real, name);
            if (name !== 'delete') return value;
            return async (...args: unknown[]) => {
              if (!raced) {
                raced = true;
                await again();
              }
              return Reflect.apply(value, real, args);
            };
          },
        });
        const { record: said } = await finish(record, racing);
        assert.ok(raced, 'nothing was ever deleted, so the race was not run');
        assert.ok(
          said.results.every(({ result }) => result === 'skipped' || result === 'unchanged'),
          JSON.stringify(said.results),
        );
        await target.aWhile(1_500);
        const now = await podsOf(target, namespace, 'web');
        assert.deepEqual(uidsOf(now), uidsOf(pods));
        assert.equal(restartsOf(now), restartsOf(pods));
      }));

    async function left(record: SoftenRecord): Promise<KubeObject[]> {
      const found = await Promise.all(
        record.left.map(async (ref) => {
          const type = await target.cluster.typeOf(ref);
          return target.cluster.get(type, { namespace: ref.namespace, name: ref.name });
        }),
      );
      return found.filter((object) => object !== undefined);
    }

    test('made again with the same selector: let it adopt', () =>
      inNamespace(target, async (namespace) => {
        const { owner, pods } = await runStatefulSet(target, namespace, 'web', 2);
        const record = await soften(owner, 'statefulsets');
        const created = {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          metadata: { name: 'web', namespace, labels: owner.metadata.labels },
          spec: owner.spec,
        };
        assert.equal(onCreate(record, await left(record), created), 'adopt');
        const back = await put(target, paths.apps(namespace, 'statefulsets'), created);
        const now = await until('adopted', async () => {
          const all = await podsOf(target, namespace, 'web');
          return all.every((pod) => controllerOf(pod)?.uid === back.metadata.uid) && all;
        });
        assert.deepEqual(uidsOf(now), uidsOf(pods));
      }));

    test('made again with another selector: the window ends, or old and new stand side by side', () =>
      inNamespace(target, async (namespace) => {
        const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
        const record = await soften(owner, 'deployments');
        const labels = { app: 'web', version: 'two' };
        const created = {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'web', namespace },
          spec: { replicas: 1, selector: { matchLabels: labels }, template: template(labels) },
        };
        assert.equal(onCreate(record, await left(record), created), 'ends');
        const { softening: ended } = await finish(record);
        assert.equal(ended.state, 'finished');
        await until(
          'the old Pods are gone',
          async () => (await podsOf(target, namespace, 'web')).length === 0,
        );
        await put(target, paths.apps(namespace, 'deployments'), created);
        const now = await until('the new one runs', async () => {
          const all = await podsOf(target, namespace, 'web');
          return all.length === 1 && all[0]?.status?.phase === 'Running' && all;
        });
        const before = new Set(uidsOf(pods));
        for (const pod of now) {
          assert.ok(!before.has(pod.metadata.uid ?? ''));
          assert.equal(pod.metadata.labels?.[marks.act], undefined);
        }
      }));
  });
}
