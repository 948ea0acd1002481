import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CRD, controlledBy, GROUP, gone, kinded } from './promised.ts';
import type { ClusterTarget, OpenTarget } from './target.ts';
import { inNamespace, items, paths, put, seen, until } from './target.ts';
import { keepFor, saidOf, undone } from './took.ts';

/** The kinds of these tests: a path, and a resource below it. */
const defined = (kind: 'Tenant' | 'Sealed' | 'Lonely' | 'Cluster') => ({
  path: `/apis/${GROUP}/v1`,
  resource: `${kind.toLowerCase()}s`,
});

/** Runs until it is stopped: what an operator does, by plain requests. */
function operator(step: () => Promise<unknown>): () => Promise<void> {
  let going = true;
  const done = (async () => {
    while (going) {
      await step().catch(() => undefined);
      await new Promise((next) => setTimeout(next, 2));
    }
  })();
  return async () => {
    going = false;
    await done;
  };
}

/** Of custom resources, with and without their operator. */
export function promiseCustomContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  test('what an Orphan delete of a custom resource left names it again', () =>
    inNamespace(target, async (namespace) => {
      const { path, resource } = defined('Lonely');
      const at = `${path}/namespaces/${namespace}/${resource}`;
      const owner = await put(target, at, {
        apiVersion: `${GROUP}/v1`,
        kind: 'Lonely',
        metadata: { name: 'o' },
      });
      for (const kind of ['ConfigMap', 'Secret'])
        await put(target, paths.core(namespace, `${kind.toLowerCase()}s`), {
          apiVersion: 'v1',
          kind,
          metadata: { name: 'left', ownerReferences: controlledBy(owner) },
        });
      const kept = await keepFor(
        target,
        [owner],
        { group: GROUP, resource },
        { propagationPolicy: 'Orphan' },
      );
      await target.https('DELETE', `${at}/o`, { propagationPolicy: 'Orphan' });
      await gone(target, `${at}/o`);
      const { told, code } = await undone(target, [kept.snapshot]);
      assert.equal(code, 0, told.join('\n'));
      const now = await seen(target, `${at}/o`);
      for (const resource of ['configmaps', 'secrets']) {
        const left = await seen(target, `${paths.core(namespace, resource)}/left`);
        assert.deepEqual(
          left?.metadata.ownerReferences?.map(({ uid }) => uid),
          [now?.metadata.uid],
        );
      }
    }));

  for (const runs of [true, false]) {
    test(`a Pod of a custom resource that stands: ${runs ? 'its operator has made another, and it is left' : 'nobody makes it again, and it is restored'}`, () =>
      inNamespace(target, async (namespace) => {
        const { path, resource } = defined('Lonely');
        const owner = await put(target, `${path}/namespaces/${namespace}/${resource}`, {
          apiVersion: `${GROUP}/v1`,
          kind: 'Lonely',
          metadata: { name: 'o' },
        });
        const pod = (name: string) =>
          put(target, paths.pods(namespace), {
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { name, ownerReferences: controlledBy(owner) },
            spec: {
              terminationGracePeriodSeconds: 1,
              containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }],
            },
          });
        const first = await pod('o-a');
        const kept = await keepFor(target, [first], { group: '', resource: 'pods' });
        assert.equal(saidOf(kept, 'Pod', 'o-a'), 'restorable');
        await target.https('DELETE', `${paths.pods(namespace)}/o-a`);
        if (runs) await pod('o-b');
        await gone(target, `${paths.pods(namespace)}/o-a`);
        const { told, code } = await undone(target, [kept.snapshot]);
        assert.equal(code, 0, told.join('\n'));
        const names = (await items(target, paths.pods(namespace))).map(({ metadata }) => metadata.name);
        assert.deepEqual(names, [runs ? 'o-b' : 'o-a']);
      }));
  }

  test('a Namespace that a custom resource controls comes back, with all that was in it', async () => {
    const { path, resource } = defined('Tenant');
    const definition = kinded(
      await seen(target, `${CRD}/${resource}.${GROUP}`),
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
    );
    const tenant = await put(target, `${path}/${resource}`, {
      apiVersion: `${GROUP}/v1`,
      kind: 'Tenant',
      metadata: { name: 'oil' },
    });
    const namespace = `tenant-${Math.random().toString(36).slice(2, 8)}`;
    const at = `/api/v1/namespaces/${namespace}`;
    await put(target, '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, ownerReferences: controlledBy(tenant) },
    });
    await put(target, paths.core(namespace, 'configmaps'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings' },
      data: { colour: 'blue' },
    });
    await put(target, paths.claims(namespace), {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const type = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };
    const kept = await keepFor(target, [definition], type);
    assert.equal(saidOf(kept, 'Namespace', namespace), 'restorable');
    // The collector has to know a kind to collect for it.
    await target.https('DELETE', `${path}/${resource}/oil`);
    await gone(target, at);
    await target.https('DELETE', `${CRD}/${resource}.${GROUP}`);
    await gone(target, `${CRD}/${resource}.${GROUP}`);
    const first = await undone(target, [kept.snapshot]);
    assert.doesNotMatch(first.told.join('\n'), /failed Namespace|operator|not found/);
    const now = await seen(target, at);
    const owner = await seen(target, `${path}/${resource}/oil`);
    assert.equal(now?.metadata.ownerReferences?.[0]?.uid, owner?.metadata.uid);
    assert.notEqual(owner?.metadata.uid, tenant.metadata.uid);
    assert.deepEqual((await seen(target, `${at}/configmaps/settings`))?.data, { colour: 'blue' });
    assert.ok(await seen(target, `${at}/persistentvolumeclaims/data`));
    await target.https('DELETE', at);
    await target.https('DELETE', `${CRD}/${resource}.${GROUP}`);
  });

  for (const runs of [true, false]) {
    test(`a generated Secret comes back as it was, ${runs ? 'before its operator makes a new one' : 'though no operator runs'}`, () =>
      inNamespace(target, async (namespace) => {
        const { path, resource } = defined(runs ? 'Sealed' : 'Lonely');
        const at = `${path}/namespaces/${namespace}/${resource}`;
        const secrets = paths.core(namespace, 'secrets');
        const sealed = await put(target, at, {
          apiVersion: `${GROUP}/v1`,
          kind: runs ? 'Sealed' : 'Lonely',
          metadata: { name: 'db' },
        });
        await put(target, secrets, {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'db', ownerReferences: controlledBy(sealed) },
          stringData: { password: 'generated-once' },
        });
        await put(target, paths.core(namespace, 'configmaps'), {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'co', ownerReferences: controlledBy(sealed, false) },
          data: { a: '1' },
        });
        const kept = await keepFor(target, [sealed], { group: GROUP, resource });
        assert.equal(saidOf(kept, 'Secret', 'db'), 'restorable');
        await target.https('DELETE', `${at}/db`);
        await gone(target, `${secrets}/db`);
        const stop = operator(async () => {
          if (!runs) return;
          const owner = await seen(target, `${at}/db`);
          if (!owner || (await seen(target, `${secrets}/db`))) return;
          await target.https('POST', secrets, {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: 'db', ownerReferences: controlledBy(owner) },
            stringData: { password: 'generated-anew' },
          });
        });
        const { told, code } = await undone(target, [kept.snapshot]);
        await stop();
        assert.equal(code, 0, told.join('\n'));
        const owner = await seen(target, `${at}/db`);
        for (const one of [
          await seen(target, `${secrets}/db`),
          await seen(target, `${paths.core(namespace, 'configmaps')}/co`),
        ])
          assert.equal(one?.metadata.ownerReferences?.[0]?.uid, owner?.metadata.uid);
        const secret = await seen(target, `${secrets}/db`);
        assert.equal(Buffer.from(secret?.data.password, 'base64').toString(), 'generated-once');
        const again = await undone(target, [kept.snapshot]);
        assert.equal(again.code, 0, again.told.join('\n'));
      }));
  }

  test('a claim of a custom resource names its new owner; also where the first undo was cut off before', () =>
    inNamespace(target, async (namespace) => {
      const { path, resource } = defined('Cluster');
      const at = `${path}/namespaces/${namespace}/${resource}`;
      const owner = await put(target, at, {
        apiVersion: `${GROUP}/v1`,
        kind: 'Cluster',
        metadata: { name: 'pg' },
      });
      const claims = paths.claims(namespace);
      await put(target, claims, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'pg-1', ownerReferences: controlledBy(owner) },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      });
      const volume = await until(
        'bound',
        async () => (await seen(target, `${claims}/pg-1`))?.spec?.volumeName,
      );
      await target.https('PATCH', `/api/v1/persistentvolumes/${volume}`, {
        spec: { persistentVolumeReclaimPolicy: 'Retain' },
      });
      const kept = await keepFor(target, [owner], { group: GROUP, resource });
      await target.https('DELETE', `${at}/pg`);
      await gone(target, `${claims}/pg-1`);
      const { told, code } = await undone(target, [kept.snapshot]);
      assert.equal(code, 0, told.join('\n'));
      assert.doesNotMatch(told.join('\n'), /without its owner/);
      const named = async () => {
        const claim = await seen(target, `${claims}/pg-1`);
        const now = await seen(target, `${at}/pg`);
        return [claim?.metadata.ownerReferences?.map(({ uid }) => uid), [now?.metadata.uid]];
      };
      let [has, wants] = await named();
      assert.deepEqual(has, wants);
      assert.equal((await seen(target, `${claims}/pg-1`))?.spec?.volumeName, volume);
      await target.https('PATCH', `${claims}/pg-1`, { metadata: { ownerReferences: null } });
      const second = await undone(target, [kept.snapshot]);
      assert.equal(second.code, 0, second.told.join('\n'));
      [has, wants] = await named();
      assert.deepEqual(has, wants, 'the second undo names it');
    }));
}
