import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { controllerOf } from '@toolcrib/kube';
import type { Snapshot, SoftenRecord } from '@toolcrib/model';
import { marks } from '@toolcrib/model';
import { orphanFirst, retainFirst } from '../soften/index.ts';
import { lookForFinish, lookForUndo, planFinish, planUndo, runFinish, runUndo } from '../undo/index.ts';
import type { ClusterTarget, OpenTarget } from './target.ts';
import { inNamespace, items, paths, put, seen, until } from './target.ts';
import type { Workload } from './workloads.ts';
import { podsOf, restartsOf, runDeployment, runStatefulSet, runWorkload, uidsOf } from './workloads.ts';

const finishAfter = Date.UTC(2030, 0, 1);
const timing = { poll: 30, patience: 3_000, limit: 20_000 };

/** Soften, then undo or finish: the promise of the whole, over this target. Proved by plain requests. */
export function softenedContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  async function soften(
    owner: KubeObject,
    resource: string,
    act: string,
    options = {},
  ): Promise<SoftenRecord> {
    const { namespace = '', name, uid = '' } = owner.metadata;
    const record = await orphanFirst(
      target.cluster,
      {
        target: { group: 'apps', version: 'v1', resource, namespace, name },
        uid,
        act,
        requestId: 'r1',
        finishAfter,
        options,
      },
      () => {},
      timing,
    );
    assert.equal(record.state, 'softened', record.note);
    return record;
  }

  async function undo(owner: KubeObject, record: SoftenRecord, more: KubeObject[] = []) {
    const { actId } = record;
    const snapshot: Snapshot = {
      id: 's1',
      actId,
      requestId: 'r1',
      takenAt: 1,
      context: 'test',
      objects: [owner, ...more],
    };
    const live = await lookForUndo(target.cluster, [snapshot], [record]);
    const plan = planUndo([snapshot], [record], live);
    return runUndo(target.cluster, plan, () => {}, { id: 'u1', by: 'tester', waiting: timing });
  }

  async function finish(record: SoftenRecord, now = finishAfter) {
    const plan = planFinish(record, await lookForFinish(target.cluster, record), now);
    return runFinish(target.cluster, plan, () => {}, { id: 'f1', by: 'tester' });
  }

  /** A new owner with the same spec controls the very same Pods; no restarts, no marks. */
  async function assertBack(namespace: string, resource: string, owner: KubeObject, pods: KubeObject[]) {
    const back = await seen(target, `${paths.apps(namespace, resource)}/web`);
    assert.ok(back);
    assert.notEqual(back.metadata.uid, owner.metadata.uid);
    assert.deepEqual(back.spec, owner.spec);
    assert.deepEqual(back.metadata.finalizers ?? [], []);
    const now = await podsOf(target, namespace, 'web');
    assert.deepEqual(uidsOf(now), uidsOf(pods));
    assert.equal(restartsOf(now), restartsOf(pods));
    const list = await items(target, paths.apps(namespace, 'replicasets'));
    const sets = new Map(list.map((set) => [set.metadata.uid, set]));
    for (const pod of now) {
      const controller = controllerOf(pod);
      const top =
        resource === 'deployments' ? controllerOf(sets.get(controller?.uid) as KubeObject) : controller;
      assert.equal(top?.uid, back.metadata.uid);
    }
    for (const object of [...now, ...sets.values(), ...(await items(target, paths.claims(namespace)))]) {
      assert.equal(object.metadata.labels?.[marks.act], undefined);
      assert.equal(object.metadata.annotations?.[marks.finishAfter], undefined);
      assert.equal(object.metadata.annotations?.[marks.softenedFrom], undefined);
    }
    return back;
  }

  const bindings = async (namespace: string) =>
    (await items(target, paths.claims(namespace)))
      .map((claim) => [claim.metadata.name, claim.metadata.uid, claim.spec?.volumeName, claim.status?.phase])
      .sort();

  for (const [resource, run] of Object.entries(runWorkload) as [Workload, typeof runDeployment][]) {
    test(`${resource}: softened, undone, softened and undone again: the same Pods all the while`, () =>
      inNamespace(target, async (namespace) => {
        const { owner, pods } = await run(target, namespace, 'web', 3);
        const claims = await bindings(namespace);
        const first = await soften(owner, resource, 'act-one');
        const undone = await undo(
          owner,
          first,
          pods.map((pod) => ({ ...pod, apiVersion: 'v1', kind: 'Pod' })),
        );
        assert.deepEqual(
          undone.record.results.map(({ result }) => result),
          ['done'],
          JSON.stringify(undone.record),
        );
        const all = `${pods.length} of ${pods.length} Pods are the same ones, 0 restarts`;
        assert.ok(undone.record.results[0]?.note?.startsWith(all), undone.record.results[0]?.note);
        assert.equal(undone.softenings[0]?.state, 'undone');
        const back = await assertBack(namespace, resource, owner, pods);
        const rested = await until('the controller has seen it', async () => {
          const now = await seen(target, `${paths.apps(namespace, resource)}/web`);
          return (now?.status?.observedGeneration ?? 0) >= (back.metadata.generation ?? 0) && now;
        });
        const second = await soften(rested, resource, 'act-two');
        await undo(rested, second);
        await target.aWhile(1_000);
        await assertBack(namespace, resource, rested, pods);
        assert.deepEqual(await bindings(namespace), claims);
      }));

    test(`${resource}: undone twice, the second time changes nothing`, () =>
      inNamespace(target, async (namespace) => {
        const { owner, pods } = await run(target, namespace, 'web', 2);
        const record = await soften(owner, resource, 'act-one');
        await undo(owner, record);
        const back = await assertBack(namespace, resource, owner, pods);
        const again = await undo(owner, record);
        assert.deepEqual(
          again.record.results.map(({ result }) => result),
          ['unchanged'],
        );
        const still = await assertBack(namespace, resource, owner, pods);
        assert.equal(still.metadata.uid, back.metadata.uid);
      }));

    test(`${resource}: finished instead, nothing of it is left; twice is the same`, () =>
      inNamespace(target, async (namespace) => {
        const { owner } = await run(target, namespace, 'web', 3);
        const record = await soften(owner, resource, 'act-one');
        const { record: said, softening } = await finish(record);
        assert.ok(
          said.results.every(({ result }) => result !== 'failed'),
          JSON.stringify(said.results),
        );
        assert.equal(softening.state, 'finished');
        await until('all gone', async () => {
          const pods = await items(target, paths.pods(namespace));
          const sets = await items(target, paths.apps(namespace, 'replicasets'));
          const revisions = await items(target, paths.apps(namespace, 'controllerrevisions'));
          return pods.length + sets.length + revisions.length === 0;
        });
        const kept = resource === 'statefulsets' ? 3 : 0;
        assert.equal(
          (await items(target, paths.claims(namespace))).length,
          kept,
          'whenDeleted Retain keeps claims',
        );
        const again = await finish(record);
        assert.ok(again.record.results.every(({ result }) => result === 'unchanged'));
      }));

    test(`${resource}: adopted in the window by a new owner: finish leaves it, and takes the marks off`, () =>
      inNamespace(target, async (namespace) => {
        const { owner, pods } = await run(target, namespace, 'web', 2);
        const record = await soften(owner, resource, 'act-one');
        const { metadata, status: _status, ...rest } = owner;
        await put(target, paths.apps(namespace, resource), {
          ...rest,
          metadata: { name: 'web', labels: metadata.labels },
        });
        const back = await until('adopted', async () => {
          const now = await seen(target, `${paths.apps(namespace, resource)}/web`);
          const { readyReplicas, numberReady } = now?.status ?? {};
          return (readyReplicas ?? numberReady) === pods.length && now;
        });
        const { record: said } = await finish(record);
        assert.ok(said.results.every(({ result }) => result === 'skipped' || result === 'unchanged'));
        await target.aWhile(500);
        const still = await assertBack(namespace, resource, owner, pods);
        assert.equal(still.metadata.uid, back.metadata.uid);
      }));
  }

  test('Pods lost in the window: the undo says so, and the controller makes them again', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runStatefulSet(target, namespace, 'web', 3);
      const record = await soften(owner, 'statefulsets', 'act-one');
      await target.https('DELETE', `${paths.pods(namespace)}/web-1`, { gracePeriodSeconds: 0 });
      await until('web-1 gone', async () => !(await seen(target, `${paths.pods(namespace)}/web-1`)));
      const { record: said } = await undo(owner, record);
      assert.match(
        said.results[0]?.note ?? '',
        /2 of 3 Pods are the same ones.*1 had gone meanwhile and is made again/,
      );
      await until('web-1 again', () => seen(target, `${paths.pods(namespace)}/web-1`));
    }));

  test('claims of a set that deletes them: kept in the window, gone with the finish, back with the undo', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runStatefulSet(target, namespace, 'web', 2, { whenDeleted: 'Delete' });
      const claims = await bindings(namespace);
      const record = await soften(owner, 'statefulsets', 'act-one');
      assert.deepEqual(await bindings(namespace), claims);
      await undo(owner, record);
      assert.deepEqual(await bindings(namespace), claims);
      const back = await until('owned again', async () => {
        const now = await seen(target, `${paths.apps(namespace, 'statefulsets')}/web`);
        const list = await items(target, paths.claims(namespace));
        return list.every((claim) => claim.metadata.ownerReferences?.[0]?.uid === now?.metadata.uid) && now;
      });
      const second = await soften(back, 'statefulsets', 'act-two');
      await finish(second);
      await until('claims gone', async () => (await items(target, paths.claims(namespace))).length === 0);
    }));

  test('somebody else took the name with another spec: conflict, and the Pods stay marked', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
      const record = await soften(owner, 'deployments', 'act-one');
      const other = await put(target, paths.apps(namespace, 'deployments'), {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: {
          replicas: 1,
          selector: { matchLabels: { app: 'new' } },
          template: {
            metadata: { labels: { app: 'new' } },
            spec: { containers: [{ name: 'c', image: 'x' }] },
          },
        },
      });
      const { record: said, softenings } = await undo(owner, record);
      assert.deepEqual(
        said.results.map(({ result }) => result),
        ['conflict'],
      );
      assert.deepEqual(softenings, []);
      const now = await seen(target, `${paths.apps(namespace, 'deployments')}/web`);
      assert.equal(now?.metadata.uid, other.metadata.uid);
      const left = await podsOf(target, namespace, 'web');
      assert.deepEqual(uidsOf(left), uidsOf(pods));
      assert.equal(left[0]?.metadata.labels?.[marks.act], 'act-one');
    }));

  test('overdue by more than the window: nothing goes before somebody says yes', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runDeployment(target, namespace, 'web', 1);
      const record = await soften(owner, 'deployments', 'act-one');
      await assert.rejects(finish(record, finishAfter + 48 * 3_600_000), { code: 'overdue' });
      assert.deepEqual(uidsOf(await podsOf(target, namespace, 'web')), uidsOf(pods));
    }));

  for (const again of ['by the undo', 'by somebody else'] as const) {
    test(`retain-first: the claim goes as sent, its volume stays, and is bound again ${again}: its own policy`, () =>
      retained(again));
  }

  const retained = (again: 'by the undo' | 'by somebody else') =>
    inNamespace(target, async (namespace) => {
      const path = paths.claims(namespace);
      await put(target, path, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      });
      const claim = await until('bound', async () => {
        const now = await seen(target, `${path}/data`);
        return now?.status?.phase === 'Bound' && now;
      });
      const volumePath = `/api/v1/persistentvolumes/${claim.spec?.volumeName}`;
      const volume = (await seen(target, volumePath)) as KubeObject;
      const { name, uid = '' } = volume.metadata;
      const volumes = await retainFirst(target.cluster, [{ name, uid }]);
      assert.deepEqual(volumes, [{ name, uid, reclaimPolicy: 'Delete' }]);
      await target.https('DELETE', `${path}/data`);
      await until('claim gone', async () => !(await seen(target, `${path}/data`)));
      await until('released', async () => (await seen(target, volumePath))?.status?.phase === 'Released');
      const record: SoftenRecord = {
        actId: 'act-one',
        requestId: 'r1',
        context: 'test',
        owner: {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          namespace,
          name: 'data',
          uid: claim.metadata.uid ?? '',
        },
        left: [],
        finishAfter,
        how: 'retain-first',
        volumes,
        state: 'softened',
      };
      if (again === 'by somebody else') {
        // As a person does it by hand.
        await target.https('PATCH', volumePath, { spec: { claimRef: { uid: null, resourceVersion: null } } });
        await until('available', async () => (await seen(target, volumePath))?.status?.phase === 'Available');
        const { apiVersion, kind, spec } = claim;
        await put(target, path, { apiVersion, kind, metadata: { name: 'data' }, spec });
        await until('bound', async () => (await seen(target, `${path}/data`))?.status?.phase === 'Bound');
      }
      const { record: said } = await undo(claim, record, [volume]);
      assert.ok(
        said.results.every(({ result }) => result === 'done' || result === 'unchanged'),
        JSON.stringify(said.results),
      );
      const back = await seen(target, `${path}/data`);
      assert.equal(back?.status?.phase, 'Bound');
      assert.equal(back?.spec?.volumeName, name);
      const after = await seen(target, volumePath);
      assert.equal(after?.metadata.uid, uid);
      assert.equal(after?.spec?.persistentVolumeReclaimPolicy, 'Delete');
    });
}
