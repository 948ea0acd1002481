import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { controllerOf } from '@toolcrib/kube';
import { marks } from '@toolcrib/model';
import { bindings, finish, soften, undo } from './soften-and-back.ts';
import type { ClusterTarget, OpenTarget } from './target.ts';
import { inNamespace, items, paths, put, seen, until } from './target.ts';
import type { Workload } from './workloads.ts';
import { podsOf, restartsOf, type runDeployment, runWorkload, uidsOf } from './workloads.ts';

/** Each kind of workload: undone, finished, adopted. */
export function softenedWorkloadContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

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

  for (const [resource, run] of Object.entries(runWorkload) as [Workload, typeof runDeployment][]) {
    test(`${resource}: softened, undone, softened and undone again: the same Pods all the while`, () =>
      inNamespace(target, async (namespace) => {
        const { owner, pods } = await run(target, namespace, 'web', 3);
        const claims = await bindings(target, namespace);
        const first = await soften(target, owner, resource, 'act-one');
        const undone = await undo(
          target,
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
        const second = await soften(target, rested, resource, 'act-two');
        await undo(target, rested, second);
        await target.aWhile(1_000);
        await assertBack(namespace, resource, rested, pods);
        assert.deepEqual(await bindings(target, namespace), claims);
      }));

    test(`${resource}: undone twice, the second time changes nothing`, () =>
      inNamespace(target, async (namespace) => {
        const { owner, pods } = await run(target, namespace, 'web', 2);
        const record = await soften(target, owner, resource, 'act-one');
        await undo(target, owner, record);
        const back = await assertBack(namespace, resource, owner, pods);
        const again = await undo(target, owner, record);
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
        const record = await soften(target, owner, resource, 'act-one');
        const { record: said, softening } = await finish(target, record);
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
        const again = await finish(target, record);
        assert.ok(again.record.results.every(({ result }) => result === 'unchanged'));
      }));

    test(`${resource}: adopted in the window by a new owner: finish leaves it, and takes the marks off`, () =>
      inNamespace(target, async (namespace) => {
        const { owner, pods } = await run(target, namespace, 'web', 2);
        const record = await soften(target, owner, resource, 'act-one');
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
        const { record: said } = await finish(target, record);
        assert.ok(said.results.every(({ result }) => result === 'skipped' || result === 'unchanged'));
        await target.aWhile(500);
        const still = await assertBack(namespace, resource, owner, pods);
        assert.equal(still.metadata.uid, back.metadata.uid);
      }));
  }
}
