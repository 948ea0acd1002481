import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord } from '@toolcrib/model';
import { betweenLooks } from '@toolcrib/model';
import { aRequest, aSnapshot } from '../journal/testing/records.ts';
import type { Outcome } from '../request.ts';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, paths } from '../testing/target.ts';
import { runDeployment } from '../testing/workloads.ts';
import { recover } from './recover.ts';
import { requestHandler } from './request-handler.ts';
import type { TestDeps } from './testing/deps.ts';
import { aMap, BEGAN, deleteOf, OVER, over, stored, withDeps } from './testing/recovered.ts';

/** While the guard runs: what was answered by nobody, or by neither yes nor no. */
export function recoverUnsettledContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  test('what stands says nothing before nothing can arrive any more; two looks with time between say no', () =>
    inNamespace(target, async (namespace) => {
      const map = await aMap(target, namespace);
      await withDeps(target, async (made) => {
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
      const map = await aMap(target, namespace);
      await withDeps(target, async (made) => {
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
    const thinking = requestHandler(deps);
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
          const map = await aMap(target, namespace);
          await withDeps(target, async (made) => {
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
      const map = await aMap(target, namespace);
      await withDeps(target, async (made) => {
        const request = deleteOf(map, { at: Date.now() });
        const end = await answered(made, request, { status: 409, said: 'no' }, [map]);
        assert.deepEqual([end.state, end.status], ['answered', 409]);
        assert.deepEqual((await recover(made.deps, BEGAN)).again, []);
      });
    }));

  test('tried again after a 504, and taken by the second try: the first is not said to have done it', () =>
    inNamespace(target, async (namespace) => {
      const map = await aMap(target, namespace);
      await withDeps(target, async (made) => {
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
      await withDeps(target, async (made) => {
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
