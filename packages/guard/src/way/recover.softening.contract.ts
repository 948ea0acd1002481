import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { SoftenRecord } from '@toolcrib/model';
import { asUnsure } from '@toolcrib/model';
import { anAct, aRequest } from '../journal/testing/records.ts';
import { orphanFirst } from '../soften/index.ts';
import { away, busy, faulty } from '../testing/faulty.ts';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, paths, seen } from '../testing/target.ts';
import { podsOf, runDeployment, uidsOf } from '../testing/workloads.ts';
import { resumeSoftenings } from './resume-softenings.ts';
import { OVER, over, recovered, withDeps } from './testing/recovered.ts';

/** Softenings of workloads that were cut off. */
export function recoverSofteningContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  /** Softens with a cluster that goes away in the middle: the record as it was left. */
  async function cutOff(namespace: string, owner: KubeObject): Promise<SoftenRecord> {
    let dead = false;
    const { name, uid = '' } = owner.metadata;
    const record = await orphanFirst(
      faulty(target.cluster, () => (dead ? { before: away() } : undefined)),
      {
        target: { group: 'apps', version: 'v1', resource: 'deployments', namespace, name },
        uid,
        act: 'act-000001',
        requestId: 'req-1',
        finishAfter: Date.UTC(2030, 0, 1),
        options: {},
      },
      ({ step }) => {
        if (step === 'deleting') dead = true;
      },
      { poll: 20, limit: 100 },
    );
    assert.equal(record.state, 'started');
    return { ...record, context: 'prod' };
  }

  test('a softening that its guard had given up is carried on while the guard runs', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
      const path = `${paths.apps(namespace, 'deployments')}/web`;
      let gone = true;
      const cluster = faulty(target.cluster, () => (gone ? { before: busy(503) } : undefined));
      await withDeps(
        target,
        async ({ deps, ahead, logged }) => {
          const { journal } = deps;
          await journal.saveSoften(await cutOff(namespace, owner));
          await journal.saveRequest(aRequest({ state: 'unsettled', status: 500 }));
          deps.softenings.underWay.add('req-1');
          await resumeSoftenings(deps);
          assert.deepEqual(logged, [], 'one that is being softened now is left alone');
          deps.softenings.underWay.clear();
          await resumeSoftenings(deps);
          assert.equal(logged.length, 1);
          gone = false;
          await resumeSoftenings(deps);
          assert.ok((await seen(target, path))?.metadata.deletionTimestamp, 'not at once again');
          ahead(20_000);
          await resumeSoftenings(deps);
          assert.equal((await journal.softenings({ actId: 'act-000001' }))[0]?.state, 'softened');
          assert.equal((await journal.requests({ actId: 'act-000001' }))[0]?.state, 'softened');
        },
        { prod: cluster },
      );
      assert.equal(await seen(target, path), undefined);
      assert.deepEqual(uidsOf(await podsOf(target, namespace, 'web')), uidsOf(pods));
    }));

  /** A softening whose delete was not answered for certain, and never carried out. */
  async function unsure(namespace: string, owner: KubeObject, act: string, requestId: string, lies = true) {
    const { name, uid = '' } = owner.metadata;
    const fault = (call: string) => (lies && call === 'delete' ? { before: busy(504) } : undefined);
    const record = await orphanFirst(
      faulty(target.cluster, fault),
      {
        target: { group: 'apps', version: 'v1', resource: 'deployments', namespace, name },
        uid,
        act,
        requestId,
        finishAfter: Date.UTC(2030, 0, 1),
        options: {},
      },
      () => {},
      { poll: 20, patience: 500, limit: 20_000 },
    );
    return { ...record, context: 'prod' };
  }

  test('a workload, tried again: our finalizer stays on as long as the second try may be carried out', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runDeployment(target, namespace, 'web', 1);
      const path = `${paths.apps(namespace, 'deployments')}/web`;
      const finalizers = async () => (await seen(target, path))?.metadata.finalizers ?? [];
      await withDeps(target, async ({ deps, ahead }) => {
        const { journal } = deps;
        const targetUids = [owner.metadata.uid ?? ''];
        for (const [id, time] of [
          ['req-1', 0],
          ['req-2', OVER / 2],
        ] as const) {
          ahead(time);
          const request = aRequest({ id, at: deps.clock.now(), targetUids });
          await journal.saveSoften(await unsure(namespace, owner, 'act-000001', id));
          await journal.saveRequest(asUnsure(request, 'no answer came', deps.clock.now() + OVER));
        }
        ahead(OVER / 2 + 1_000);
        await resumeSoftenings(deps);
        assert.deepEqual(await finalizers(), ['toolcrib.dev/orphan-first']);
        ahead(OVER);
        await resumeSoftenings(deps);
        assert.deepEqual(await finalizers(), []);
        assert.ok((await journal.softenings()).every(({ state }) => state === 'failed'));
      });
    }));

  test('a workload, tried again and softened by the second try: the first has taken nothing, and marks nothing', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
      await withDeps(target, async (made) => {
        const { journal } = made.deps;
        await journal.saveAct(anAct({ id: 'act-000002' }));
        const targetUids = [owner.metadata.uid ?? ''];
        const [first, second] = ['req-1', 'req-2'].map((id) => aRequest({ id, targetUids }));
        assert.ok(first && second);
        await journal.saveSoften(await unsure(namespace, owner, 'act-000001', 'req-1'));
        await journal.saveRequest(asUnsure(first, 'no answer came', Date.now() + OVER));
        await journal.saveSoften(await unsure(namespace, owner, 'act-000002', 'req-2', false));
        await journal.saveRequest({ ...second, actId: 'act-000002', state: 'softened' });
        const end = await over(made, first);
        assert.equal(end.state, 'not-carried-out', end.note);
        assert.match(end.note, /act-000002/);
        assert.deepEqual((await journal.softenings()).map(({ actId, state }) => [actId, state]).sort(), [
          ['act-000001', 'failed'],
          ['act-000002', 'softened'],
        ]);
        for (const pod of await podsOf(target, namespace, 'web'))
          assert.equal(pod.metadata.labels?.['toolcrib.dev/act'], 'act-000002');
      });
      assert.deepEqual(uidsOf(await podsOf(target, namespace, 'web')), uidsOf(pods));
    }));

  test('a request whose softening was cut off is settled by what becomes of the softening', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runDeployment(target, namespace, 'web', 1);
      const request = aRequest({
        state: 'kept',
        snapshotId: 'snap-1',
        targetUids: [owner.metadata.uid ?? ''],
      });
      await withDeps(target, async (made) => {
        await made.deps.journal.saveSoften(await cutOff(namespace, owner));
        const found = await recovered(made, request, [owner]);
        assert.equal(found.state, 'softened', found.note);
      });
    }));
}
