import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, items, paths, put, seen, until } from '../testing/target.ts';
import { podsOf, runStatefulSet, uidsOf } from '../testing/workloads.ts';
import { kept, snapshotOf, undo } from './testing/undone.ts';

/** Claims and their volumes come back together, or what is lost is said. Everything claimed is asked of the API directly. */
export function undoClaimsContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  const gone = (path: string) => until(`${path} gone`, async () => !(await seen(target, path)));

  test('claims come back to the same volumes, before their StatefulSet makes empty ones', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runStatefulSet(target, namespace, 'db', 2, { whenDeleted: 'Delete' });
      const claims = await kept(target, paths.claims(namespace), 'v1', 'PersistentVolumeClaim');
      assert.equal(claims.length, 2);
      const volumes: KubeObject[] = [];
      for (const claim of claims) {
        const volumePath = `/api/v1/persistentvolumes/${claim.spec?.volumeName}`;
        const volume = await seen(target, volumePath);
        assert.ok(volume);
        volumes.push(volume);
        await target.https('PATCH', volumePath, { spec: { persistentVolumeReclaimPolicy: 'Retain' } });
      }
      await target.https('DELETE', `${paths.apps(namespace, 'statefulsets')}/db`, {
        propagationPolicy: 'Background',
      });
      await until('claims gone', async () => (await items(target, paths.claims(namespace))).length === 0);
      const all = pods.map((pod) => ({ ...pod, apiVersion: 'v1', kind: 'Pod' }));
      const run = await undo(target, snapshotOf([owner, ...all, ...claims, ...volumes]));
      assert.deepEqual(run.failed, []);
      const now = await items(target, paths.claims(namespace));
      assert.deepEqual(
        now.map((claim) => [claim.metadata.name, claim.spec?.volumeName, claim.status?.phase]).sort(),
        claims.map((claim) => [claim.metadata.name, claim.spec?.volumeName, 'Bound']).sort(),
      );
      for (const volume of volumes) {
        const after = await seen(target, `/api/v1/persistentvolumes/${volume.metadata.name}`);
        assert.equal(after?.metadata.uid, volume.metadata.uid);
        assert.equal(after?.status?.phase, 'Bound');
        assert.equal(after?.spec?.persistentVolumeReclaimPolicy, volume.spec?.persistentVolumeReclaimPolicy);
      }
      await until('Pods back', async () => (await podsOf(target, namespace, 'db')).length === 2);
    }));

  test('a volume that went with its data is not pretended back', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runStatefulSet(target, namespace, 'db', 1, { whenDeleted: 'Delete' });
      const claims = await kept(target, paths.claims(namespace), 'v1', 'PersistentVolumeClaim');
      const name = claims[0]?.spec?.volumeName;
      const volume = await seen(target, `/api/v1/persistentvolumes/${name}`);
      assert.equal(volume?.spec?.persistentVolumeReclaimPolicy, 'Delete');
      await target.https('DELETE', `${paths.apps(namespace, 'statefulsets')}/db`, {
        propagationPolicy: 'Background',
      });
      await gone(`/api/v1/persistentvolumes/${name}`);
      await until('claims gone', async () => (await items(target, paths.claims(namespace))).length === 0);
      const run = await undo(target, snapshotOf([owner, ...claims, volume as KubeObject]));
      assert.equal(run.by('failed').length, 1);
      assert.match(run.by('failed')[0] ?? '', /data went with it/);
      assert.ok(run.by('done').some((text) => /PersistentVolumeClaim .*comes back empty/.test(text)));
      assert.notEqual((await items(target, paths.claims(namespace)))[0]?.spec?.volumeName, name);
    }));

  test('a Namespace still on its way out: its volumes are kept before it takes them along', () =>
    inNamespace(target, async (scratch) => {
      const name = `${scratch}-d`;
      const space = await put(target, '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      });
      await until('its default account', () => seen(target, paths.core(name, 'serviceaccounts/default')));
      // The Pods take longer to stop than an undo to begin: until then the claims are in use, and the volumes bound.
      const { owner } = await runStatefulSet(target, name, 'db', 2, { stopsAfter: 4 });
      const claims = await kept(target, paths.claims(name), 'v1', 'PersistentVolumeClaim');
      const volumes: KubeObject[] = [];
      for (const claim of claims) {
        const volume = await seen(target, `/api/v1/persistentvolumes/${claim.spec?.volumeName}`);
        assert.equal(volume?.spec?.persistentVolumeReclaimPolicy, 'Delete');
        volumes.push(volume as KubeObject);
      }
      await target.https('DELETE', `/api/v1/namespaces/${name}`);
      const run = await undo(target, snapshotOf([space, owner, ...claims, ...volumes]));
      assert.deepEqual(run.failed, []);
      for (const [index, claim] of claims.entries()) {
        const now = await seen(target, `${paths.claims(name)}/${claim.metadata.name}`);
        assert.notEqual(now?.metadata.uid, claim.metadata.uid);
        assert.deepEqual([now?.spec?.volumeName, now?.status?.phase], [claim.spec?.volumeName, 'Bound']);
        const volume = await seen(target, `/api/v1/persistentvolumes/${claim.spec?.volumeName}`);
        assert.equal(volume?.metadata.uid, volumes[index]?.metadata.uid, 'the same volume, with its data');
        assert.equal(volume?.spec?.persistentVolumeReclaimPolicy, 'Delete');
      }
      await until('its Pods', async () => {
        const pods = await podsOf(target, name, 'db');
        return pods.length === 2 && pods.every((pod) => pod.status?.phase === 'Running');
      });
      const again = await undo(target, snapshotOf([space, owner, ...claims, ...volumes]));
      assert.deepEqual([again.failed, again.by('done')], [[], []]);
      await target.https('DELETE', `/api/v1/namespaces/${name}`);
    }));

  test('a claim in use is not torn from its Pod: its data is kept, and the Pods are named', () =>
    inNamespace(target, async (namespace) => {
      const { pods } = await runStatefulSet(target, namespace, 'db', 1);
      const path = `${paths.claims(namespace)}/data-db-0`;
      const claim = { ...((await seen(target, path)) as KubeObject), apiVersion: 'v1' };
      const volumePath = `/api/v1/persistentvolumes/${claim.spec?.volumeName}`;
      const volume = (await seen(target, volumePath)) as KubeObject;
      await target.https('DELETE', path);
      const all = snapshotOf([claim, volume]);
      const run = await undo(target, all, [], { limit: 1_500 });
      assert.match(run.by('failed').join(), /Pod db-0 still uses it.*data is kept.*undo again/);
      const now = await seen(target, volumePath);
      assert.equal(now?.spec?.claimRef?.uid, claim.metadata.uid, 'still bound to the claim that goes');
      assert.equal(now?.spec?.persistentVolumeReclaimPolicy, 'Retain');
      assert.deepEqual(uidsOf(await podsOf(target, namespace, 'db')), uidsOf(pods));
      await target.https('PATCH', `${paths.apps(namespace, 'statefulsets')}/db`, { spec: { replicas: 0 } });
      const later = await undo(target, all);
      assert.deepEqual(later.failed, []);
      const back = await seen(target, path);
      assert.notEqual(back?.metadata.uid, claim.metadata.uid);
      assert.deepEqual([back?.spec?.volumeName, back?.status?.phase], [claim.spec?.volumeName, 'Bound']);
      const end = await seen(target, volumePath);
      assert.equal(end?.spec?.persistentVolumeReclaimPolicy, volume.spec?.persistentVolumeReclaimPolicy);
    }));
}
