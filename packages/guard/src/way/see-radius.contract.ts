import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { builtInRules } from '../policy/policy.ts';
import type { AskedRequest, Instruction } from '../request.ts';
import {
  type ClusterTarget,
  inNamespace,
  type OpenTarget,
  paths,
  put,
  seen,
  until,
} from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { podsOf, runClaim, runDeployment, runReplicaSet } from '../testing/workloads.ts';
import { judge } from './judge.ts';

const RULES = JSON.stringify(builtInRules);

/** What the last thing that stands in the way takes with it, and the last of several Pods that go one by one. */
export function lastBarrierContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  const pod = (name: string, claim?: string, app = 'mine') => ({
    metadata: { name, labels: { app } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }],
      ...(claim ? { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: claim } }] } : {}),
    },
  });
  const running = (namespace: string, app: string, count: number) =>
    until(`${count} Pods of ${app} run`, async () => {
      const pods = await podsOf(target, namespace, app);
      return pods.length === count && pods.every((one) => one.status?.phase === 'Running') && pods;
    });

  /** A Deployment whose Pods mount the claim `data`, and the claim deleted: Terminating, since it is in use. */
  async function onEndingClaim(namespace: string, replicas = 1) {
    const { path, volumePath } = await runClaim(target, namespace);
    const { metadata, spec } = pod('x', 'data');
    await put(target, paths.apps(namespace, 'deployments'), {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'mine' },
      spec: {
        replicas,
        strategy: { type: 'Recreate' },
        selector: { matchLabels: { app: 'mine' } },
        template: { metadata: { labels: metadata.labels }, spec },
      },
    });
    const pods = await running(namespace, 'mine', replicas);
    await target.https('DELETE', path);
    const claim = await seen(target, path);
    assert.ok(claim?.metadata.deletionTimestamp, 'the claim is Terminating');
    return { pods, path, volumePath };
  }

  const evict = (namespace: string, name: string) =>
    asked('POST', `${paths.pods(namespace)}/${name}/eviction`, {
      body: Buffer.from(
        JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }),
      ),
    });
  const scaleTo0 = (namespace: string, resource: string) =>
    asked('PATCH', `${paths.apps(namespace, resource)}/mine/scale`, {
      headers: { 'user-agent': 'dashboard/1.0', 'content-type': 'application/merge-patch+json' },
      body: Buffer.from('{"spec":{"replicas":0}}'),
    });

  const ways: [string, (namespace: string, name: string) => AskedRequest][] = [
    ['a delete of the Pod', (namespace, name) => asked('DELETE', `${paths.pods(namespace)}/${name}`)],
    ['an eviction', evict],
    ['a delete of all Pods', (namespace) => asked('DELETE', paths.pods(namespace))],
    ['a scale to 0', (namespace) => scaleTo0(namespace, 'deployments')],
    [
      'a delete of the Deployment',
      (namespace) => asked('DELETE', `${paths.apps(namespace, 'deployments')}/mine`),
    ],
  ];
  for (const [what, request] of ways) {
    test(`${what} that takes the last Pod of a claim being deleted: held for its data`, () =>
      inNamespace(target, async (namespace) => {
        const { pods, volumePath } = await onEndingClaim(namespace);
        const { deps, journal, close } = openWay(target.cluster, policyOf(RULES));
        const instruction = await judge(deps, request(namespace, pods[0]?.metadata.name ?? ''));
        assert.equal(instruction.do === 'answer' && instruction.status, 403);
        const [hold] = deps.desk.list();
        assert.equal(hold?.decision.rule, 'data-loss');
        assert.equal(hold?.radius.counts.volumesLost, 1);
        await deps.desk.answer(hold?.code ?? '', { as: 'as-sent', by: 'aiko', withoutNet: false }, 60_000);
        assert.notEqual((await judge(deps, request(namespace, pods[0]?.metadata.name ?? ''))).do, undefined);
        const [snapshot] = await journal.snapshotsOf(hold?.actId ?? '');
        const kept = snapshot?.objects.map(({ kind }) => kind) ?? [];
        for (const kind of ['Pod', 'PersistentVolumeClaim', 'PersistentVolume'])
          assert.ok(kept.includes(kind), kind);
        assert.ok(await seen(target, volumePath), 'nothing went by itself');
        await close();
      }));
  }

  test('what the guard says is what the cluster does: the claim goes with the Pod, and the volume', () =>
    inNamespace(target, async (namespace) => {
      const { pods, path, volumePath } = await onEndingClaim(namespace);
      await target.https('DELETE', `${paths.pods(namespace)}/${pods[0]?.metadata.name}`);
      await until('the claim is gone', async () => (await seen(target, path)) === undefined);
      await until('and the volume', async () => (await seen(target, volumePath)) === undefined);
    }));

  test('with a second Pod on the claim the first passes, the second does not, however soon', () =>
    inNamespace(target, async (namespace) => {
      const { pods } = await onEndingClaim(namespace, 2);
      const { deps, close } = openWay(target.cluster, policyOf(RULES));
      const answers = await Promise.all(
        pods.map((one) => judge(deps, asked('DELETE', `${paths.pods(namespace)}/${one.metadata.name}`))),
      );
      assert.deepEqual(answers.map(({ do: does }) => does).sort(), ['answer', 'forward']);
      assert.equal(deps.desk.list()[0]?.decision.rule, 'data-loss');
      await close();
    }));

  test('a finished Pod that is all that holds the claim', () =>
    inNamespace(target, async (namespace) => {
      const { path } = await runClaim(target, namespace);
      const once = pod('once', 'data');
      await put(target, paths.pods(namespace), {
        apiVersion: 'v1',
        kind: 'Pod',
        ...once,
        spec: { ...once.spec, restartPolicy: 'Never' },
      });
      await running(namespace, 'mine', 1);
      await target.https('PATCH', `${paths.pods(namespace)}/once/status`, { status: { phase: 'Succeeded' } });
      await target.https('DELETE', path);
      const { deps, close } = openWay(target.cluster, policyOf(RULES));
      const held = await judge(deps, asked('DELETE', `${paths.pods(namespace)}/once`));
      if (await seen(target, path)) {
        assert.equal(held.do === 'answer' && held.status, 403);
        assert.equal(deps.desk.list()[0]?.decision.rule, 'data-loss');
      }
      await close();
    }));

  test('a claim that is all that holds a volume which is being deleted', () =>
    inNamespace(target, async (namespace) => {
      const { path, volumePath } = await runClaim(target, namespace);
      await target.https('DELETE', volumePath);
      assert.ok((await seen(target, volumePath))?.metadata.deletionTimestamp, 'the volume is Terminating');
      const { deps, close } = openWay(target.cluster, policyOf(RULES));
      assert.equal((await judge(deps, asked('DELETE', path))).do, 'answer');
      const [hold] = deps.desk.list();
      assert.deepEqual([hold?.decision.rule, hold?.radius.counts.volumesLost], ['data-loss', 1]);
      await target.https('DELETE', path);
      await until('the volume is gone', async () => (await seen(target, volumePath)) === undefined);
      await close();
    }));

  test('a claim that stands, and a Pod that mounts it: as calm as ever', () =>
    inNamespace(target, async (namespace) => {
      const { pods } = await runDeployment(target, namespace, 'web', 2);
      const { deps, close } = openWay(target.cluster, policyOf(RULES));
      const went = await judge(deps, asked('DELETE', `${paths.pods(namespace)}/${pods[0]?.metadata.name}`));
      assert.equal(went.do, 'forward');
      await close();
    }));

  const remove = (namespace: string, one: KubeObject | undefined) =>
    asked('DELETE', `${paths.pods(namespace)}/${one?.metadata.name}`);
  const passed = (answers: Instruction[]) => answers.filter(({ do: does }) => does === 'forward').length;

  test('three Pods of three, deleted one by one or all at once by a program that is not kubectl: the last is held', () =>
    inNamespace(target, async (namespace) => {
      const { pods } = await runDeployment(target, namespace, 'web', 3);
      for (const atOnce of [true, false]) {
        const { deps, close } = openWay(target.cluster, policyOf(RULES));
        const answers: Instruction[] = [];
        if (atOnce)
          answers.push(...(await Promise.all(pods.map((one) => judge(deps, remove(namespace, one))))));
        // Nothing is sent: the LIST shows all three as standing, to the end.
        else for (const one of pods) answers.push(await judge(deps, remove(namespace, one)));
        assert.equal(passed(answers), 2, `at once: ${atOnce}`);
        assert.equal(deps.desk.list()[0]?.decision.rule, 'outage');
        await close();
      }
    }));

  test('the same by three people, in acts of their own', () =>
    inNamespace(target, async (namespace) => {
      const { pods } = await runDeployment(target, namespace, 'web', 3);
      const { deps, close } = openWay(target.cluster, policyOf(RULES));
      const answers: Instruction[] = [];
      for (const [index, one] of pods.entries())
        answers.push(await judge(deps, { ...remove(namespace, one), person: `person-${index}` }));
      assert.equal(passed(answers), 2);
      await close();
    }));

  test('new Pods that are not ready yet stand in for nobody', () =>
    inNamespace(target, async (namespace) => {
      const { pods } = await runReplicaSet(target, namespace, 'web', 1);
      const [second] = pods;
      const path = `${paths.apps(namespace, 'replicasets')}/web`;
      // No Node is so: the next one never runs.
      const template = { spec: { nodeSelector: { no: 'such' } } };
      await target.https('PATCH', path, { spec: { replicas: 2, template } });
      const first = await until('another one that waits', async () => {
        const { replicas, readyReplicas } = (await seen(target, path))?.status ?? {};
        const now = await podsOf(target, namespace, 'web');
        const other = now.find(({ metadata }) => metadata.uid !== second?.metadata.uid);
        return replicas === 2 && readyReplicas === 1 && other;
      });
      const { deps, close } = openWay(target.cluster, policyOf(RULES));
      assert.equal((await judge(deps, remove(namespace, second))).do, 'answer');
      assert.equal(deps.desk.list()[0]?.decision.rule, 'outage');
      const unready = { ...remove(namespace, first), person: 'ben' };
      assert.equal((await judge(deps, unready)).do, 'forward', 'one that serves nobody is no loss');
      await close();
    }));

  test('a rolling restart by hand, ready again in between, is calm; so is the only Pod of one', () =>
    inNamespace(target, async (namespace) => {
      const { pods } = await runDeployment(target, namespace, 'web', 3);
      const lone = await runDeployment(target, namespace, 'solo', 1);
      const { deps, close } = openWay(target.cluster, policyOf(RULES));
      for (const one of pods) {
        const went = await judge(deps, remove(namespace, one));
        assert.equal(went.do, 'forward', JSON.stringify(deps.desk.list()[0]?.decision));
        await target.https('DELETE', `${paths.pods(namespace)}/${one.metadata.name}`);
        await until('ready again', async () => {
          const now = await podsOf(target, namespace, 'web');
          const ready = (await seen(target, `${paths.apps(namespace, 'deployments')}/web`))?.status
            ?.readyReplicas;
          return (
            now.length === 3 && ready === 3 && !now.some(({ metadata }) => metadata.uid === one.metadata.uid)
          );
        });
      }
      assert.equal((await judge(deps, remove(namespace, lone.pods[0]))).do, 'forward');
      await close();
    }));
}
