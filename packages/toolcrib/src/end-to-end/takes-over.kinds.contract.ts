import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClusterTarget, OpenTarget } from '@toolcrib/guard/testing/target.ts';
import { inNamespace, items, paths, seen, until } from '@toolcrib/guard/testing/target.ts';
import { podsOf, runStatefulSet, uidsOf } from '@toolcrib/guard/testing/workloads.ts';
import { carriedOut, isHeld, left, RULES, running, said, send } from '../testing/taken-over.ts';

/** Each kind of workload takes over what it would have made. */
export function takesOverKindsContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  test('a Deployment of another template: what it took over goes all the same, and as many are back by its own', () =>
    inNamespace(target, async (namespace) => {
      const { pods, again, path } = await left(target, namespace, 'deployments');
      const other = again(1);
      const [container] = other.spec.template.spec.containers;
      other.spec.template.spec.containers = [{ ...container, image: 'registry.k8s.io/pause:3.9' }];
      assert.ok(isHeld(await said(target, send('POST', path, other))));
      const { kept, undo, close } = await carriedOut(target, send('POST', path, other));
      assert.equal(kept.length, 2);
      await until('its own Pod alone runs', async () => {
        const [only, ...more] = await podsOf(target, namespace, 'web');
        return only && more.length === 0 && !uidsOf(pods).includes(only.metadata.uid ?? '');
      });
      const { results } = await undo();
      assert.ok(results.every(({ result }) => result === 'done' || result === 'skipped'));
      await running(target, namespace, 3);
      await close();
    }));

  test('a Deployment whose ReplicaSet went the same way: its next one takes the Pods', () =>
    inNamespace(target, async (namespace) => {
      const { pods, again, path } = await left(target, namespace, 'deployments');
      const sets = await items(target, paths.apps(namespace, 'replicasets'));
      for (const { metadata } of sets)
        await target.https(
          'DELETE',
          `${paths.apps(namespace, 'replicasets')}/${metadata.name}?propagationPolicy=Orphan`,
        );
      await until(
        'they are gone',
        async () => (await items(target, paths.apps(namespace, 'replicasets'))).length === 0,
      );
      assert.ok(isHeld(await said(target, send('POST', path, again(1)))));
      const { undo, close } = await carriedOut(target, send('POST', path, again(0)));
      await running(target, namespace, 0);
      const { results } = await undo();
      assert.equal(results.filter(({ result }) => result === 'skipped').length, pods.length);
      assert.ok(results.every(({ result }) => result === 'done' || result === 'skipped'));
      await running(target, namespace, 3);
      await close();
    }));

  test('a ReplicationController, whose selector is its template’s labels where it says none', (t) =>
    inNamespace(target, async (namespace) => {
      const path = paths.core(namespace, 'replicationcontrollers');
      if ((await seen(target, path)) === undefined) return t.diagnostic(`${target.name} serves none`);
      const { pods, owner } = await left(target, namespace, 'replicasets');
      const controller = {
        apiVersion: 'v1',
        kind: 'ReplicationController',
        metadata: { name: 'web' },
        spec: { replicas: 1, template: owner.spec?.template },
      };
      const held = await said(target, send('POST', path, controller));
      assert.ok(isHeld(held));
      assert.equal(held.row?.effect.verb === 'scale' && held.row.effect.was, 3);
      const { kept, undo, close } = await carriedOut(target, send('POST', path, controller));
      // Which of them go is a guess: all are kept.
      assert.deepEqual(kept, uidsOf(pods));
      const [stays] = await running(target, namespace, 1);
      assert.ok(uidsOf(pods).includes(stays?.metadata.uid ?? ''));
      const { results } = await undo();
      assert.deepEqual(results.map(({ result }) => result).sort(), [
        'done',
        'skipped',
        'skipped',
        'unchanged',
      ]);
      await running(target, namespace, 3);
      await close();
    }));

  test('a StatefulSet takes the highest of its names, and their claims where it says so', () =>
    inNamespace(target, async (namespace) => {
      await runStatefulSet(target, namespace, 'web', 3, { whenScaled: 'Delete' });
      const at = `${paths.apps(namespace, 'statefulsets')}/web`;
      const owner = (await seen(target, at)) ?? assert.fail('it stands');
      await target.https('DELETE', `${at}?propagationPolicy=Orphan`);
      await until('it is gone', async () => (await seen(target, at)) === undefined);
      const one = {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'web' },
        spec: { ...owner.spec, replicas: 1 },
      };
      const held = await said(target, send('POST', paths.apps(namespace, 'statefulsets'), one), RULES);
      assert.equal(held.row?.decision.rule, 'data-loss');
      const names = held.hold?.radius.members
        .filter(({ fate }) => fate === 'deleted')
        .map(({ ref }) => `${ref.kind} ${ref.name}`);
      for (const name of ['Pod web-1', 'Pod web-2', 'PersistentVolumeClaim data-web-1'])
        assert.ok(names?.includes(name), name);
      assert.ok(!names?.includes('Pod web-0'));
      const moved = { ...one, spec: { ...one.spec, replicas: 3, ordinals: { start: 2 } } };
      assert.ok(isHeld(await said(target, send('POST', paths.apps(namespace, 'statefulsets'), moved))));
    }));
}
