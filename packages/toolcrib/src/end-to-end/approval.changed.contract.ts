import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { inNamespace, paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { runStatefulSet } from '@toolcrib/guard/testing/workloads.ts';
import { thing, uidAt } from '../testing/limit-range.ts';
import type { Stage } from '../testing/stage.ts';

/** What was changed between the look and the yes: what voids an approval, and what does not. */
export function approvalChangedContract(opened: () => Stage): void {
  let stage: Stage;
  before(() => {
    stage = opened();
  });

  const setPath = (namespace: string) => `${paths.apps(namespace, 'statefulsets')}/web`;

  const changes: [string, RegExp, (namespace: string) => Promise<unknown>][] = [
    [
      'scaled',
      /generation/,
      (namespace) => stage.target.https('PATCH', setPath(namespace), { spec: { replicas: 2 } }),
    ],
    [
      'given a finalizer',
      /finalizers none → example.com\/mine/,
      (namespace) =>
        stage.target.https('PATCH', setPath(namespace), { metadata: { finalizers: ['example.com/mine'] } }),
    ],
    [
      'given a dependent that does not come back by itself',
      /ConfigMap grown would go too/,
      async (namespace) => {
        const uid = await uidAt(stage, setPath(namespace));
        await put(stage.target, paths.core(namespace, 'configmaps'), {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: {
            name: 'grown',
            ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid }],
          },
        });
      },
    ],
    [
      'replaced by another of its name',
      /not among what was shown/,
      async (namespace) => {
        const { body } = await stage.target.https('GET', setPath(namespace));
        await stage.target.https('DELETE', setPath(namespace), {
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          propagationPolicy: 'Orphan',
        });
        await until('the first is gone', async () => (await uidAt(stage, setPath(namespace))) === undefined);
        const { name, labels } = body.metadata;
        await put(stage.target, paths.apps(namespace, 'statefulsets'), {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          metadata: { name, labels },
          spec: body.spec,
        });
      },
    ],
  ];
  for (const [what, why, change] of changes) {
    test(`an approval is void once the target was ${what}`, () =>
      inNamespace(stage.target, async (namespace) => {
        await runStatefulSet(stage.target, namespace, 'web', 1);
        const running = stage.kubectl('enforce', 'delete', 'statefulset', 'web', '-n', namespace);
        const hold = await stage.held(namespace);
        await change(namespace);
        const stands = await uidAt(stage, setPath(namespace));
        const sent = (await stage.deletes(namespace)).length;
        await stage.approve(hold, 'as-sent');
        const said = await running.done;
        assert.equal(said.code, 1);
        assert.match(said.stderr, why);
        assert.equal(await uidAt(stage, setPath(namespace)), stands);
        assert.equal((await stage.deletes(namespace)).length, sent);
        await stage.target.https('PATCH', setPath(namespace), { metadata: { finalizers: null } });
      }));
  }

  test('what shrinks meanwhile is still covered', () =>
    inNamespace(stage.target, async (namespace) => {
      const { owner } = await runStatefulSet(stage.target, namespace, 'web', 1);
      const { apiVersion = 'apps/v1', kind = 'StatefulSet', metadata } = owner;
      await put(stage.target, paths.core(namespace, 'configmaps'), {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'owned', ownerReferences: [{ apiVersion, kind, name: 'web', uid: metadata.uid }] },
      });
      const running = stage.kubectl('enforce', 'delete', 'statefulset', 'web', '-n', namespace);
      const hold = await stage.held(namespace);
      assert.ok(hold.radius.members.some(({ ref }) => ref.name === 'owned'));
      await stage.target.https('DELETE', `${paths.core(namespace, 'configmaps')}/owned`);
      await stage.approve(hold, 'as-sent');
      const said = await running.done;
      assert.equal(said.code, 0, said.stderr);
      assert.equal(await uidAt(stage, setPath(namespace)), undefined);
    }));

  test('what was changed without a new generation meanwhile is kept as it stood when it went', () =>
    inNamespace(stage.target, async (namespace) => {
      await thing(stage, namespace, 'a');
      const path = `${paths.core(namespace, 'limitranges')}/a`;
      const running = stage.kubectl('enforce', 'delete', 'limitrange', 'a', '-n', namespace);
      const hold = await stage.held(namespace);
      await stage.target.https('PATCH', path, { metadata: { annotations: { late: 'yes' } } });
      await stage.approve(hold, 'as-sent');
      assert.equal((await running.done).code, 0);
      const undone = await stage.home.cli('undo', hold.actId);
      assert.equal(undone.code, 0, undone.stdout + undone.stderr);
      assert.equal((await seen(stage.target, path))?.metadata.annotations?.late, 'yes');
    }));
}
