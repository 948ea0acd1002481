import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { inNamespace, paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { ahead, assertPinned, at, begun, keptOf, map, names, settled } from '../testing/kubectl-session.ts';
import type { Stage } from '../testing/stage.ts';

/** What was changed between the look and the request for it. */
export function readAheadChangedContract(opened: () => Stage): void {
  let stage: Stage;
  before(() => {
    stage = opened();
  });

  test('changed in between: it goes as its client asked, what is kept is what went, and nobody is told of a conflict', () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(stage, namespace);
      await stage.target.https('PATCH', at(namespace, 'm2'), { data: { of: 'somebody else' } });
      const reply = await own.delete('m2');
      assert.equal(reply.status, 200, JSON.stringify(reply.body));
      assert.equal((await own.delete('m3')).status, 200);
      const all = await settled(stage, namespace);
      assert.equal((await keptOf(stage, namespace, 'm2'))[0]?.data?.of, 'somebody else');
      assert.match(all.find(({ status }) => status === 409)?.note ?? '', /had changed since it was seen/);
      const undo = await stage.home.cli('undo', all[0]?.actId ?? '');
      assert.equal(undo.code, 0, `${undo.stdout}${undo.stderr}`);
      assert.equal((await seen(stage.target, at(namespace, 'm2')))?.data?.of, 'somebody else');
    }));

  test('made anew in between: the new one is kept and goes, by its own UID', () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(stage, namespace);
      await stage.target.https('DELETE', at(namespace, 'm2'));
      const anew = await put(stage.target, at(namespace), map('m2'));
      assert.equal((await own.delete('m2')).status, 200);
      await settled(stage, namespace);
      assert.equal((await keptOf(stage, namespace, 'm2'))[0]?.metadata.uid, anew.metadata.uid);
      assertPinned(
        (await stage.deletes(namespace)).filter(({ status }) => status === 200).at(-1)?.uid,
        anew.metadata.uid,
      );
    }));

  test('gone in between: the cluster says so', () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(stage, namespace);
      await stage.target.https('DELETE', at(namespace, 'm2'));
      const reply = await own.delete('m2');
      assert.deepEqual([reply.status, reply.body.reason], [404, 'NotFound']);
      assert.equal((await own.delete('m3')).status, 200);
      await settled(stage, namespace);
    }));

  test("given somebody else's finalizer in between: held, as it is whenever it is seen", () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(stage, namespace);
      const finalizers = { metadata: { finalizers: ['example.dev/wait'] } };
      await stage.target.https('PATCH', at(namespace, 'm2'), finalizers);
      const reply = await own.delete('m2');
      assert.equal(reply.status, 403, JSON.stringify(reply.body));
      const now = await seen(stage.target, at(namespace, 'm2'));
      assert.ok(now && now.metadata.deletionTimestamp === undefined);
      // While it is held the rest of its command is, and what was read ahead of it too.
      assert.equal((await own.delete('m3')).status, 403);
      assert.deepEqual(await names(stage, namespace), ['m2', 'm3']);
      await stage.target.https('PATCH', at(namespace, 'm2'), { metadata: { finalizers: null } });
    }));

  test('given an owner in between: kept with it, and comes back with it', () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(stage, namespace);
      const owner = await put(stage.target, at(namespace), { ...map('owner'), metadata: { name: 'owner' } });
      const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid };
      await stage.target.https('PATCH', at(namespace, 'm2'), { metadata: { ownerReferences: [reference] } });
      assert.equal((await own.delete('m2')).status, 200);
      const [{ actId } = { actId: '' }] = await settled(stage, namespace);
      assert.equal(
        (await keptOf(stage, namespace, 'm2'))[0]?.metadata.ownerReferences?.[0]?.uid,
        owner.metadata.uid,
      );
      assert.equal((await stage.home.cli('undo', actId)).code, 0);
      const back = await seen(stage.target, at(namespace, 'm2'));
      assert.equal(back?.metadata.ownerReferences?.[0]?.uid, owner.metadata.uid);
    }));

  test('given a dependent, and used by a Pod: seen once what was judged is five seconds old', () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(stage, namespace);
      const m2 = await seen(stage.target, at(namespace, 'm2'));
      const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'm2', uid: m2?.metadata.uid };
      await put(stage.target, at(namespace), {
        ...map('child'),
        metadata: { name: 'child', ownerReferences: [reference] },
      });
      const container = { name: 'c', image: 'busybox', envFrom: [{ configMapRef: { name: 'm3' } }] };
      await put(stage.target, paths.pods(namespace), {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'user' },
        spec: { containers: [container] },
      });
      await until('the Pod runs', async () => {
        const pod = await seen(stage.target, `${paths.pods(namespace)}/user`);
        return pod?.status?.phase === 'Running';
      });
      await until('what was judged is too old', async () => (await ahead(stage, namespace)).length === 0);
      // Nothing is left of what nobody has asked for.
      assert.deepEqual(
        (await settled(stage, namespace)).map(({ path }) => path),
        [at(namespace, 'm1')],
      );
      assert.equal((await own.delete('m2')).status, 200);
      const reply = await own.delete('m3');
      assert.match(reply.warning, /rule in-use/);
      assert.deepEqual(
        (await keptOf(stage, namespace, 'm2')).map(({ metadata }) => metadata.name),
        ['m2', 'child'],
      );
    }));
}
