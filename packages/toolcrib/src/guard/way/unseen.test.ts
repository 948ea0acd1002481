import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { openSandbox } from '../../testing/sandbox-target.ts';
import { type ClusterTarget, inNamespace, paths, put } from '../../testing/target.ts';
import { builtInRules } from '../policy/policy.ts';
import { grant } from '../testing/grant.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { judge } from './judge.ts';

// Laws 1 and 2: what was not seen is not kept, and that is said.

let target: ClusterTarget;
let listed: string[] = [];
before(async () => {
  target = await openSandbox();
  const { resources } = await target.cluster.resources();
  listed = resources
    .map(({ resource }) => resource)
    .filter((resource) => !['secrets', 'roles'].includes(resource));
});
after(() => target.close());

const RULES = JSON.stringify(builtInRules);

/** A ConfigMap that owns a Secret, which `cho` may not list. */
async function mapWithSecret(namespace: string): Promise<{ map: KubeObject; path: string }> {
  await grant(target, namespace, 'cho', [
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'delete'] },
    { apiGroups: ['*'], resources: listed, verbs: ['list'] },
  ]);
  const at = paths.core(namespace, 'configmaps');
  const map = await put(target, at, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' } });
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'web', uid: map.metadata.uid };
  await put(target, paths.core(namespace, 'secrets'), {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'creds', ownerReferences: [owner] },
  });
  return { map, path: `${at}/web` };
}
test('enforce: its name has to be typed; what was not seen stands in the journal', () =>
  inNamespace(target, async (namespace) => {
    const { path } = await mapWithSecret(namespace);
    const { deps, journal, close } = openWay(await target.person('cho'), policyOf(RULES));
    const held = await judge(deps, asked('DELETE', path));
    assert.equal(held.do === 'answer' && held.status, 403);
    const [hold] = deps.desk.list();
    assert.equal(hold?.decision.rule, 'not-understood');
    assert.equal(hold?.needsName, 'web');
    const { message } = JSON.parse(Buffer.from(held.do === 'answer' ? held.body : '').toString());
    assert.match(message, new RegExp(`toolcrib approve ${hold?.code} --as-sent --without-net web`));
    deps.desk.answer(hold?.code ?? '', { as: 'as-sent', by: 'aiko', withoutNet: true }, 60_000);
    const gone = await judge(deps, asked('DELETE', path));
    assert.equal(gone.do, 'forward');
    assert.match(gone.warnings.join(), /could not see all .* Secret\..*can't bring it back/);
    const [request] = (await journal.requests({ actId: hold?.actId ?? '' })).filter(
      ({ snapshotId }) => snapshotId,
    );
    assert.deepEqual(
      request?.unseen?.map(({ kind }) => kind),
      ['Secret'],
    );
    await close();
  }));

for (const mode of ['observe', 'warn']) {
  test(`${mode}: it passes, and the answer, the log and the journal say what was not seen`, () =>
    inNamespace(target, async (namespace) => {
      const { path } = await mapWithSecret(namespace);
      const { deps, journal, close } = openWay(await target.person('cho'), policyOf(RULES, mode));
      const logged: string[] = [];
      const went = await judge({ ...deps, log: (line) => logged.push(line) }, asked('DELETE', path));
      assert.equal(went.do, 'forward');
      assert.match(went.warnings.join(), /could not see all .* Secret\./);
      assert.match(logged.join(), /not everything was seen/);
      const [act] = await journal.acts();
      const [request] = await journal.requests({ actId: act?.id ?? '' });
      assert.deepEqual(
        request?.unseen?.map(({ kind }) => kind),
        ['Secret'],
      );
      await close();
    }));
}

test('what could not belong to it counts for nothing', () =>
  inNamespace(target, async (namespace) => {
    const { path } = await mapWithSecret(namespace);
    const cluster = await target.person('cho');
    const { deps, journal, close } = openWay(
      // Everything may be listed but Roles: nothing hangs on them.
      new Proxy(target.cluster, {
        get(real, name) {
          if (name !== 'list') return Reflect.get(real, name);
          return (type: { resource: string }, ...rest: [object]) =>
            type.resource === 'roles'
              ? cluster.list(type as never, ...rest)
              : real.list(type as never, ...rest);
        },
      }),
      policyOf(RULES),
    );
    const went = await judge(deps, asked('DELETE', path));
    assert.equal(went.do, 'forward');
    assert.deepEqual(went.warnings, []);
    const [act] = await journal.acts();
    assert.equal((await journal.requests({ actId: act?.id ?? '' }))[0]?.unseen, undefined);
    await close();
  }));
