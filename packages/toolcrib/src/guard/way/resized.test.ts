import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSandbox } from '../../testing/sandbox-target.ts';
import { type ClusterTarget, inNamespace, paths, seen, until } from '../../testing/target.ts';
import { runDeployment } from '../../testing/workloads.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { judge } from './judge.ts';

// Between a yes and its delete an autoscaler goes on with its work.

let target: ClusterTarget;
before(async () => {
  target = await openSandbox();
});
after(() => target.close());

for (const [what, patch, goes] of [
  ['its size', { spec: { replicas: 4 } }, true],
  ['its size and more of its spec', { spec: { replicas: 4, minReadySeconds: 1 } }, false],
  ['its size to none', { spec: { replicas: 0 } }, false],
] as const)
  test(`held, and ${what} was changed before the yes: ${goes ? 'it goes' : 'void'}`, () =>
    inNamespace(target, async (namespace) => {
      await runDeployment(target, namespace, 'web', 2);
      const { deps, close } = openWay(target.cluster, policyOf('[{name: all, when: "true", then: hold}]'));
      const path = `${paths.apps(namespace, 'deployments')}/web`;
      const held = await judge(deps, asked('DELETE', path));
      assert.equal(held.do, 'answer');
      const [hold] = deps.desk.list();
      await target.https('PATCH', path, patch);
      await until('at rest', async () => {
        const now = await seen(target, path);
        const { observedGeneration = 0, readyReplicas = 0 } = now?.status ?? {};
        return observedGeneration >= (now?.metadata.generation ?? 0) && readyReplicas === now?.spec?.replicas;
      });
      deps.desk.answer(hold?.code ?? '', { as: 'as-sent', by: 'aiko', withoutNet: false }, 60_000);
      const then = await judge(deps, asked('DELETE', path));
      assert.equal(then.do, goes ? 'forward' : 'answer');
      if (then.do === 'answer')
        assert.match(Buffer.from(then.body).toString(), /web was changed meanwhile \(its spec, generation/);
      await close();
    }));
