import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { inNamespace, paths, seen, until } from '@toolcrib/guard/testing/target.ts';
import { podsOf, runDeployment, uidsOf } from '@toolcrib/guard/testing/workloads.ts';
import type { Stage } from '../testing/stage.ts';
import { stories, workload } from '../testing/stories.ts';

/** Pods, drains, scales and applies of workloads. */
export function passingWorkloadsContract(opened: () => Stage): void {
  let stage: Stage;
  before(() => {
    stage = opened();
  });

  const replicasOf = async (namespace: string): Promise<number> =>
    (await seen(stage.target, workload(namespace, 'deployments')))?.spec?.replicas;

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
      const [story] = await stories(stage, namespace);
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
      assert.match(zero.stderr, /[A-Z0-9]+ HELD by toolcrib: .*\(rule outage\)/);
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
          /([A-Z0-9]+) HELD by toolcrib: .*\(rule outage\)/.exec(none.stderr)?.[1] ??
          assert.fail(none.stderr);
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
}
