import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { inNamespace, items, paths, until } from '@toolcrib/guard/testing/target.ts';
import { podsOf, runStatefulSet, uidsOf } from '@toolcrib/guard/testing/workloads.ts';
import { controllerOf, type KubeObject } from '@toolcrib/kube';
import { codeOf, type Stage } from '../testing/stage.ts';
import { workload } from '../testing/stories.ts';

/** What is made again in the window of a softened act. */
export function passingWindowContract(opened: () => Stage): void {
  let stage: Stage;
  before(() => {
    stage = opened();
  });

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
        /([A-Z0-9]+) HELD by toolcrib: .*\(rule outage\)/.exec(first.stderr)?.[1] ??
        assert.fail(first.stderr);
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
