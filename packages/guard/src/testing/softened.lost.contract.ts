import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { SoftenRecord } from '@toolcrib/model';
import { marks } from '@toolcrib/model';
import { retainFirst } from '../soften/index.ts';
import { bindings, finish, finishAfter, soften, undo } from './soften-and-back.ts';
import type { ClusterTarget, OpenTarget } from './target.ts';
import { inNamespace, items, paths, put, seen, until } from './target.ts';
import { podsOf, runDeployment, runStatefulSet, uidsOf } from './workloads.ts';

/** What happens to it meanwhile: Pods that are lost, claims, a name that somebody took, a window that is over. */
export function softenedLostContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  test('Pods lost in the window: the undo says so, and the controller makes them again', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runStatefulSet(target, namespace, 'web', 3);
      const record = await soften(target, owner, 'statefulsets', 'act-one');
      await target.https('DELETE', `${paths.pods(namespace)}/web-1`, { gracePeriodSeconds: 0 });
      await until('web-1 gone', async () => !(await seen(target, `${paths.pods(namespace)}/web-1`)));
      const { record: said } = await undo(target, owner, record);
      assert.match(
        said.results[0]?.note ?? '',
        /2 of 3 Pods are the same ones.*1 had gone meanwhile and is made again/,
      );
      await until('web-1 again', () => seen(target, `${paths.pods(namespace)}/web-1`));
    }));

  test('claims of a set that deletes them: kept in the window, gone with the finish, back with the undo', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runStatefulSet(target, namespace, 'web', 2, { whenDeleted: 'Delete' });
      const claims = await bindings(target, namespace);
      const record = await soften(target, owner, 'statefulsets', 'act-one');
      assert.deepEqual(await bindings(target, namespace), claims);
      await undo(target, owner, record);
      assert.deepEqual(await bindings(target, namespace), claims);
      const back = await until('owned again', async () => {
        const now = await seen(target, `${paths.apps(namespace, 'statefulsets')}/web`);
        const list = await items(target, paths.claims(namespace));
        return list.every((claim) => claim.metadata.ownerReferences?.[0]?.uid === now?.metadata.uid) && now;
      });
      const second = await soften(target, back, 'statefulsets', 'act-two');
      await finish(target, second);
      await until('claims gone', async () => (await items(target, paths.claims(namespace))).length === 0);
    }));

  test('somebody else took the name with another spec: conflict, and the Pods stay marked', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
      const record = await soften(target, owner, 'deployments', 'act-one');
      const other = await put(target, paths.apps(namespace, 'deployments'), {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: {
          replicas: 1,
          selector: { matchLabels: { app: 'new' } },
          template: {
            metadata: { labels: { app: 'new' } },
            spec: { containers: [{ name: 'c', image: 'x' }] },
          },
        },
      });
      const { record: said, softenings } = await undo(target, owner, record);
      assert.deepEqual(
        said.results.map(({ result }) => result),
        ['conflict'],
      );
      assert.deepEqual(softenings, []);
      const now = await seen(target, `${paths.apps(namespace, 'deployments')}/web`);
      assert.equal(now?.metadata.uid, other.metadata.uid);
      const left = await podsOf(target, namespace, 'web');
      assert.deepEqual(uidsOf(left), uidsOf(pods));
      assert.equal(left[0]?.metadata.labels?.[marks.act], 'act-one');
    }));

  test('overdue by more than the window: nothing goes before somebody says yes', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runDeployment(target, namespace, 'web', 1);
      const record = await soften(target, owner, 'deployments', 'act-one');
      await assert.rejects(finish(target, record, finishAfter + 48 * 3_600_000), { code: 'overdue' });
      assert.deepEqual(uidsOf(await podsOf(target, namespace, 'web')), uidsOf(pods));
    }));

  for (const again of ['by the undo', 'by somebody else'] as const) {
    test(`retain-first: the claim goes as sent, its volume stays, and is bound again ${again}: its own policy`, () =>
      retained(again));
  }

  const retained = (again: 'by the undo' | 'by somebody else') =>
    inNamespace(target, async (namespace) => {
      const path = paths.claims(namespace);
      await put(target, path, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      });
      const claim = await until('bound', async () => {
        const now = await seen(target, `${path}/data`);
        return now?.status?.phase === 'Bound' && now;
      });
      const volumePath = `/api/v1/persistentvolumes/${claim.spec?.volumeName}`;
      const volume = (await seen(target, volumePath)) as KubeObject;
      const { name, uid = '' } = volume.metadata;
      const volumes = await retainFirst(target.cluster, [{ name, uid }]);
      assert.deepEqual(volumes, [{ name, uid, reclaimPolicy: 'Delete' }]);
      await target.https('DELETE', `${path}/data`);
      await until('claim gone', async () => !(await seen(target, `${path}/data`)));
      await until('released', async () => (await seen(target, volumePath))?.status?.phase === 'Released');
      const record: SoftenRecord = {
        actId: 'act-one',
        requestId: 'r1',
        context: 'test',
        owner: {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          namespace,
          name: 'data',
          uid: claim.metadata.uid ?? '',
        },
        left: [],
        finishAfter,
        how: 'retain-first',
        volumes,
        state: 'softened',
      };
      if (again === 'by somebody else') {
        // As a person does it by hand.
        await target.https('PATCH', volumePath, { spec: { claimRef: { uid: null, resourceVersion: null } } });
        await until('available', async () => (await seen(target, volumePath))?.status?.phase === 'Available');
        const { apiVersion, kind, spec } = claim;
        await put(target, path, { apiVersion, kind, metadata: { name: 'data' }, spec });
        await until('bound', async () => (await seen(target, `${path}/data`))?.status?.phase === 'Bound');
      }
      const { record: said } = await undo(target, claim, record, [volume]);
      assert.ok(
        said.results.every(({ result }) => result === 'done' || result === 'unchanged'),
        JSON.stringify(said.results),
      );
      const back = await seen(target, `${path}/data`);
      assert.equal(back?.status?.phase, 'Bound');
      assert.equal(back?.spec?.volumeName, name);
      const after = await seen(target, volumePath);
      assert.equal(after?.metadata.uid, uid);
      assert.equal(after?.spec?.persistentVolumeReclaimPolicy, 'Delete');
    });
}
