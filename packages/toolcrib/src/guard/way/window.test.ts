import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SoftenRecord } from '../../model/index.ts';
import { openSandbox } from '../../testing/sandbox-target.ts';
import { type ClusterTarget, paths, put } from '../../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { judge } from './judge.ts';

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
  await put(target, paths.core('default', 'serviceaccounts'), {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default' },
  });
});
after(() => target.close());

// A body can say it in any of these, and a created object adopts all the same.
for (const [what, method, type, body] of [
  ['a POST in JSON', 'POST', 'application/json', JSON.stringify],
  ['a POST in YAML', 'POST', 'application/yaml', (object: object) => `# again\n${JSON.stringify(object)}\n`],
  ['a server-side apply', 'PATCH', 'application/apply-patch+yaml', JSON.stringify],
] as const) {
  test(`${what} in a softened act's window: by its selector it adopts what was left, or that is finished first`, async () => {
    const name = what.replaceAll(' ', '-').toLowerCase();
    const pod = await put(target, paths.pods('default'), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'pause' }] },
    });
    const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'default', name, uid: 'gone' };
    const uid = pod.metadata.uid ?? '';
    const softened: SoftenRecord = {
      actId: 'a1',
      requestId: 'r1',
      context: 'prod',
      owner,
      left: [{ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name, uid }],
      finishAfter: 0,
      state: 'softened',
    };
    const { deps, close } = openWay(
      target.cluster,
      policyOf('[]'),
      (journal) =>
        new Proxy(journal, {
          get: (real, key) => (key === 'softenings' ? async () => [softened] : Reflect.get(real, key)),
        }),
    );
    const finished: string[] = [];
    deps.finish = async ({ actId }) => void finished.push(actId);
    const sets = paths.apps('default', 'statefulsets');
    const create = async (app: string) => {
      const object = {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name },
        spec: { selector: { matchLabels: { app } } },
      };
      const instruction = await judge(
        deps,
        asked(method, method === 'POST' ? sets : `${sets}/${name}`, {
          query: 'fieldManager=gitops',
          headers: { 'content-type': type },
          body: Buffer.from(body(object)),
        }),
      );
      assert.equal(instruction.do, 'forward');
      return instruction.warnings.join();
    };
    assert.match(await create(name), /its Pods were adopted/);
    assert.deepEqual(finished, []);
    assert.match(await create('other'), /was finished first/);
    assert.deepEqual(finished, ['a1']);
    await close();
  });
}
