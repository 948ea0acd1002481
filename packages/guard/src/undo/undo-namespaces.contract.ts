import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, items, paths, put, seen, until } from '../testing/target.ts';
import { podsOf, runDeployment } from '../testing/workloads.ts';
import { kept, snapshotOf, undo } from './testing/undone.ts';

/** A Namespace comes back with what was in it, or what holds it is named. Everything claimed is asked of the API directly. */
export function undoNamespacesContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  test('a Namespace comes back with what was in it', () =>
    inNamespace(target, async (scratch) => {
      const name = `${scratch}-b`;
      const space = await put(target, '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { team: 'shop' } },
      });
      await until('its default account', () => seen(target, paths.core(name, 'serviceaccounts/default')));
      const settings = await put(target, paths.core(name, 'configmaps'), {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings' },
        data: { a: 'b' },
      });
      const { owner } = await runDeployment(target, name, 'web', 1);
      await target.https('DELETE', `/api/v1/namespaces/${name}`);
      // At once, while it is still Terminating.
      const run = await undo(target, snapshotOf([space, settings, owner]));
      assert.deepEqual(run.failed, []);
      const back = await seen(target, `/api/v1/namespaces/${name}`);
      assert.notEqual(back?.metadata.uid, space.metadata.uid);
      assert.equal(back?.metadata.labels?.team, 'shop');
      assert.deepEqual((await seen(target, paths.core(name, 'configmaps/settings')))?.data, { a: 'b' });
      await until('its Pod', async () => (await podsOf(target, name, 'web')).length === 1);
      await target.https('DELETE', `/api/v1/namespaces/${name}`);
    }));

  test('a Namespace that a foreign finalizer holds: what holds it is named, and nothing else is tried or waited for', () =>
    inNamespace(target, async (scratch) => {
      const name = `${scratch}-h`;
      const space = await put(target, '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      });
      await until('its default account', () => seen(target, paths.core(name, 'serviceaccounts/default')));
      const { owner } = await runDeployment(target, name, 'web', 1);
      const pods = await kept(target, paths.pods(name), 'v1', 'Pod');
      const maps = ['first', 'second', 'slow'];
      for (const one of maps)
        await put(target, paths.core(name, 'configmaps'), {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: one, finalizers: one === 'slow' ? ['example.io/slow'] : [] },
        });
      const config = await kept(target, paths.core(name, 'configmaps'), 'v1', 'ConfigMap');
      const sets = await kept(target, paths.apps(name, 'replicasets'), 'apps/v1', 'ReplicaSet');
      const all = snapshotOf([space, owner, ...sets, ...pods, ...config]);
      await target.https('DELETE', `/api/v1/namespaces/${name}`);
      await until('all but the one is gone', async () => {
        const left = await items(target, paths.core(name, 'configmaps'));
        return left.length === 1 && (await items(target, paths.pods(name))).length === 0;
      });
      const told: string[] = [];
      const run = await undo(target, all, [], { limit: 3_000 }, (text) => told.push(text));
      assert.deepEqual(told, [`Namespace ${name} is still on its way out: waiting for it, up to 3 s`]);
      assert.equal(run.record.results.length, 1, JSON.stringify(run.record.results));
      const [only] = run.record.results;
      assert.deepEqual([only?.what, only?.result], [`Namespace ${name}`, 'failed']);
      assert.match(only?.note ?? '', /ConfigMap slow \(finalizer example\.io\/slow\)/);
      assert.match(only?.note ?? '', /undo again once it is gone; in it \d+ more of the act wait for that$/);
      const slow = paths.core(name, 'configmaps/slow');
      await target.https('PATCH', slow, { metadata: { finalizers: null } });
      const again = await undo(target, all);
      assert.deepEqual(again.failed, []);
      assert.equal((await items(target, paths.core(name, 'configmaps'))).length >= maps.length, true);
      await target.https('PATCH', slow, { metadata: { finalizers: null } });
      await target.https('DELETE', `/api/v1/namespaces/${name}`);
    }));
}
