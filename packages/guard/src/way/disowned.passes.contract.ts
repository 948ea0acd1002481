import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, paths, put, seen } from '../testing/target.ts';
import { openWay, policyOf } from '../testing/way.ts';
import { judge } from './judge.ts';
import {
  collected,
  configMap,
  GHOST,
  HOLD_DELETES,
  MERGE,
  owned,
  ref,
  said,
  send,
  write,
} from './testing/writing-owners.ts';

/** Writes of owners that leave an object to somebody who stands, or change nothing, pass. */
export function disownedPassesContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  test('a cluster-scoped object that names an owner of a namespaced kind is never collected: it passes', () =>
    inNamespace(target, async (namespace) => {
      const inNamespaces = { ...GHOST, kind: 'ConfigMap', uid: '00000000-0000-4000-8000-000000000002' };
      const standing = ref(await configMap(target, namespace, 'owner'));
      const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
      const role = (name: string) =>
        put(target, roles, {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRole',
          metadata: { name: `${namespace}-${name}` },
        });
      const cases = [[inNamespaces], [GHOST, inNamespaces], [inNamespaces, GHOST], [standing]];
      for (const [index, owners] of cases.entries()) {
        await role(`kept-${index}`);
        const patch = write('PATCH', `${roles}/${namespace}-kept-${index}`, MERGE, owned(owners));
        const { instruction, act } = await said(target, patch);
        assert.equal(instruction.do, 'forward', JSON.stringify(owners));
        assert.equal(act, undefined);
        assert.ok(((await send(target, patch, instruction)).status ?? 0) < 300);
      }
      const itself = write('PATCH', `/api/v1/namespaces/${namespace}`, MERGE, owned([inNamespaces]));
      assert.equal((await said(target, itself)).instruction.do, 'forward');
      // By the time that the collector has come to another one, and to where its owner stood, they stand.
      await target.https('DELETE', `${paths.core(namespace, 'configmaps')}/owner`);
      await role('gone');
      await target.https('PATCH', `${roles}/${namespace}-gone`, owned([GHOST]));
      await collected(target, `${roles}/${namespace}-gone`);
      for (const [index, owners] of cases.entries()) {
        const at = `${roles}/${namespace}-kept-${index}`;
        assert.ok(await seen(target, at), JSON.stringify(owners));
        await target.https('DELETE', at);
      }
    }));

  test('what has an owner that stands passes with one read, and then with none', () =>
    inNamespace(target, async (namespace) => {
      const owner = await configMap(target, namespace, 'owner');
      await configMap(target, namespace, 'cfg');
      const at = `${paths.core(namespace, 'configmaps')}/cfg`;
      let reads = 0;
      const counting = new Proxy(target.cluster, {
        get(of, name) {
          const found = of[name as keyof typeof of];
          if (typeof found !== 'function') return found;
          if (name === 'get' || name === 'request' || name === 'list') reads++;
          return found.bind(of);
        },
      });
      const { deps, journal, close } = openWay(counting, policyOf(HOLD_DELETES));
      for (let round = 0; round < 3; round++) {
        for (const request of [
          write('PATCH', at, MERGE, owned([ref(owner), GHOST])),
          write('PATCH', at, MERGE, { data: { round: String(round) } }),
        ])
          assert.equal((await judge(deps, request)).do, 'forward');
      }
      assert.equal(reads, 1);
      assert.deepEqual(await journal.acts(), []);
      await close();
    }));

  test('owners that stay what they are, and such as are taken away, pass', () =>
    inNamespace(target, async (namespace) => {
      const owner = await configMap(target, namespace, 'owner');
      const later = ref(await configMap(target, namespace, 'later'));
      await configMap(target, namespace, 'cfg', [{ ...ref(owner) }]);
      const at = `${paths.core(namespace, 'configmaps')}/cfg`;
      for (const owners of [[ref(owner)], [], null, [later]]) {
        const { instruction } = await said(target, write('PATCH', at, MERGE, owned(owners)));
        assert.equal(instruction.do, 'forward', JSON.stringify(owners));
      }
      const absent = `${paths.core(namespace, 'configmaps')}/none`;
      assert.equal(
        (await said(target, write('PATCH', absent, MERGE, owned([GHOST])))).instruction.do,
        'forward',
      );
    }));

  test('a dead owner that the object has already is no news: its write passes, also where no dry run is taken', () =>
    inNamespace(target, async (namespace) => {
      await configMap(target, namespace, 'cfg');
      const at = `${paths.core(namespace, 'configmaps')}/cfg`;
      // Only the guard is told that it is gone, or the collector would be faster.
      const had = ref(await configMap(target, namespace, 'had'));
      const whole = await target.https('PATCH', at, owned([had]));
      assert.equal(whole.status, 200);
      const refused = { status: 400, headers: {}, body: Buffer.from('{"message":"no dry run here"}') };
      const gone = new Proxy(target.cluster, {
        get(of, name) {
          const found = of[name as keyof typeof of];
          if (name === 'request')
            return async (one: Parameters<typeof of.request>[0]) =>
              one.path.includes('dryRun=All') ? refused : of.request(one);
          if (name === 'get')
            return async (type: unknown, one: { name: string }, as: unknown) =>
              one.name === 'had' ? undefined : (of.get as (...all: unknown[]) => unknown)(type, one, as);
          return typeof found === 'function' ? found.bind(of) : found;
        },
      });
      const body = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'cfg', ...owned([had]).metadata },
      };
      for (const [what, request, passes] of [
        ['PUT', write('PUT', at, 'application/json', body), true],
        ['merge', write('PATCH', at, MERGE, owned([had])), true],
        ['another', write('PATCH', at, MERGE, owned([GHOST])), false],
        ['one more', write('PATCH', at, MERGE, owned([had, GHOST])), false],
      ] as const) {
        const { deps, close } = openWay(gone, policyOf(HOLD_DELETES));
        assert.equal((await judge(deps, request)).do === 'forward', passes, what);
        await close();
      }
    }));
}
