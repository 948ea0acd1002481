import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { builtInRules } from '@toolcrib/guard/policy/policy';
import { inNamespace, paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { podsOf, runStatefulSet, uidsOf } from '@toolcrib/guard/testing/workloads.ts';
import { realClients } from '@toolcrib/sandbox';
import type { Stage } from '../testing/stage.ts';
import { stories, workload } from '../testing/stories.ts';

const rules = [
  ...builtInRules,
  { name: 'shrink', when: 'effect.verb == "scale" && radius.podsNotReplaced > 1', then: 'hold' },
];

/** By mode, and as whom: dry runs, observe, warn, excepted namespaces, impersonation, a run. */
export function passingModesContract(opened: () => Stage): void {
  let stage: Stage;
  before(() => {
    stage = opened();
  });

  test('dry runs pass and delete nothing; they are no acts', () =>
    inNamespace(stage.target, async (namespace) => {
      const { owner, pods } = await runStatefulSet(stage.target, namespace, 'web', 1);
      for (const args of [
        ['delete', 'statefulset', 'web'],
        ['delete', 'pods', '--all'],
        ['scale', 'statefulset/web', '--replicas=0'],
      ]) {
        const said = await stage.run('enforce', [...args, '--dry-run=server', '-n', namespace]);
        assert.equal(said.code, 0, said.stderr);
        assert.match(said.stdout, /server dry run/);
      }
      const now = await seen(stage.target, workload(namespace, 'statefulsets'));
      assert.equal(now?.metadata.uid, owner.metadata.uid);
      assert.equal(now?.spec?.replicas, 1);
      assert.deepEqual(uidsOf(await podsOf(stage.target, namespace, 'web')), uidsOf(pods));
      assert.deepEqual(await stories(stage, namespace), []);
    }));

  test('observe: nothing is stopped; what it would have said is written down, and undo works', () =>
    inNamespace(stage.target, async (namespace) => {
      const { owner } = await runStatefulSet(stage.target, namespace, 'web', 1);
      const said = await stage.run('observe', ['delete', 'statefulset', 'web', '-n', namespace]);
      assert.equal(said.code, 0, said.stderr);
      // Once for the act: what enforce would have done, and how to take it back.
      assert.match(said.stderr, /enforce would have held this .*\nWarning: toolcrib undo act-/);
      assert.equal(await seen(stage.target, workload(namespace, 'statefulsets')), undefined);
      const [story] = await stories(stage, namespace);
      assert.equal(story?.requests[0]?.decision.wouldBe, 'hold');
      await until(
        'its Pod has gone',
        async () => (await podsOf(stage.target, namespace, 'web')).length === 0,
      );
      const undone = await stage.home.cli('undo', story?.act.id ?? '');
      assert.equal(undone.code, 0, undone.stdout + undone.stderr);
      assert.deepEqual((await seen(stage.target, workload(namespace, 'statefulsets')))?.spec, owner.spec);
    }));

  test('warn: it passes, and says in a Warning header what would have happened', () =>
    inNamespace(stage.target, async (namespace) => {
      await runStatefulSet(stage.target, namespace, 'web', 1);
      const said = await stage.run('warn', ['delete', 'statefulset', 'web', '-n', namespace]);
      assert.equal(said.code, 0, said.stderr);
      assert.match(
        said.stderr,
        /Warning: toolcrib: would be held in enforce mode \(rule outage\).*\nWarning: toolcrib undo act-/,
      );
      assert.equal(await seen(stage.target, workload(namespace, 'statefulsets')), undefined);
    }));

  test('a namespace that the policy excepts is only observed', () =>
    inNamespace(stage.target, async (namespace) => {
      await runStatefulSet(stage.target, namespace, 'web', 1);
      const sent = () => stage.run('enforce', ['delete', 'statefulset', 'web', '-n', namespace]);
      assert.equal((await sent()).code, 1);
      stage.home.policy({ waitSeconds: 0, rules, exceptNamespaces: [`${namespace.slice(0, 5)}*`] });
      try {
        const said = await sent();
        assert.equal(said.code, 0, said.stderr);
      } finally {
        stage.home.policy({ waitSeconds: 0, rules });
      }
    }));

  test('Impersonate headers go on, each group by itself: with its rights, and with no others', () =>
    inNamespace(stage.target, async (namespace) => {
      const at = paths.core(namespace, 'configmaps');
      await put(stage.target, at, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
      const apiVersion = 'rbac.authorization.k8s.io/v1';
      const rbac = `/apis/${apiVersion}/namespaces/${namespace}`;
      await put(stage.target, `${rbac}/roles`, {
        apiVersion,
        kind: 'Role',
        metadata: { name: 'some' },
        rules: [
          { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] },
          { apiGroups: [''], resources: ['configmaps'], verbs: ['delete'] },
        ],
      });
      await put(stage.target, `${rbac}/rolebindings`, {
        apiVersion,
        kind: 'RoleBinding',
        metadata: { name: 'some' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'some' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'shop' }],
      });
      const as = (...groups: string[]) => ({
        headers: { 'impersonate-user': 'nobody', 'impersonate-group': groups },
      });
      const without = await stage.send('DELETE', `${at}/a`, as('a', 'a, shop', 'system:authenticated'));
      assert.equal(without.status, 403);
      assert.ok(await seen(stage.target, `${at}/a`));
      assert.deepEqual(await stage.deletes(namespace), []);
      const allowed = await stage.send('DELETE', `${at}/a`, as('a', 'shop', 'system:authenticated'));
      assert.equal(allowed.status, 200, JSON.stringify(allowed.body));
      assert.equal(await seen(stage.target, `${at}/a`), undefined);
    }));

  test('toolcrib run: the exit code is the command’s own, and the binary’s hash stands in the journal', () =>
    inNamespace(stage.target, async (namespace) => {
      const { kubectl } = await realClients();
      const sha256 = createHash('sha256').update(readFileSync(kubectl)).digest('hex');
      const metadata = { name: 'a' };
      const at = paths.core(namespace, 'configmaps');
      await put(stage.target, at, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
      const remove = ['delete', 'configmap', 'a', '-n', namespace];
      const done = await stage.home.cli('run', '--as', 'agent', '--', kubectl, ...remove);
      assert.equal(done.code, 0, done.stderr);
      assert.equal(await seen(stage.target, `${at}/a`), undefined);
      const [story] = await stories(stage, namespace);
      assert.deepEqual(
        [story?.act.caller.tool?.name, story?.act.caller.tool?.sha256, story?.act.caller.agent],
        ['kubectl', sha256, true],
      );
      const again = await stage.home.cli('run', '--', kubectl, ...remove);
      assert.equal(again.code, 1, 'kubectl says 1 for what is not there');
      assert.equal((await stage.home.cli('run', '--', 'sh', '-c', 'exit 42')).code, 42);
      assert.equal((await stage.home.cli('run', '--', 'no-such-tool')).code, 127);
      assert.equal((await stage.home.cli('run', '--', stage.home.direct)).code, 126);
    }));
}
