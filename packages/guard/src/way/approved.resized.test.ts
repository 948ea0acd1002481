import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, inNamespace, paths, seen, until } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { runDeployment } from '../testing/workloads.ts';
import { judge } from './judge.ts';

// Between a yes and its delete an autoscaler goes on with its work.

/** What the autoscaler's controller is called among the field owners. */
const AUTOSCALER = 'kube-controller-manager';

let target: ClusterTarget;
before(async () => {
  target = await openSandbox();
});
after(() => target.close());

for (const [what, replicas, more, by, goes] of [
  ['its size, by an autoscaler,', 4, {}, AUTOSCALER, true],
  ['its size, by an autoscaler, and more of its spec', 4, { minReadySeconds: 1 }, AUTOSCALER, false],
  ['its size to none, by an autoscaler,', 0, {}, AUTOSCALER, false],
  ['its size, by a person,', 4, {}, 'kubectl', false],
] as const)
  test(`held, and ${what} was changed before the yes: ${goes ? 'it goes' : 'void'}`, () =>
    inNamespace(target, async (namespace) => {
      await runDeployment(target, namespace, 'web', 2);
      const scaleTo = (size: number) =>
        target.https('PATCH', `${path}/scale?fieldManager=${by}`, { spec: { replicas: size } });
      const path = `${paths.apps(namespace, 'deployments')}/web`;
      const atRest = () =>
        until('at rest', async () => {
          const now = await seen(target, path);
          const { observedGeneration = 0, readyReplicas = 0 } = now?.status ?? {};
          return (
            observedGeneration >= (now?.metadata.generation ?? 0) && readyReplicas === now?.spec?.replicas
          );
        });
      await scaleTo(3);
      await atRest();
      const { deps, close } = openWay(target.cluster, policyOf('[{name: all, when: "true", then: hold}]'));
      const held = await judge(deps, asked('DELETE', path));
      assert.equal(held.do, 'answer');
      const [hold] = deps.desk.list();
      await scaleTo(replicas);
      if (Object.keys(more).length > 0) await target.https('PATCH', path, { spec: more });
      await atRest();
      await deps.desk.answer(hold?.code ?? '', { as: 'as-sent', by: 'aiko', withoutNet: false }, 60_000);
      const then = await judge(deps, asked('DELETE', path));
      assert.equal(then.do, goes ? 'forward' : 'answer');
      if (then.do === 'answer')
        assert.match(
          Buffer.from(then.body).toString(),
          /web was changed meanwhile \((its spec, )?generation/,
        );
      await close();
    }));
