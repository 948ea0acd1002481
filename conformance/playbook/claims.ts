import type { Body } from '../actor.ts';
import { type Actor, category } from '../step.ts';
import { claimTemplate, pod, statefulSet } from './objects.ts';
import { items, started } from './states.ts';

const withClaims = (name: string, replicas: number, retention?: object) =>
  statefulSet(name, replicas, {
    podManagementPolicy: 'Parallel',
    volumeClaimTemplates: [claimTemplate()],
    ...(retention ? { persistentVolumeClaimRetentionPolicy: retention } : {}),
  });

const bound = (item: Body) => item.status.phase === 'Bound';

async function claims(t: Actor, count: number): Promise<Body> {
  return t.until('persistentvolumeclaims', undefined, items(count, bound));
}

const shown = (list: Body) =>
  list.items.map(({ metadata }: Body) => [
    metadata.name,
    metadata.labels,
    metadata.ownerReferences,
    metadata.finalizers,
  ]);

const claim = (name: string, more = {}) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { ...claimTemplate().spec, ...more },
});

const usesClaim = (name: string) => ({
  volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }],
});

export const statefulSetClaims = category('StatefulSet claims', {
  'each Pod has its own': async (t) => {
    await started(t, 'statefulsets', withClaims('db', 2));
    t.fact('claims', shown(await claims(t, 2)));
  },
  'Retain: they stay when the set goes': async (t) => {
    await started(t, 'statefulsets', withClaims('db', 1));
    await claims(t, 1);
    await t.delete('statefulsets', 'db', undefined, { quiet: true });
    await t.until('pods', undefined, items(0));
    t.fact('claims', shown(await claims(t, 1)));
  },
  'Retain: they stay when it shrinks, and are taken again': async (t) => {
    await started(t, 'statefulsets', withClaims('db', 2));
    const before = await claims(t, 2);
    await t.patch('statefulsets', 'db', 'merge', { spec: { replicas: 1 } }, { quiet: true });
    await t.until('pods', undefined, items(1));
    await claims(t, 2);
    await t.patch('statefulsets', 'db', 'merge', { spec: { replicas: 2 } }, { quiet: true });
    await t.until('pods', undefined, items(2));
    const after = await claims(t, 2);
    t.fact(
      'the same',
      before.items.map((item: Body) => item.metadata.uid).join() ===
        after.items.map((item: Body) => item.metadata.uid).join(),
    );
  },
  'whenDeleted Delete: the set owns them, and takes them': async (t) => {
    await started(t, 'statefulsets', withClaims('db', 2, { whenDeleted: 'Delete', whenScaled: 'Retain' }));
    const list = await t.until(
      'persistentvolumeclaims',
      undefined,
      items(2, (item) => bound(item) && item.metadata.ownerReferences?.length),
    );
    t.fact('claims', shown(list));
    await t.delete('statefulsets', 'db', undefined, { quiet: true });
    await t.settled('persistentvolumeclaims', undefined, items(0));
  },
  'whenScaled Delete: the condemned Pod owns its claim': async (t) => {
    await started(t, 'statefulsets', withClaims('db', 2, { whenDeleted: 'Retain', whenScaled: 'Delete' }));
    t.fact('claims', shown(await claims(t, 2)));
    await t.patch('statefulsets', 'db', 'merge', { spec: { replicas: 1 } }, { quiet: true });
    t.fact('left', shown(await claims(t, 1)));
  },
  'whenDeleted Delete, but the set is orphaned: they stay': async (t) => {
    await started(t, 'statefulsets', withClaims('db', 1, { whenDeleted: 'Delete', whenScaled: 'Retain' }));
    await t.until(
      'persistentvolumeclaims',
      undefined,
      items(1, (item) => item.metadata.ownerReferences?.length),
    );
    await t.delete('statefulsets', 'db', { propagationPolicy: 'Orphan' }, { quiet: true });
    await t.until('statefulsets', 'db', (_body, status) => status === 404);
    t.fact(
      'claims',
      shown(
        await t.until(
          'persistentvolumeclaims',
          undefined,
          items(1, (item) => !item.metadata.ownerReferences),
        ),
      ),
    );
  },
  'the policy may be changed later': async (t) => {
    await started(t, 'statefulsets', withClaims('db', 1));
    const { status } = await t.patch(
      'statefulsets',
      'db',
      'merge',
      { spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } } },
      { quiet: true },
    );
    t.fact('status', status);
    t.fact(
      'claims',
      shown(
        await t.until(
          'persistentvolumeclaims',
          undefined,
          items(1, (item) => item.metadata.ownerReferences?.length),
        ),
      ),
    );
  },
  'the templates may not be changed': async (t) => {
    await t.post('statefulsets', withClaims('db', 0), { quiet: true });
    await t.patch('statefulsets', 'db', 'merge', {
      spec: { volumeClaimTemplates: [claimTemplate('other')] },
    });
    await t.patch('statefulsets', 'db', 'merge', { spec: { serviceName: 'other' } });
  },
  'a claim and its volume, bound': async (t) => {
    await t.post('persistentvolumeclaims', claim('one', { storageClassName: 'standard' }), { quiet: true });
    const one = await t.until('persistentvolumeclaims', 'one', bound);
    t.fact('claim', [
      one.spec,
      one.status,
      one.metadata.annotations && Object.keys(one.metadata.annotations).sort(),
      one.metadata.finalizers,
    ]);
    const volume = await t.until('persistentvolumes', one.spec.volumeName, bound);
    const { claimRef, capacity, accessModes, persistentVolumeReclaimPolicy, storageClassName, volumeMode } =
      volume.spec;
    t.fact('volume', [
      claimRef.name,
      claimRef.uid,
      capacity,
      accessModes,
      persistentVolumeReclaimPolicy,
      storageClassName,
      volumeMode,
      volume.status.phase,
      volume.metadata.finalizers.includes('kubernetes.io/pv-protection'),
    ]);
  },
  'reclaim Delete: the volume goes with its claim': async (t) => {
    await t.post('persistentvolumeclaims', claim('one', { storageClassName: 'standard' }), { quiet: true });
    const { spec } = await t.until('persistentvolumeclaims', 'one', bound);
    await t.delete('persistentvolumeclaims', 'one', undefined, { quiet: true });
    await t.until('persistentvolumes', spec.volumeName, (_body, status) => status === 404);
    t.fact('gone', true);
  },
  'reclaim Retain: the volume is Released': async (t) => {
    await t.post('persistentvolumeclaims', claim('one', { storageClassName: 'standard' }), { quiet: true });
    const { spec } = await t.until('persistentvolumeclaims', 'one', bound);
    await t.patch(
      'persistentvolumes',
      spec.volumeName,
      'merge',
      { spec: { persistentVolumeReclaimPolicy: 'Retain' } },
      { quiet: true },
    );
    await t.delete('persistentvolumeclaims', 'one', undefined, { quiet: true });
    const volume = await t.until(
      'persistentvolumes',
      spec.volumeName,
      (body) => body.status.phase === 'Released',
    );
    t.fact('claimRef stays', volume.spec.claimRef.name);
    await t.delete('persistentvolumes', spec.volumeName, undefined, { quiet: true });
  },
  'a claim in use waits for its Pod': async (t) => {
    await t.post('persistentvolumeclaims', claim('one', { storageClassName: 'standard' }), { quiet: true });
    await t.post('pods', pod('user', {}, usesClaim('one')), { quiet: true });
    await t.until('pods', 'user', (body) => body.status.phase === 'Running');
    await t.delete('persistentvolumeclaims', 'one', undefined, { quiet: true });
    const held = await t.until('persistentvolumeclaims', 'one', (body) => body.metadata.deletionTimestamp);
    t.fact('held by', [held.metadata.finalizers, held.status.phase]);
    await t.delete('pods', 'user', undefined, { quiet: true });
    await t.gone('persistentvolumeclaims', 'one');
  },
  'a class that does not exist: Pending': async (t) => {
    await t.post('persistentvolumeclaims', claim('one', { storageClassName: 'none' }));
    await new Promise((done) => setTimeout(done, 500));
    await t.get('persistentvolumeclaims', 'one');
  },
  'without a class: the default one is put in': async (t) => {
    const { body } = await t.post('persistentvolumeclaims', claim('one'), { quiet: true });
    t.fact('class', body.spec.storageClassName);
  },
  'a volume made by hand is bound': async (t) => {
    await t.post(
      'persistentvolumes',
      {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: t.unique('pv') },
        spec: {
          capacity: { storage: '2Gi' },
          accessModes: ['ReadWriteOnce'],
          storageClassName: t.unique('hand'),
          hostPath: { path: '/tmp/x' },
        },
      },
      { quiet: true },
    );
    await t.post('persistentvolumeclaims', claim('one', { storageClassName: t.unique('hand') }), {
      quiet: true,
    });
    const one = await t.until('persistentvolumeclaims', 'one', bound);
    t.fact('claim', [one.spec.volumeName, one.status.capacity, one.metadata.annotations]);
    await t.delete('persistentvolumeclaims', 'one', undefined, { quiet: true });
    const volume = await t.until(
      'persistentvolumes',
      t.unique('pv'),
      (body) => body.status.phase === 'Released',
    );
    t.fact('volume', [volume.spec.persistentVolumeReclaimPolicy, volume.metadata.annotations]);
    await t.delete('persistentvolumes', t.unique('pv'), undefined, { quiet: true });
  },
});
