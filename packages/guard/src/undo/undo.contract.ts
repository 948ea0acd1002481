import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { controllerOf } from '@toolcrib/kube';
import type { RequestRecord } from '@toolcrib/model';
import { marks } from '@toolcrib/model';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, paths, put, seen, until, untilKnown } from '../testing/target.ts';
import { podsOf, restartsOf, runDeployment, runStatefulSet, uidsOf } from '../testing/workloads.ts';
import { lookForUndo, planUndo, runUndo } from './index.ts';
import { kept, scaleRequest, snapshotOf, undo, waiting } from './testing/undone.ts';

/** An undo keeps its promises over this target. Everything claimed is asked of the API directly. */
export function undoContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  const gone = (path: string) => until(`${path} gone`, async () => !(await seen(target, path)));

  test('a Deployment that went with its Pods comes back, and its controller makes the rest', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
      const path = `${paths.apps(namespace, 'deployments')}/web`;
      const sets = await kept(target, paths.apps(namespace, 'replicasets'), 'apps/v1', 'ReplicaSet');
      const all = pods.map((pod) => ({ ...pod, apiVersion: 'v1', kind: 'Pod' }));
      await target.https('DELETE', path, { propagationPolicy: 'Background' });
      await until('Pods gone', async () => (await podsOf(target, namespace, 'web')).length === 0);
      const first = await undo(target, snapshotOf([owner, ...sets, ...all]));
      assert.deepEqual(first.failed, []);
      assert.equal(first.by('done').length, 1);
      const back = await seen(target, path);
      assert.notEqual(back?.metadata.uid, owner.metadata.uid);
      assert.deepEqual(back?.spec, owner.spec);
      await until('two Pods', async () => (await podsOf(target, namespace, 'web')).length === 2);
      const second = await undo(target, snapshotOf([owner, ...sets, ...all]));
      assert.deepEqual(second.by('done'), []);
      assert.deepEqual(second.failed, []);
      assert.equal((await seen(target, path))?.metadata.uid, back?.metadata.uid);
    }));

  test('what stands under the name now is never overwritten', () =>
    inNamespace(target, async (namespace) => {
      const path = paths.core(namespace, 'configmaps');
      const map = (data: object) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings' },
        data,
      });
      const old = await put(target, path, map({ colour: 'blue' }));
      await target.https('DELETE', `${path}/settings`);
      const other = await put(target, path, map({ colour: 'red' }));
      const run = await undo(target, snapshotOf([old]));
      assert.equal(run.by('conflict').length, 1);
      const now = await seen(target, `${path}/settings`);
      assert.equal(now?.metadata.resourceVersion, other.metadata.resourceVersion);
      await target.https('DELETE', `${path}/settings`);
      await put(target, path, map({ colour: 'blue' }));
      const same = await undo(target, snapshotOf([old]));
      assert.equal(same.by('unchanged').length, 1);
    }));

  test('owners come before what they own, with the new UIDs; a dangling owner is left out', () =>
    inNamespace(target, async (namespace) => {
      const path = paths.core(namespace, 'configmaps');
      const owner = await put(target, path, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'z-owner' },
      });
      const owns = (name: string, uid: string | undefined) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'z-owner', uid }] },
      });
      const child = await put(target, path, owns('a-child', owner.metadata.uid));
      await target.https('DELETE', `${path}/z-owner`, { propagationPolicy: 'Background' });
      await gone(`${path}/a-child`);
      const run = await undo(target, snapshotOf([child, owner]));
      assert.deepEqual(run.failed, []);
      const newOwner = await seen(target, `${path}/z-owner`);
      const newChild = await seen(target, `${path}/a-child`);
      assert.equal(newChild?.metadata.ownerReferences?.[0]?.uid, newOwner?.metadata.uid);
      await target.https('DELETE', `${path}/z-owner`, { propagationPolicy: 'Background' });
      await gone(`${path}/a-child`);
      const alone = await undo(target, snapshotOf([child]));
      assert.deepEqual(alone.failed, []);
      assert.match(alone.by('done')[0] ?? '', /without its owner/);
      await target.aWhile(1_000);
      assert.ok(await seen(target, `${path}/a-child`), 'the collector has nothing against it');
    }));

  test('Pods: those of a controller have come back by themselves; a naked one is made again', () =>
    inNamespace(target, async (namespace) => {
      const { pods } = await runDeployment(target, namespace, 'web', 2);
      const naked = await put(target, paths.pods(namespace), {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'debug' },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }],
        },
      });
      const running = await until('debug runs', async () => {
        const pod = await seen(target, `${paths.pods(namespace)}/debug`);
        return pod?.status?.phase === 'Running' && pod;
      });
      assert.ok(running.spec?.nodeName);
      const one = { ...(pods[0] as KubeObject), apiVersion: 'v1', kind: 'Pod' };
      for (const name of ['debug', one.metadata.name]) {
        await target.https('DELETE', `${paths.pods(namespace)}/${name}`);
      }
      const run = await undo(target, snapshotOf([one, { ...running, apiVersion: 'v1', kind: 'Pod' }]));
      assert.deepEqual(run.failed, []);
      assert.deepEqual(
        run.by('done').map((text) => text.split(':')[0]),
        [`Pod ${namespace}/debug`],
      );
      assert.match(
        run.by('skipped')[0] ?? run.by('unchanged')[0] ?? '',
        /makes it again|come back by itself/,
      );
      const debug = await seen(target, `${paths.pods(namespace)}/debug`);
      assert.notEqual(debug?.metadata.uid, naked.metadata.uid);
    }));

  test('a Service gets its own cluster IP back while it is free', () =>
    inNamespace(target, async (namespace) => {
      const path = paths.core(namespace, 'services');
      const old = await put(target, path, {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web' },
        spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
      });
      await target.https('DELETE', `${path}/web`);
      const run = await undo(target, snapshotOf([old]));
      assert.deepEqual(run.failed, []);
      assert.equal((await seen(target, `${path}/web`))?.spec?.clusterIP, old.spec?.clusterIP);
    }));

  test('an Orphan delete: the owner adopts the very same Pods', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runStatefulSet(target, namespace, 'db', 2);
      const path = `${paths.apps(namespace, 'statefulsets')}/db`;
      await target.https('DELETE', path, { propagationPolicy: 'Orphan' });
      await gone(path);
      const run = await undo(target, snapshotOf([owner]));
      assert.deepEqual(run.failed, []);
      const back = await seen(target, path);
      await until('Pods adopted', async () => {
        const now = await podsOf(target, namespace, 'db');
        return now.length === 2 && now.every((pod) => controllerOf(pod)?.uid === back?.metadata.uid);
      });
      const now = await podsOf(target, namespace, 'db');
      assert.deepEqual(uidsOf(now), uidsOf(pods));
      assert.equal(restartsOf(now), restartsOf(pods));
      assert.equal(now[0]?.metadata.labels?.[marks.act], undefined);
    }));

  test('a definition comes back with its custom resources and their status', () =>
    inNamespace(target, async (namespace) => {
      const group = `${namespace}.example.com`;
      const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
      const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
      await put(target, crds, {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `things.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: schema },
              subresources: { status: {} },
            },
          ],
        },
      });
      const path = `/apis/${group}/v1/namespaces/${namespace}/things`;
      const thing = {
        apiVersion: `${group}/v1`,
        kind: 'Thing',
        metadata: { name: 'one' },
        spec: { size: 3 },
      };
      await until('the kind is served', async () => (await target.https('POST', path, thing)).status === 201);
      await untilKnown(target, thing);
      await until('its status is served', async () => {
        const patch = { status: { clusterId: 'abc' } };
        return (await target.https('PATCH', `${path}/one/status`, patch)).status === 200;
      });
      const old = (await seen(target, `${path}/one`)) as KubeObject;
      assert.deepEqual(old.status, { clusterId: 'abc' });
      const crd = (await seen(target, `${crds}/things.${group}`)) as KubeObject;
      try {
        await target.https('DELETE', `${path}/one`);
        await gone(`${path}/one`);
        const one = await undo(target, snapshotOf([old]));
        assert.deepEqual(one.failed, []);
        assert.deepEqual((await seen(target, `${path}/one`))?.status, { clusterId: 'abc' });
        await target.https('DELETE', `${crds}/things.${group}`);
        await gone(`${crds}/things.${group}`);
        const all = await undo(target, snapshotOf([old, crd]));
        assert.deepEqual(all.failed, []);
        const back = await seen(target, `${path}/one`);
        assert.deepEqual([back?.spec, back?.status], [{ size: 3 }, { clusterId: 'abc' }]);
      } finally {
        await target.https('DELETE', `${crds}/things.${group}`);
      }
    }));

  test('RBAC objects come back only with the person’s own rights', () =>
    inNamespace(target, async (namespace) => {
      const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`;
      const role = await put(target, path, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'all' },
        rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
      });
      await target.https('DELETE', `${path}/all`);
      const someone = await target.person('nobody');
      const live = await lookForUndo(target.cluster, [snapshotOf([role])], []);
      const plan = planUndo([snapshotOf([role])], [], live);
      const { record } = await runUndo(someone, plan, () => {}, { id: 'u', by: 'nobody', waiting });
      assert.equal(record.results[0]?.result, 'failed');
      assert.match(record.results[0]?.note ?? '', /403|forbidden/i);
      assert.equal(await seen(target, `${path}/all`), undefined);
    }));

  const disowning = ({ metadata: { uid = '', name } }: KubeObject, namespace: string): RequestRecord => ({
    ...scaleRequest(uid, name, namespace, 0),
    effect: {
      verb: 'delete',
      target: { group: '', version: 'v1', resource: 'configmaps', namespace, name },
      options: { propagationPolicy: 'Background' },
      dryRun: false,
      through: 'its owner does not stand',
    },
    status: 200,
  });

  test('what was left to an owner that is not there comes back, and what still stands has its owners again', () =>
    inNamespace(target, async (namespace) => {
      const at = paths.core(namespace, 'configmaps');
      const cfg = await put(target, at, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'cfg' },
        data: { key: 'value' },
      });
      const ghost = { name: 'ghost', uid: '00000000-0000-4000-8000-000000000001' };
      const leaveTo = (apiVersion: string, kind: string) =>
        target.https('PATCH', `${at}/cfg`, {
          metadata: { ownerReferences: [{ apiVersion, kind, ...ghost }] },
        });
      await leaveTo('v1', 'Node');
      await until('cfg is collected', async () => (await seen(target, `${at}/cfg`)) === undefined);
      const first = await undo(target, snapshotOf([cfg]), [disowning(cfg, namespace)]);
      assert.deepEqual(first.failed, []);
      const back = await seen(target, `${at}/cfg`);
      assert.ok(back);
      assert.deepEqual([back.data, back.metadata.ownerReferences], [{ key: 'value' }, undefined]);

      // Of a kind that is not served: the collector can't tell, and lets it stand for now.
      await leaveTo('acme.io/v1', 'Widget');
      const second = await undo(target, snapshotOf([back]), [disowning(back, namespace)]);
      assert.match(second.by('done').join(), /cfg: it has the owners that it had before the act/);
      const now = await seen(target, `${at}/cfg`);
      assert.deepEqual([now?.metadata.uid, now?.metadata.ownerReferences], [back.metadata.uid, undefined]);
    }));
}
