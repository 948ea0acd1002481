import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Cluster, RequestRecord, SoftenRecord } from '@toolcrib/model';
import { asUnsure, betweenLooks, mayArriveMs } from '@toolcrib/model';
import { anAct, aRequest, aSnapshot } from '../journal/testing/records.ts';
import type { Outcome } from '../request.ts';
import { orphanFirst, retainFirst } from '../soften/index.ts';
import { away, busy, faulty, watchingAs } from '../testing/faulty.ts';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, paths, put, seen } from '../testing/target.ts';
import { podsOf, runClaim, runDeployment, uidsOf } from '../testing/workloads.ts';
import { brain } from './brain.ts';
import { recover } from './recover.ts';
import { resumeSoftenings } from './resume.ts';
import { type TestDeps, testDeps } from './testing/deps.ts';

/** When the guard of these tests began. */
const BEGAN = Date.now();
/** Nothing of what was sent can arrive any more. Milliseconds. */
const OVER = mayArriveMs();

/** What a guard makes of its journal after a restart, over this target. Proved by plain requests. */
export function recoverContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  async function withDeps(
    body: (test: TestDeps) => Promise<void>,
    clusters: Record<string, Cluster> = { prod: target.cluster },
  ): Promise<void> {
    const made = testDeps(clusters);
    try {
      await made.deps.journal.saveAct(anAct());
      await body(made);
    } finally {
      await made.close();
    }
  }

  async function aMap(namespace: string, more: object = {}): Promise<KubeObject> {
    return put(target, paths.core(namespace, 'configmaps'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', ...more },
    });
  }
  const deleteOf = (object: KubeObject, more: Partial<RequestRecord> = {}): RequestRecord =>
    aRequest({
      state: 'kept',
      snapshotId: 'snap-1',
      targetUids: [object.metadata.uid ?? ''],
      effect: {
        verb: 'delete',
        target: {
          group: '',
          version: 'v1',
          resource: 'configmaps',
          namespace: object.metadata.namespace,
          name: object.metadata.name,
        },
        options: {},
        dryRun: false,
      },
      ...more,
    });

  /** Keeps, and says what recovery makes of it in the end: two looks after nothing can arrive any more. */
  async function recovered(made: TestDeps, request: RequestRecord, objects: KubeObject[]) {
    const { journal } = made.deps;
    await journal.keep(aSnapshot({ id: request.snapshotId, requestId: request.id, objects }), request);
    await recover(made.deps, BEGAN);
    return over(made, request);
  }

  async function over({ deps, ahead }: TestDeps, request: RequestRecord) {
    ahead(OVER + 60_000);
    await recover(deps, BEGAN);
    ahead(betweenLooks(OVER));
    const { unsettled, again } = await recover(deps, BEGAN);
    return { ...(await stored(deps, request)), unsettled: unsettled.length, again: again.length };
  }

  async function stored({ journal }: TestDeps['deps'], { id, actId }: RequestRecord) {
    const now = (await journal.requests({ actId })).find((one) => one.id === id);
    return { state: now?.state, note: now?.note ?? '', status: now?.status };
  }

  test('what stands was not carried out; what is gone was', () =>
    inNamespace(target, async (namespace) => {
      const map = await aMap(namespace);
      await withDeps(async (deps) => {
        assert.equal((await recovered(deps, deleteOf(map), [map])).state, 'not-carried-out');
      });
      await target.https('DELETE', paths.core(namespace, 'configmaps/settings'));
      await withDeps(async (deps) => {
        const found = await recovered(deps, deleteOf(map), [map]);
        assert.equal(found.state, 'carried-out');
        assert.match(found.note, /what it named is gone/);
      });
    }));

  test('with nothing to compare nothing is claimed, and nothing is asked again', () =>
    inNamespace(target, async (namespace) => {
      const map = await aMap(namespace);
      for (const [request, objects] of [
        [deleteOf(map, { targetUids: [] }), [map]],
        [deleteOf(map), []],
        [deleteOf(map, { effect: { verb: 'not-understood', why: 'a strange patch' } }), [map]],
        [
          deleteOf(map, {
            effect: {
              verb: 'not-understood',
              why: 'a strange patch',
              target: { group: '', version: 'v1', resource: 'configmaps', namespace, name: 'settings' },
            },
          }),
          [map],
        ],
      ] as [RequestRecord, KubeObject[]][]) {
        await withDeps(async (deps) => {
          const found = await recovered(deps, request, objects);
          assert.equal(found.state, 'unsettled', found.note);
          assert.match(found.note, /not known|can't be told/);
          assert.deepEqual([found.unsettled, found.again], [1, 0]);
        });
      }
    }));

  test('what was on its way out before says nothing about the request', () =>
    inNamespace(target, async (namespace) => {
      await aMap(namespace, { finalizers: ['example.com/stays'] });
      const path = paths.core(namespace, 'configmaps/settings');
      await target.https('DELETE', path);
      const going = (await seen(target, path)) as KubeObject;
      assert.ok(going.metadata.deletionTimestamp);
      await withDeps(async (deps) => {
        const found = await recovered(deps, deleteOf(going), [going]);
        assert.equal(found.state, 'unsettled');
        assert.match(found.note, /being deleted before it already/);
        assert.equal(found.again, 0);
      });
      await target.https('PATCH', path, { metadata: { finalizers: null } });
    }));

  test('a cluster that is away is asked again, once for all of its requests; at last the note says that it ends', () =>
    inNamespace(target, async (namespace) => {
      const map = await aMap(namespace);
      let asked = 0;
      const gone = faulty(target.cluster, () => {
        asked++;
        return { before: away() };
      });
      await withDeps(
        async (made) => {
          const { journal } = made.deps;
          await journal.keep(aSnapshot({ id: 's2', requestId: 'req-2', objects: [map] }), {
            ...deleteOf(map, { id: 'req-2', snapshotId: 's2' }),
          });
          const found = await recovered(made, deleteOf(map), [map]);
          assert.deepEqual([found.state, found.unsettled, found.again], ['unsettled', 2, 2]);
          assert.equal(asked, 3, 'once in each of three passes');
          await recover(made.deps, BEGAN, true);
          for (const { note } of await journal.requests({ state: 'unsettled' }))
            assert.match(note ?? '', /not asked again before the next start/);
        },
        { prod: gone },
      );
      await withDeps(async (made) => {
        const found = await recovered(made, deleteOf(map), [map]);
        assert.match(found.note, /There is no context prod/);
      }, {});
    }));

  test('what was asked as somebody else is looked at as the same', () =>
    inNamespace(target, async (namespace) => {
      const as = { 'impersonate-user': 'ben' };
      const map = await aMap(namespace);
      const watched = watchingAs(target.cluster, as);
      await withDeps(
        async (deps) => {
          await recovered(deps, deleteOf(map, { as }), [map]);
        },
        { prod: watched.cluster },
      );
      assert.ok(watched.count() > 0);
      assert.deepEqual(watched.otherwise(), []);
    }));

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
      await withDeps(async ({ deps, ahead }) => {
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
      await withDeps(async (made) => {
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
      await withDeps(async (made) => {
        await made.deps.journal.saveSoften(await cutOff(namespace, owner));
        const found = await recovered(made, request, [owner]);
        assert.equal(found.state, 'softened', found.note);
      });
    }));

  /** A bound claim, whose volume was set to Retain for its delete. */
  async function retained(namespace: string) {
    const { path, claim, volumePath, volume } = await runClaim(target, namespace);
    const policy = async () => (await seen(target, volumePath))?.spec?.persistentVolumeReclaimPolicy;
    const volumes = await retainFirst(target.cluster, [volume]);
    const record: SoftenRecord = {
      actId: 'act-000001',
      requestId: 'req-1',
      context: 'prod',
      owner: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace,
        name: 'data',
        uid: claim.metadata.uid ?? '',
      },
      left: [],
      finishAfter: 0,
      how: 'retain-first',
      volumes,
      state: 'started',
    };
    return { record, policy, path };
  }

  /** What the door says of the claim's delete, and what the record is then. */
  async function settled(
    made: TestDeps,
    record: SoftenRecord,
    outcome: Parameters<ReturnType<typeof brain>['settled']>[1],
  ) {
    const { deps } = made;
    const request = aRequest({ state: 'kept', at: Date.now() });
    await deps.journal.keep(aSnapshot(), request);
    deps.onTheWay.handedOver(request);
    await deps.journal.saveSoften(record);
    deps.softenings.underWay.add(record.requestId);
    deps.onTheWay.ifDeleted(record.requestId, record);
    const thinking = brain(deps);
    thinking.settled(record.requestId, outcome);
    await thinking.close();
    return (await deps.journal.softenings({ actId: record.actId }))[0];
  }

  for (const outcome of [
    { status: 403, said: 'no' },
    { status: 409, said: 'no' },
    { notSent: 'the client went' },
  ] as const) {
    test(`retain-first: ${JSON.stringify(outcome)}: nothing is called softened, and the volume is as it was`, () =>
      inNamespace(target, async (namespace) => {
        const { record, policy } = await retained(namespace);
        assert.equal(await policy(), 'Retain');
        await withDeps(async (made) => {
          const end = await settled(made, record, outcome);
          assert.equal(end?.state, 'failed');
          assert.match(end?.note ?? '', /^Nothing was deleted/);
          assert.deepEqual(
            made.told.map(({ kind }) => kind),
            ['failed'],
          );
        });
        assert.equal(await policy(), 'Delete');
      }));
  }

  test('retain-first: the cluster took the delete: softened, and told', () =>
    inNamespace(target, async (namespace) => {
      const { record, policy, path } = await retained(namespace);
      await target.https('DELETE', path);
      await withDeps(async (made) => {
        assert.equal((await settled(made, record, { status: 200, said: 'yes' }))?.state, 'softened');
        assert.deepEqual(
          made.told.map(({ kind }) => kind),
          ['softened'],
        );
      });
      assert.equal(await policy(), 'Retain');
    }));

  for (const outcome of [
    { failed: 'reset' },
    { status: 504, said: 'unknown' },
    { status: 408, said: 'unknown' },
    { status: 404, said: 'unknown' },
  ] as const) {
    test(`retain-first: ${JSON.stringify(outcome)}: Retain stays until nothing can arrive any more`, () =>
      inNamespace(target, async (namespace) => {
        const { record, policy } = await retained(namespace);
        await withDeps(async (made) => {
          const { deps, ahead } = made;
          assert.equal((await settled(made, record, outcome))?.state, 'started');
          await resumeSoftenings(deps);
          assert.equal(await policy(), 'Retain');
          ahead(OVER - 5_000);
          await resumeSoftenings(deps);
          assert.equal(await policy(), 'Retain');
          ahead(6_000);
          await resumeSoftenings(deps);
          assert.equal(await policy(), 'Delete');
          assert.equal((await deps.journal.softenings({ actId: record.actId }))[0]?.state, 'failed');
        });
      }));
  }

  test('retain-first: the claim goes after a 504 all the same: softened, and its data is kept', () =>
    inNamespace(target, async (namespace) => {
      const { record, policy, path } = await retained(namespace);
      await withDeps(async (made) => {
        assert.equal((await settled(made, record, { status: 504, said: 'unknown' }))?.state, 'started');
        await target.https('DELETE', path);
        await resumeSoftenings(made.deps);
        assert.equal((await made.deps.journal.softenings({ actId: record.actId }))[0]?.state, 'softened');
      });
      assert.equal(await policy(), 'Retain');
    }));

  test('retain-first: a second try may still take the claim: Retain stays until that is known too', () =>
    inNamespace(target, async (namespace) => {
      const { record, policy } = await retained(namespace);
      await withDeps(async (made) => {
        const { deps, ahead } = made;
        await settled(made, record, { status: 504, said: 'unknown' });
        ahead(OVER - 1_000);
        const second = aRequest({ id: 'req-2', at: deps.clock.now(), targetUids: [record.owner.uid] });
        await deps.journal.saveRequest(asUnsure(second, 'no answer came', deps.clock.now() + OVER));
        ahead(2_000);
        await resumeSoftenings(deps);
        assert.equal(await policy(), 'Retain');
        ahead(OVER);
        await resumeSoftenings(deps);
        assert.equal(await policy(), 'Delete');
      });
    }));

  test('what stands says nothing before nothing can arrive any more; two looks with time between say no', () =>
    inNamespace(target, async (namespace) => {
      const map = await aMap(namespace);
      await withDeps(async (made) => {
        const { deps, ahead } = made;
        // Of this test alone: the others before it may take longer than anything takes to arrive.
        const began = Date.now();
        const request = deleteOf(map);
        await deps.journal.keep(aSnapshot({ objects: [map] }), request);
        const first = await recover(deps, began);
        assert.deepEqual([first.again.length, first.at], [1, began + OVER]);
        const early = await stored(deps, request);
        assert.equal(early.state, 'unsettled');
        assert.match(early.note, /still stands; it may still be carried out until \d\d:\d\d:\d\d UTC/);
        ahead(OVER + 1_000);
        await recover(deps, began);
        assert.equal((await stored(deps, request)).state, 'unsettled', 'one look is none');
        await recover(deps, began);
        assert.equal((await stored(deps, request)).state, 'unsettled', 'two at once are one');
        ahead(betweenLooks(OVER));
        assert.equal((await recover(deps, began)).again.length, 0);
        assert.equal((await stored(deps, request)).state, 'not-carried-out');
      });
    }));

  test('what goes after the guard has looked once is said to have gone', () =>
    inNamespace(target, async (namespace) => {
      const map = await aMap(namespace);
      await withDeps(async (made) => {
        const request = deleteOf(map);
        await made.deps.journal.keep(aSnapshot({ objects: [map] }), request);
        await recover(made.deps, BEGAN);
        await target.https('DELETE', paths.core(namespace, 'configmaps/settings'));
        await recover(made.deps, BEGAN);
        assert.equal((await stored(made.deps, request)).state, 'carried-out');
      });
    }));

  /** The door says that a kept request was answered so. */
  async function answered(made: TestDeps, request: RequestRecord, outcome: Outcome, objects: KubeObject[]) {
    const { deps } = made;
    await deps.journal.keep(aSnapshot({ id: request.snapshotId, requestId: request.id, objects }), request);
    deps.onTheWay.handedOver(request);
    const thinking = brain(deps);
    thinking.settled(request.id, outcome);
    await thinking.close();
    return stored(deps, request);
  }

  for (const outcome of [
    { status: 504, said: 'unknown' },
    { status: 429, said: 'unknown' },
    { failed: 'socket hang up' },
  ] as const) {
    for (const late of [true, false]) {
      test(`${JSON.stringify(outcome)}, and ${late ? 'carried out a moment later' : 'never carried out'}`, () =>
        inNamespace(target, async (namespace) => {
          const map = await aMap(namespace);
          await withDeps(async (made) => {
            const request = deleteOf(map, { at: Date.now() });
            assert.equal((await answered(made, request, outcome, [map])).state, 'unsettled');
            await recover(made.deps, BEGAN);
            if (late) await target.https('DELETE', paths.core(namespace, 'configmaps/settings'));
            const end = await over(made, request);
            assert.equal(end.state, late ? 'carried-out' : 'not-carried-out');
            assert.match(end.note, late ? /is gone/ : /still stands/);
            assert.equal(end.status, 'status' in outcome ? outcome.status : undefined, 'what the client got');
          });
        }));
    }
  }

  test('a certain no is settled at once, and nothing is asked again', () =>
    inNamespace(target, async (namespace) => {
      const map = await aMap(namespace);
      await withDeps(async (made) => {
        const request = deleteOf(map, { at: Date.now() });
        const end = await answered(made, request, { status: 409, said: 'no' }, [map]);
        assert.deepEqual([end.state, end.status], ['answered', 409]);
        assert.deepEqual((await recover(made.deps, BEGAN)).again, []);
      });
    }));

  test('tried again after a 504, and taken by the second try: the first is not said to have done it', () =>
    inNamespace(target, async (namespace) => {
      const map = await aMap(namespace);
      await withDeps(async (made) => {
        const at = Date.now();
        const first = deleteOf(map, { at });
        const second = deleteOf(map, { id: 'req-2', snapshotId: 'snap-2', at: at + 1 });
        await answered(made, first, { status: 504, said: 'unknown' }, [map]);
        await target.https('DELETE', paths.core(namespace, 'configmaps/settings'));
        await answered(made, second, { status: 200, said: 'yes' }, [map]);
        const end = await over(made, first);
        assert.equal(end.state, 'not-carried-out');
        assert.match(end.note, /taken by a later request/);
        assert.equal((await stored(made.deps, second)).state, 'answered');
      });
    }));

  test('a scale whose answer is lost: by the size that stands, at its end only where it is what it was', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runDeployment(target, namespace, 'web', 2);
      const path = `${paths.apps(namespace, 'deployments')}/web`;
      const scale = (id: string) =>
        aRequest({
          id,
          state: 'kept',
          at: Date.now(),
          snapshotId: `snap-${id}`,
          targetUids: [owner.metadata.uid ?? ''],
          effect: {
            verb: 'scale',
            target: { group: 'apps', version: 'v1', resource: 'deployments', namespace, name: 'web' },
            replicas: 0,
            dryRun: false,
          },
        });
      await withDeps(async (made) => {
        const lost = scale('lost');
        await answered(made, lost, { failed: 'reset' }, [owner]);
        await recover(made.deps, BEGAN);
        assert.equal((await stored(made.deps, lost)).state, 'unsettled');
        assert.equal((await over(made, lost)).state, 'not-carried-out');
        const done = scale('done');
        await answered(made, done, { failed: 'reset' }, [owner]);
        await target.https('PATCH', path, { spec: { replicas: 0 } });
        await recover(made.deps, BEGAN);
        assert.equal((await stored(made.deps, done)).state, 'carried-out');
        const unclear = scale('unclear');
        await answered(made, unclear, { failed: 'reset' }, [owner]);
        await target.https('PATCH', path, { spec: { replicas: 1 } });
        const end = await over(made, unclear);
        assert.equal(end.state, 'unsettled');
        assert.match(end.note, /somebody has scaled it since/);
      });
    }));
}
