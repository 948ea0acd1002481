import assert from 'node:assert/strict';
import type { ClusterTarget } from '@toolcrib/guard/testing/target.ts';
import { paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { podsOf, runDeployment, uidsOf } from '@toolcrib/guard/testing/workloads.ts';
import type { Form } from './lie-case.ts';

export type Thing = Awaited<ReturnType<typeof prepare>>;

/** What stands before the act, and how to ask the cluster itself what became of it. */
export async function prepare(target: ClusterTarget, namespace: string, form: Form) {
  const at = (path: string) => seen(target, path);
  const base = {
    namespace,
    part: `/${namespace}/`,
    method: 'DELETE',
    body: undefined as object | undefined,
    type: 'application/json',
    rest: async () => undefined as unknown,
    safe: async () => undefined as unknown,
  };
  if (form.does === 'delete' || form.does === 'collection') {
    const names = form.does === 'delete' ? ['one'] : ['one', 'two', 'three'];
    const list = paths.core(namespace, 'configmaps');
    const before = await Promise.all(
      names.map((name) =>
        put(target, list, {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name, labels: { of: 'it' } },
          data: { name },
        }),
      ),
    );
    const standing = async () => {
      const found = await Promise.all(names.map((name) => at(`${list}/${name}`)));
      return found.map((object, i) => object?.metadata.uid === before[i]?.metadata.uid);
    };
    return {
      ...base,
      path: form.does === 'delete' ? `${list}/one` : `${list}?labelSelector=of%3Dit`,
      taken: async () => (await standing()).some((stands) => !stands),
      async back(took: boolean) {
        for (const [i, name] of names.entries()) {
          const object = await at(`${list}/${name}`);
          assert.deepEqual(object?.data, { name }, 'it is back');
          if (!took) assert.deepEqual(object, before[i], 'it was not touched');
        }
      },
    };
  }
  if (form.does === 'evict') {
    const list = paths.pods(namespace);
    const before = await put(target, list, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'one' },
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: 'pause' }] },
    });
    return {
      ...base,
      method: 'POST',
      path: `${list}/one/eviction`,
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'one', namespace } },
      rest: async () => {
        await until('gone or standing', async () => !(await at(`${list}/one`))?.metadata.deletionTimestamp);
      },
      taken: async () => (await at(`${list}/one`))?.metadata.uid !== before.metadata.uid,
      async back(took: boolean) {
        const pod = await at(`${list}/one`);
        assert.equal(pod?.spec?.containers[0].image, 'pause');
        if (!took) assert.equal(pod?.metadata.uid, before.metadata.uid);
      },
    };
  }
  if (form.does === 'retain-first') {
    const list = paths.claims(namespace);
    await put(target, list, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const before = await until('bound', async () => {
      const claim = await at(`${list}/data`);
      const volume = claim && (await at(`/api/v1/persistentvolumes/${claim.spec?.volumeName}`));
      return claim?.status?.phase === 'Bound' && volume?.status?.phase === 'Bound' && claim;
    });
    const volumePath = `/api/v1/persistentvolumes/${before.spec?.volumeName}`;
    const volume = await at(volumePath);
    const policy = async () => (await at(volumePath))?.spec?.persistentVolumeReclaimPolicy;
    return {
      ...base,
      // The volume first, and then its claim.
      part: form.nth === 1 ? volumePath : `${list}/data`,
      path: `${list}/data`,
      safe: async () => {
        if (form.nth === 2)
          assert.equal(await policy(), 'Retain', 'what may still go would take its data along');
      },
      rest: async () => {
        await until('gone or standing', async () => !(await at(`${list}/data`))?.metadata.deletionTimestamp);
      },
      taken: async () => (await at(`${list}/data`))?.metadata.uid !== before.metadata.uid,
      async back(took: boolean) {
        const [claim, now] = [await at(`${list}/data`), await at(volumePath)];
        assert.equal(now?.metadata.uid, volume?.metadata.uid, 'the volume and its data');
        assert.equal(claim?.spec?.volumeName, before.spec?.volumeName);
        assert.equal(claim?.status?.phase, 'Bound');
        assert.equal(await policy(), 'Delete', 'its own policy');
        if (!took) assert.equal(claim?.metadata.uid, before.metadata.uid);
      },
    };
  }
  const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
  const path = `${paths.apps(namespace, 'deployments')}/web`;
  const rest = async (): Promise<unknown> => undefined;
  if (form.does === 'scale')
    return {
      ...base,
      method: 'PATCH',
      path,
      body: { spec: { replicas: 1 } },
      type: 'application/merge-patch+json',
      rest,
      taken: async () => (await at(path))?.spec?.replicas !== 2,
      async back() {
        const now = await at(path);
        assert.equal(now?.metadata.uid, owner.metadata.uid);
        assert.equal(now?.spec?.replicas, 2);
      },
    };
  const gone = async () => {
    const now = await at(path);
    return now?.metadata.uid !== owner.metadata.uid || now?.metadata.deletionTimestamp !== undefined;
  };
  return {
    ...base,
    path,
    rest,
    taken: gone,
    async back(took: boolean) {
      const now = await at(path);
      assert.ok(now && !now.metadata.deletionTimestamp, 'it stands');
      assert.deepEqual(now.spec?.selector, owner.spec?.selector);
      assert.deepEqual(now.metadata.finalizers ?? [], [], 'nothing of ours is left on it');
      assert.deepEqual(uidsOf(await podsOf(target, namespace, 'web')), uidsOf(pods), 'the same Pods');
      if (!took) assert.equal(now.metadata.uid, owner.metadata.uid);
    },
  };
}
