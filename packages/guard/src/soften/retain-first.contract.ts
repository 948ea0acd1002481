import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { SoftenRecord } from '@toolcrib/model';
import { certainlyNotDone } from '@toolcrib/model';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, paths, put, seen, until } from '../testing/target.ts';
import { retainFirst, settleRetained } from './index.ts';
import { finishAfter } from './testing/softening.ts';

/** Volumes that outlive their claim, or have their own policy back. Everything claimed is asked of the API directly. */
export function retainFirstContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  /** A claim of its own, bound, with its volume. */
  async function runClaim(namespace: string, name: string) {
    await put(target, paths.claims(namespace), {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const claim = await until('bound', async () => {
      const now = await seen(target, `${paths.claims(namespace)}/${name}`);
      return now?.status?.phase === 'Bound' && now;
    });
    const path = `/api/v1/persistentvolumes/${claim.spec?.volumeName}`;
    const volume = (await until('volume bound', async () => {
      const now = await seen(target, path);
      return now?.status?.phase === 'Bound' && now;
    })) as KubeObject;
    const policy = async () => (await seen(target, path))?.spec?.persistentVolumeReclaimPolicy;
    const record: SoftenRecord = {
      actId: 'act-test1',
      requestId: 'r1',
      context: 'test',
      owner: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace,
        name,
        uid: claim.metadata.uid ?? '',
      },
      left: [],
      finishAfter,
      how: 'retain-first',
      state: 'started',
    };
    return { record, at: { name: volume.metadata.name, uid: volume.metadata.uid ?? '' }, policy };
  }

  test('retain-first, stopped at the second volume: the first is written down before, and put back', () =>
    inNamespace(target, async (namespace) => {
      const { record, at, policy } = await runClaim(namespace, 'data');
      assert.equal(await policy(), 'Delete');
      const other = { name: 'toolcrib-test-none', uid: 'none' };
      let saved: SoftenRecord = record;
      const save = async (volumes: SoftenRecord['volumes']) => {
        assert.equal(await policy(), 'Delete', 'written down before it is written to');
        saved = structuredClone({ ...record, volumes });
      };
      await assert.rejects(retainFirst(target.cluster, [at, other], { save }), { code: 'not-kept' });
      assert.equal(await policy(), 'Retain');
      assert.deepEqual(saved.volumes, [{ ...at, reclaimPolicy: 'Delete' }]);
      const end = await settleRetained(target.cluster, saved, 'the guard ended.');
      assert.equal(end.state, 'failed');
      assert.equal(end.note, 'Nothing was deleted: the guard ended.');
      assert.equal(await policy(), 'Delete');
    }));

  test('retain-first, and a write that does not show yet: not certain, so it is put back once it has come', () =>
    inNamespace(target, async (namespace) => {
      const { record, at, policy } = await runClaim(namespace, 'data');
      let late: (() => Promise<unknown>) | undefined;
      const slow = new Proxy(target.cluster, {
        get(real, name) {
          const value = Reflect.get(real, name);
          if (name !== 'patch') return value;
          return async (...args: unknown[]) => {
            late = () => Reflect.apply(value as never, real, args);
            return target.cluster.get({ group: '', version: 'v1', resource: 'persistentvolumes' }, at);
          };
        },
      });
      const volumes: SoftenRecord['volumes'] = [];
      const save = (sofar: typeof volumes) => volumes.splice(0, volumes.length, ...sofar);
      const failed = await retainFirst(slow, [at], { save }).catch((error: unknown) => error);
      assert.equal(certainlyNotDone(failed), false);
      const open = await settleRetained(target.cluster, { ...record, volumes }, 'no answer came.', true);
      assert.equal(open.state, 'started');
      await late?.();
      assert.equal(await policy(), 'Retain');
      const end = await settleRetained(target.cluster, open, 'no answer came.');
      assert.equal(end.state, 'failed');
      assert.equal(await policy(), 'Delete');
    }));

  test('retain-first, and the claim went all the same: it is softened, and its volume keeps Retain', () =>
    inNamespace(target, async (namespace) => {
      const { record, at, policy } = await runClaim(namespace, 'data');
      const volumes = await retainFirst(target.cluster, [at]);
      const path = `${paths.claims(namespace)}/data`;
      await target.https('DELETE', path);
      await until('claim gone', async () => !(await seen(target, path)));
      const end = await settleRetained(target.cluster, { ...record, volumes }, 'no answer came.');
      assert.equal(end.state, 'softened');
      assert.equal(await policy(), 'Retain');
      await target.https('DELETE', `/api/v1/persistentvolumes/${at.name}`);
    }));
}
