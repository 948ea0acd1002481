import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord } from '@toolcrib/model';
import { aSnapshot } from '../journal/testing/records.ts';
import { away, faulty, watchingAs } from '../testing/faulty.ts';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, paths, seen } from '../testing/target.ts';
import { recover } from './recover.ts';
import { aMap, BEGAN, deleteOf, recovered, withDeps } from './testing/recovered.ts';

/** What was kept or on its way when the guard ended: the cluster is asked what became of it. */
export function recoverLookedAtContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  test('what stands was not carried out; what is gone was', () =>
    inNamespace(target, async (namespace) => {
      const map = await aMap(target, namespace);
      await withDeps(target, async (deps) => {
        assert.equal((await recovered(deps, deleteOf(map), [map])).state, 'not-carried-out');
      });
      await target.https('DELETE', paths.core(namespace, 'configmaps/settings'));
      await withDeps(target, async (deps) => {
        const found = await recovered(deps, deleteOf(map), [map]);
        assert.equal(found.state, 'carried-out');
        assert.match(found.note, /what it named is gone/);
      });
    }));

  test('with nothing to compare nothing is claimed, and nothing is asked again', () =>
    inNamespace(target, async (namespace) => {
      const map = await aMap(target, namespace);
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
        await withDeps(target, async (deps) => {
          const found = await recovered(deps, request, objects);
          assert.equal(found.state, 'unsettled', found.note);
          assert.match(found.note, /not known|can't be told/);
          assert.deepEqual([found.unsettled, found.again], [1, 0]);
        });
      }
    }));

  test('what was on its way out before says nothing about the request', () =>
    inNamespace(target, async (namespace) => {
      await aMap(target, namespace, { finalizers: ['example.com/stays'] });
      const path = paths.core(namespace, 'configmaps/settings');
      await target.https('DELETE', path);
      const going = (await seen(target, path)) as KubeObject;
      assert.ok(going.metadata.deletionTimestamp);
      await withDeps(target, async (deps) => {
        const found = await recovered(deps, deleteOf(going), [going]);
        assert.equal(found.state, 'unsettled');
        assert.match(found.note, /being deleted before it already/);
        assert.equal(found.again, 0);
      });
      await target.https('PATCH', path, { metadata: { finalizers: null } });
    }));

  test('a cluster that is away is asked again, once for all of its requests; at last the note says that it ends', () =>
    inNamespace(target, async (namespace) => {
      const map = await aMap(target, namespace);
      let asked = 0;
      const gone = faulty(target.cluster, () => {
        asked++;
        return { before: away() };
      });
      await withDeps(
        target,
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
      await withDeps(
        target,
        async (made) => {
          const found = await recovered(made, deleteOf(map), [map]);
          assert.match(found.note, /There is no context prod/);
        },
        {},
      );
    }));

  test('what was asked as somebody else is looked at as the same', () =>
    inNamespace(target, async (namespace) => {
      const as = { 'impersonate-user': 'ben' };
      const map = await aMap(target, namespace);
      const watched = watchingAs(target.cluster, as);
      await withDeps(
        target,
        async (deps) => {
          await recovered(deps, deleteOf(map, { as }), [map]);
        },
        { prod: watched.cluster },
      );
      assert.ok(watched.count() > 0);
      assert.deepEqual(watched.otherwise(), []);
    }));
}
