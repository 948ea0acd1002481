import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { As, Cluster, Journal, SoftenRecord } from '@toolcrib/model';
import { anAct, aRequest, aSnapshot } from '../journal/testing/records.ts';
import { orphanFirst, retainFirst } from '../soften/index.ts';
import { away, faulty, watchingAs } from '../testing/faulty.ts';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, paths, put, seen, until } from '../testing/target.ts';
import { podsOf, runClaim, runDeployment, uidsOf } from '../testing/workloads.ts';
import { type TestDeps, testDeps } from '../way/testing/deps.ts';
import { undoAct } from './act.ts';
import { finishAct, finishByItself } from './finish.ts';

const ACT = 'act-000001';
const none = () => undefined;

/** Undo and finish of an act as the journal has it, over this target. Proved by plain requests. */
export function actContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  async function withDeps(
    body: (deps: TestDeps['deps'] & { by: string }) => Promise<void>,
    cluster?: Cluster,
  ) {
    const made = testDeps({ prod: cluster ?? target.cluster });
    try {
      await made.deps.journal.saveAct(anAct({ cluster: await target.cluster.identity() }));
      await body({ ...made.deps, by: 'tester' });
    } finally {
      await made.close();
    }
  }

  /** Softens; where `dies`, the cluster is away from the delete on. */
  async function soften(
    namespace: string,
    owner: KubeObject,
    { dies = false, as }: { dies?: boolean; as?: As } = {},
  ): Promise<SoftenRecord> {
    let dead = false;
    const { name, uid = '' } = owner.metadata;
    const cluster = faulty(target.cluster, () => (dead ? { before: away() } : undefined));
    const record = await orphanFirst(
      cluster,
      {
        target: { group: 'apps', version: 'v1', resource: 'deployments', namespace, name },
        uid,
        act: ACT,
        requestId: 'req-1',
        finishAfter: Date.now() + 60_000,
        options: {},
      },
      ({ step }) => {
        if (step === 'deleting') dead = dies;
      },
      { poll: 20, limit: dies ? 100 : 20_000 },
    );
    return { ...record, context: 'prod', ...(as ? { as } : {}) };
  }

  /** Whose guard has ended since, and nobody has it yet. */
  async function saveOfEnded(journal: Journal, record: SoftenRecord): Promise<void> {
    await journal.renewLease('ended', Date.now() + 60_000);
    await journal.saveSoften({ ...record, guard: 'ended' });
    await journal.endLease('ended');
  }

  test('an undo carries on what was cut off first: the same Pods', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
      await withDeps(async (deps) => {
        await deps.journal.saveRequest(aRequest({ state: 'failed', status: 500 }));
        await deps.journal.keep(aSnapshot({ objects: [owner] }), aRequest({ state: 'kept', at: 0 }));
        await saveOfEnded(deps.journal, await soften(namespace, owner, { dies: true }));
        const record = await undoAct(deps, ACT, none);
        assert.deepEqual(
          record.results.map(({ result }) => result),
          ['done'],
          JSON.stringify(record.results),
        );
        assert.equal((await deps.journal.softenings({ actId: ACT }))[0]?.state, 'undone');
      });
      const back = await seen(target, `${paths.apps(namespace, 'deployments')}/web`);
      assert.ok(back && back.metadata.uid !== owner.metadata.uid);
      assert.deepEqual(uidsOf(await podsOf(target, namespace, 'web')), uidsOf(pods));
    }));

  test('a finish does so too; one that may be under way at this moment is left alone', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runDeployment(target, namespace, 'web', 1);
      await withDeps(async (deps) => {
        await deps.journal.keep(aSnapshot({ objects: [owner] }), aRequest({ state: 'kept', at: Date.now() }));
        await saveOfEnded(deps.journal, await soften(namespace, owner, { dies: true }));
        await assert.rejects(finishAct(deps, ACT, { windowMs: 1_000 }), /is being softened/);
        await deps.journal.saveRequest(aRequest({ state: 'failed' }));
        const [record] = await finishAct(deps, ACT, { windowMs: 1_000 });
        assert.ok(record?.results.every(({ result }) => result !== 'failed'));
      });
      await until('its Pods gone', async () => (await podsOf(target, namespace, 'web')).length === 0);
    }));

  test('what was never sent is not brought back, whoever took it', () =>
    inNamespace(target, async (namespace) => {
      const path = paths.core(namespace, 'configmaps');
      const map = await put(target, path, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings' },
      });
      await target.https('DELETE', `${path}/settings`);
      await withDeps(async (deps) => {
        const request = aRequest({ state: 'kept', targetUids: [map.metadata.uid ?? ''] });
        await deps.journal.keep(aSnapshot({ objects: [map] }), request);
        await deps.journal.saveRequest({ ...request, state: 'not-sent', note: 'the client went' });
        const { results } = await undoAct(deps, ACT, none);
        assert.deepEqual(
          results.map(({ result, note }) => `${result}: ${note}`),
          ['unchanged: it took nothing: it was never sent (the client went)'],
        );
        assert.equal(await seen(target, `${path}/settings`), undefined);
        assert.deepEqual(await deps.journal.undos(ACT), [], 'an undo of nothing is none');
        await deps.journal.saveRequest({ ...request, state: 'answered', status: 200 });
        await undoAct(deps, ACT, none);
        assert.equal((await deps.journal.undos(ACT)).length, 1);
      });
      assert.ok(await seen(target, `${path}/settings`));
    }));

  test('what was done as somebody else is undone and finished as the same, each request as its own', () =>
    inNamespace(target, async (namespace) => {
      const as = { 'impersonate-user': 'ben', 'impersonate-group': ['a', 'b,c'] };
      const { owner } = await runDeployment(target, namespace, 'web', 1);
      const record = await soften(namespace, owner, { as });
      for (const work of ['undo', 'finish'] as const) {
        const watched = watchingAs(target.cluster, as);
        await withDeps(async (deps) => {
          await deps.journal.keep(aSnapshot({ objects: [owner] }), aRequest({ state: 'kept', as, at: 0 }));
          await deps.journal.saveRequest(aRequest({ state: 'softened', as }));
          await deps.journal.saveSoften(record);
          if (work === 'undo') await undoAct(deps, ACT, none);
          else await finishAct(deps, ACT, { windowMs: 1_000_000 });
        }, watched.cluster);
        assert.ok(watched.count() > 4, work);
        assert.deepEqual(watched.otherwise(), [], work);
      }
      const path = paths.core(namespace, 'configmaps');
      const maps: KubeObject[] = [];
      for (const name of ['one', 'two']) {
        maps.push(await put(target, path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }));
        await target.https('DELETE', `${path}/${name}`);
      }
      const watched = watchingAs(target.cluster, as);
      await withDeps(async (deps) => {
        for (const [index, map] of maps.entries()) {
          const id = `req-${index}`;
          const request = aRequest({ id, state: 'kept', ...(index === 0 ? { as } : {}) });
          await deps.journal.keep(aSnapshot({ id: `s${index}`, requestId: id, objects: [map] }), request);
        }
        const { results } = await undoAct(deps, ACT, none);
        assert.deepEqual(
          results.map(({ result }) => result),
          ['done', 'done'],
        );
      }, watched.cluster);
      assert.equal(watched.otherwise().filter((name) => name === 'create').length, 1);
    }));

  test('kept data goes only where a person asks: not by itself, however late', () =>
    inNamespace(target, async (namespace) => {
      const { path, claim, volumePath, volume } = await runClaim(target, namespace);
      const volumes = await retainFirst(target.cluster, [volume]);
      await target.https('DELETE', path);
      await until('released', async () => (await seen(target, volumePath))?.status?.phase === 'Released');
      await withDeps(async (deps) => {
        const { apiVersion, kind, metadata } = claim;
        const record: SoftenRecord = {
          actId: ACT,
          requestId: 'req-1',
          context: 'prod',
          owner: { apiVersion, kind, namespace, name: 'data', uid: metadata.uid ?? '' },
          left: [],
          finishAfter: 1_000,
          how: 'retain-first',
          volumes,
          state: 'softened',
        };
        await deps.journal.saveSoften(record);
        for (const due of [true, false]) {
          const asked = finishByItself(deps, record, { windowMs: 1_000, due });
          await assert.rejects(asked, { code: 'conflict' });
        }
        assert.equal((await seen(target, volumePath))?.spec?.persistentVolumeReclaimPolicy, 'Retain');
        const { context } = target.cluster;
        // Nobody can tell: the UID may not be read, and the address is another one.
        const moved = async () => ({
          ...target.cluster,
          context,
          identity: async () => ({ address: 'elsewhere' }),
        });
        const there = { ...deps, clusterFor: moved };
        await assert.rejects(finishAct(there, ACT, { windowMs: 1_000 }), /can't be told/);
        assert.equal((await deps.journal.softenings({ actId: ACT }))[0]?.state, 'softened');
        await finishAct({ ...there, sameCluster: true }, ACT, { windowMs: 1_000 });
      });
      await until('the volume is reclaimed', async () => !(await seen(target, volumePath)));
    }));
}
