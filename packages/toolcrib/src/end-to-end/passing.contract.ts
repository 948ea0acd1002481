import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { builtInRules } from '@toolcrib/guard/policy/policy';
import { inNamespace, items, paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { podsOf, runDeployment, runStatefulSet, uidsOf } from '@toolcrib/guard/testing/workloads.ts';
import { controllerOf, type KubeObject } from '@toolcrib/kube';
import { realClients } from '@toolcrib/sandbox';
import { codeOf, type OpenGuarded, openStage, type Stage } from '../testing/stage.ts';

const rules = [
  ...builtInRules,
  { name: 'shrink', when: 'effect.verb == "scale" && radius.podsNotReplaced > 1', then: 'hold' },
];

/** What passes at once and what does not, in each mode; and what is written down of it. */
export function passingContract(open: OpenGuarded): void {
  let stage: Stage;
  before(async () => {
    stage = await openStage(open, { waitSeconds: 0, rules });
  });
  after(() => stage?.close());

  const workload = (namespace: string, resource: string) => `${paths.apps(namespace, resource)}/web`;
  const replicasOf = async (namespace: string): Promise<number> =>
    (await seen(stage.target, workload(namespace, 'deployments')))?.spec?.replicas;

  interface Story {
    act: { id: string; title: string; caller: { tool?: { name: string; sha256: string }; agent?: boolean } };
    requests: { decision: { rule: string; wouldBe?: string }; state: string; snapshotId?: string }[];
  }
  const stories = async (namespace: string): Promise<Story[]> => {
    const { stdout } = await stage.home.cli('log', '-o', 'json', '-n', '100');
    return (JSON.parse(stdout) as Story[]).filter(({ act }) => act.title.includes(namespace));
  };

  test('a Pod that its controller makes again passes at once, kept all the same', () =>
    inNamespace(stage.target, async (namespace) => {
      const { pods } = await runDeployment(stage.target, namespace, 'web', 2);
      const [pod] = pods;
      const said = await stage.run('enforce', ['delete', 'pod', pod?.metadata.name ?? '', '-n', namespace]);
      assert.equal(said.code, 0, said.stderr);
      await until('another runs in its place', async () => {
        const now = await podsOf(stage.target, namespace, 'web');
        return now.length === 2 && !uidsOf(now).includes(pod?.metadata.uid ?? '');
      });
      const [story] = await stories(namespace);
      assert.equal(story?.requests[0]?.decision.rule, 'replaced-pod');
      assert.ok(story?.requests[0]?.snapshotId);
      assert.deepEqual(
        (await stage.deletes(namespace)).map(({ uid }) => uid),
        [pod?.metadata.uid],
      );
    }));

  test("drain: evictions of replaced Pods pass, each with the Pod's UID", () =>
    inNamespace(stage.target, async (namespace) => {
      const { pods } = await runDeployment(stage.target, namespace, 'web', 3);
      const node: string = pods[0]?.spec?.nodeName;
      const there = pods.filter((pod) => pod.spec?.nodeName === node);
      const drain = ['drain', node, '--pod-selector=app=web', '--ignore-daemonsets', '--timeout=60s'];
      try {
        const said = await stage.run('enforce', drain);
        assert.equal(said.code, 0, said.stderr);
        const evictions = (await stage.deletes(namespace)).filter(({ path }) => path.endsWith('/eviction'));
        assert.deepEqual(evictions.map(({ uid }) => uid).sort(), uidsOf(there));
      } finally {
        await stage.run('enforce', ['uncordon', node]);
      }
    }));

  test('scaling: to 0 is held, by one Pod or up it passes, without the line in apply it is held', () =>
    inNamespace(stage.target, async (namespace) => {
      const scale = (replicas: number) =>
        stage.run('enforce', ['scale', 'deployment/web', `--replicas=${replicas}`, '-n', namespace]);
      const manifest = (replicas?: number) =>
        JSON.stringify({
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'web', namespace },
          spec: {
            ...(replicas === undefined ? {} : { replicas }),
            selector: { matchLabels: { app: 'web' } },
            template: {
              metadata: { labels: { app: 'web' } },
              spec: { containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }] },
            },
          },
        });
      const applied = await stage.run('enforce', ['apply', '-f', '-'], manifest(4));
      assert.equal(applied.code, 0, applied.stderr);
      const run = (count: number) =>
        until(`${count} Pods run`, async () => {
          const now = await podsOf(stage.target, namespace, 'web');
          return now.length === count && now.every((pod) => pod.status?.phase === 'Running');
        });
      await run(4);
      const zero = await scale(0);
      assert.equal(zero.code, 1);
      assert.match(zero.stderr, /toolcrib HELD [A-Z0-9]+: .*\(rule outage\)/);
      assert.equal(await replicasOf(namespace), 4);
      assert.equal((await scale(3)).code, 0);
      assert.equal(await replicasOf(namespace), 3);
      assert.equal((await scale(4)).code, 0);
      assert.equal(await replicasOf(namespace), 4);
      await run(4);
      // The manifest without the line: client-side apply sends null, which means 1.
      const dropped = await stage.run('enforce', ['apply', '-f', '-'], manifest());
      assert.equal(dropped.code, 1, dropped.stdout);
      assert.match(dropped.stderr, /rule shrink/);
      assert.equal(await replicasOf(namespace), 4);
      // Server-side: what it comes to only the server knows, and it is asked.
      const serverSide = ['apply', '--server-side', '--force-conflicts', '--field-manager=gitops', '-f', '-'];
      assert.equal((await stage.run('enforce', serverSide, manifest(4))).code, 0);
      const none = await stage.run('enforce', serverSide, manifest(0));
      assert.equal(none.code, 1, none.stdout);
      assert.match(none.stderr, /rule outage/);
      assert.equal(await replicasOf(namespace), 4);
      // What takes nothing away passes: a restart, a label.
      assert.equal(
        (await stage.run('enforce', ['rollout', 'restart', 'deployment/web', '-n', namespace])).code,
        0,
      );
      assert.equal((await stage.run('enforce', ['label', 'deployment/web', 'a=b', '-n', namespace])).code, 0);
    }));

  test('a Deployment taken from its Pods, and applied again for fewer: held, let go, undone', () =>
    inNamespace(stage.target, async (namespace) => {
      const { pods } = await runDeployment(stage.target, namespace, 'web', 3);
      const orphan = ['delete', 'deployment/web', '--cascade=orphan', '-n', namespace];
      assert.equal((await stage.run('enforce', orphan)).code, 0);
      const manifest = (replicas: number) =>
        JSON.stringify({
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'web', namespace },
          spec: {
            replicas,
            selector: { matchLabels: { app: 'web' } },
            template: {
              metadata: { labels: { app: 'web' } },
              spec: {
                terminationGracePeriodSeconds: 1,
                containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }],
              },
            },
          },
        });
      let code = '';
      for (const how of [['create'], ['apply', '--server-side'], ['apply']]) {
        const none = await stage.run('enforce', [...how, '-f', '-'], manifest(0));
        assert.equal(none.code, 1, none.stdout);
        code =
          /toolcrib HELD ([A-Z0-9]+): .*\(rule outage\)/.exec(none.stderr)?.[1] ?? assert.fail(none.stderr);
      }
      assert.equal(await seen(stage.target, workload(namespace, 'deployments')), undefined);
      assert.deepEqual(uidsOf(await podsOf(stage.target, namespace, 'web')), uidsOf(pods));
      const count = (wanted: number) =>
        until(`${wanted} Pods run`, async () => {
          const now = await podsOf(stage.target, namespace, 'web');
          return now.length === wanted && now.every((pod) => pod.status?.phase === 'Running');
        });
      const hold = (await stage.holds(namespace)).find((one) => one.code === code) ?? assert.fail(code);
      await stage.approve(hold, 'as-sent');
      const letGo = await stage.run('enforce', ['apply', '-f', '-'], manifest(0));
      assert.equal(letGo.code, 0, letGo.stderr);
      assert.match(letGo.stderr, /takes over 3 Pods that run without a workload, and deletes all of them/);
      await count(0);
      const act = /toolcrib undo (act-\S+)/.exec(letGo.stderr)?.[1] ?? assert.fail(letGo.stderr);
      const undone = await stage.home.cli('undo', act);
      assert.equal(undone.code, 0, undone.stdout + undone.stderr);
      await count(3);
    }));

  test('apply --prune: what it takes is judged by itself, not with all that it has just applied', () =>
    inNamespace(stage.target, async (namespace) => {
      const manifest = (names: string[]) =>
        names
          .map((name) =>
            JSON.stringify({
              apiVersion: 'apps/v1',
              kind: 'Deployment',
              metadata: { name, namespace, labels: { shop: namespace } },
              spec: {
                replicas: name === 'old' ? 0 : 2,
                selector: { matchLabels: { app: name } },
                template: {
                  metadata: { labels: { app: name } },
                  spec: { containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }] },
                },
              },
            }),
          )
          .join('\n---\n');
      const apply = (names: string[], ...more: string[]) =>
        stage.run('enforce', ['apply', '-n', namespace, '-f', '-', ...more], manifest(names));
      const prune = ['--prune', '-l', `shop=${namespace}`, '--prune-allowlist=apps/v1/Deployment'];
      assert.equal((await apply(['web', 'old'])).code, 0);
      await until('its Pods run', async () => {
        const now = await podsOf(stage.target, namespace, 'web');
        return now.length === 2 && now.every((pod) => pod.status?.phase === 'Running');
      });
      const said = await apply(['web'], ...prune);
      assert.equal(said.code, 0, said.stderr);
      assert.match(said.stdout, /deployment.apps\/old pruned/);
      assert.equal(await seen(stage.target, `${paths.apps(namespace, 'deployments')}/old`), undefined);
      // A living one is held, alone: with the yes to it nothing else may go.
      const held = await apply(['other'], ...prune);
      assert.equal(held.code, 1);
      const [hold, ...more] = await stage.holds(namespace);
      assert.deepEqual(more, []);
      assert.deepEqual(
        hold?.radius.targets.map(({ name }) => name),
        ['web'],
      );
      assert.equal(hold?.envelope, undefined);
    }));

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
      assert.deepEqual(await stories(namespace), []);
    }));

  test('observe: nothing is stopped; what it would have said is written down, and undo works', () =>
    inNamespace(stage.target, async (namespace) => {
      const { owner } = await runStatefulSet(stage.target, namespace, 'web', 1);
      const said = await stage.run('observe', ['delete', 'statefulset', 'web', '-n', namespace]);
      assert.equal(said.code, 0, said.stderr);
      // Once for the act: what enforce would have done, and how to take it back.
      assert.match(said.stderr, /enforce would have held this .*\nWarning: toolcrib undo act-/);
      assert.equal(await seen(stage.target, workload(namespace, 'statefulsets')), undefined);
      const [story] = await stories(namespace);
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
      const [story] = await stories(namespace);
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

  /** A StatefulSet of two is softened away; the act, and what to make it again with. */
  async function softened(namespace: string) {
    const { owner, pods } = await runStatefulSet(stage.target, namespace, 'web', 2);
    const path = workload(namespace, 'statefulsets');
    const code = codeOf(await stage.send('DELETE', path));
    const { actId } = await stage.guard.api.answer(code, { as: 'softened' });
    const done = await stage.send('DELETE', path);
    assert.equal(done.status, 200, JSON.stringify(done.body));
    assert.match(done.warning, /softened this/);
    const { labels } = owner.metadata;
    const fresh: Partial<KubeObject> = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'web', namespace, labels },
      spec: owner.spec,
    };
    return { act: actId, pods, fresh };
  }
  const stateOf = async (act: string) =>
    JSON.parse((await stage.home.cli('log', act, '-o', 'json')).stdout).softenings[0]?.state;

  test('made again in the window with the same selector: the Pods are taken over, and never finished', () =>
    inNamespace(stage.target, async (namespace) => {
      const { act, pods, fresh } = await softened(namespace);
      // One that the cluster refuses changes nothing.
      const broken = { ...fresh, spec: { ...fresh.spec, replicas: -1 } };
      const refused = await stage.send('POST', paths.apps(namespace, 'statefulsets'), { body: broken });
      assert.ok(refused.status >= 400, String(refused.status));
      assert.equal(await stateOf(act), 'softened');
      const said = await stage.run('enforce', ['apply', '-f', '-'], JSON.stringify(fresh));
      assert.equal(said.code, 0, said.stderr);
      assert.match(said.stderr, /its Pods were adopted; act \S+ will not be finished/);
      await until('they have a controller again', async () =>
        (await podsOf(stage.target, namespace, 'web')).every((pod) => controllerOf(pod)?.name === 'web'),
      );
      assert.deepEqual(uidsOf(await podsOf(stage.target, namespace, 'web')), uidsOf(pods));
      assert.equal(await stateOf(act), 'undone');
      const late = await stage.home.cli('finish', act);
      assert.equal(late.code, 1);
      assert.deepEqual(uidsOf(await podsOf(stage.target, namespace, 'web')), uidsOf(pods));
    }));

  test('made again in the window for no Pods: held before anything of it counts, then as any other', () =>
    inNamespace(stage.target, async (namespace) => {
      const { act, pods, fresh } = await softened(namespace);
      const none = JSON.stringify({ ...fresh, spec: { ...fresh.spec, replicas: 0 } });
      const first = await stage.run('enforce', ['apply', '-f', '-'], none);
      const code =
        /toolcrib HELD ([A-Z0-9]+): .*\(rule outage\)/.exec(first.stderr)?.[1] ?? assert.fail(first.stderr);
      assert.equal(await stateOf(act), 'softened');
      assert.deepEqual(uidsOf(await podsOf(stage.target, namespace, 'web')), uidsOf(pods));
      const hold = (await stage.holds(namespace)).find((one) => one.code === code) ?? assert.fail(code);
      await stage.approve(hold, 'as-sent');
      const letGo = await stage.run('enforce', ['apply', '-f', '-'], none);
      assert.equal(letGo.code, 0, letGo.stderr);
      await until(
        'its Pods are gone',
        async () => (await podsOf(stage.target, namespace, 'web')).length === 0,
      );
      await until('it is no softened act any more', async () => (await stateOf(act)) === 'undone');
      const undone = await stage.home.cli('undo', hold.actId);
      assert.equal(undone.code, 0, undone.stdout + undone.stderr);
      const back = await podsOf(stage.target, namespace, 'web');
      assert.deepEqual(
        back.map(({ metadata }) => metadata.name),
        pods.map(({ metadata }) => metadata.name),
      );
    }));

  test('made again in the window with another selector: what was left goes once it stands', () =>
    inNamespace(stage.target, async (namespace) => {
      const { act, pods, fresh } = await softened(namespace);
      const other = { app: 'web', track: 'new' };
      const { template } = fresh.spec;
      const spec = {
        ...fresh.spec,
        selector: { matchLabels: other },
        template: { ...template, metadata: { labels: other } },
      };
      const made = await stage.send('POST', paths.apps(namespace, 'statefulsets'), {
        body: { ...fresh, spec },
      });
      assert.equal(made.status, 201, JSON.stringify(made.body));
      assert.match(made.warning, /is finished as soon as this stands/);
      await until('finished', async () => (await stateOf(act)) === 'finished');
      await until('new Pods run, and none of the old', async () => {
        const now = await items(stage.target, paths.pods(namespace));
        const old = now.filter((pod) => uidsOf(pods).includes(pod.metadata.uid ?? ''));
        return old.length === 0 && now.filter((pod) => pod.status?.phase === 'Running').length === 2;
      });
    }));
}
