import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { controllerOf } from '@toolcrib/kube';
import type { RequestRecord, Snapshot } from '@toolcrib/model';
import { marks } from '@toolcrib/model';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, items, paths, put, seen, until } from '../testing/target.ts';
import { podsOf, restartsOf, runDeployment, runStatefulSet, uidsOf } from '../testing/workloads.ts';
import { lookForUndo, planUndo, runUndo } from './index.ts';

const waiting = { poll: 30, limit: 20_000 };

/** A snapshot of whole objects, read by plain requests. */
function snapshotOf(objects: KubeObject[]): Snapshot {
  return { id: 's1', actId: 'act-test1', requestId: 'r1', takenAt: 1, context: 'test', objects };
}

/** Lists carry no kind on their items. */
async function kept(
  target: ClusterTarget,
  path: string,
  apiVersion: string,
  kind: string,
): Promise<KubeObject[]> {
  return (await items(target, path)).map((item) => ({ ...item, apiVersion, kind }));
}

/** Looks, plans and runs, as a person's undo does. */
async function undo(
  target: ClusterTarget,
  snapshot: Snapshot,
  requests: RequestRecord[] = [],
  limits: { limit?: number } = {},
  tell: (text: string) => void = () => {},
) {
  const live = await lookForUndo(target.cluster, [snapshot], [], undefined, requests);
  const plan = planUndo([snapshot], [], live, requests);
  const { record } = await runUndo(target.cluster, plan, () => {}, {
    id: 'u1',
    by: 'tester',
    waiting: { ...waiting, ...limits },
    tell,
  });
  const by = (result: string) =>
    record.results.filter((one) => one.result === result).map((one) => `${one.what}: ${one.note ?? ''}`);
  return { record, by, failed: [...by('failed'), ...by('conflict')] };
}

function scaleRequest(uid: string, name: string, namespace: string, replicas: number): RequestRecord {
  const target = { group: 'apps', version: 'v1', resource: 'deployments', namespace, name };
  return {
    id: 'r1',
    actId: 'act-test1',
    at: 1,
    method: 'PATCH',
    path: '',
    effect: { verb: 'scale', target, replicas, dryRun: false },
    decision: { then: 'allow', rule: '', reason: '' },
    state: 'answered',
    targetUids: [uid],
  };
}

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

  test('a scale goes back only while it stands at what the act set', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runDeployment(target, namespace, 'web', 3);
      const path = `${paths.apps(namespace, 'deployments')}/web`;
      const request = scaleRequest(owner.metadata.uid ?? '', 'web', namespace, 0);
      const replicas = async () => (await seen(target, path))?.spec?.replicas;
      await target.https('PATCH', path, { spec: { replicas: 0 } });
      const back = await undo(target, snapshotOf([owner]), [request]);
      assert.equal(back.by('done').length, 1);
      assert.equal(await replicas(), 3);
      const again = await undo(target, snapshotOf([owner]), [request]);
      assert.equal(again.by('unchanged').length, 1);
      await target.https('PATCH', path, { spec: { replicas: 5 } });
      const later = await undo(target, snapshotOf([owner]), [request]);
      assert.equal(later.by('conflict').length, 1);
      assert.equal(await replicas(), 5);
    }));

  test('a custom resource that keeps its size in a field of its own goes back by its /scale', () =>
    inNamespace(target, async (namespace) => {
      const group = `${namespace}.example`;
      const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
      const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
      const scale = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' };
      await put(target, crds, {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `rings.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural: 'rings', singular: 'ring', kind: 'Ring', listKind: 'RingList' },
          versions: [
            { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema }, subresources: { scale } },
          ],
        },
      });
      const path = `/apis/${group}/v1/namespaces/${namespace}/rings`;
      const ring = { apiVersion: `${group}/v1`, kind: 'Ring', metadata: { name: 'one' }, spec: { size: 3 } };
      await until('the kind is served', async () => (await target.https('POST', path, ring)).status === 201);
      const to = (replicas: number) =>
        until('its scale is served', async () => {
          const patch = { spec: { replicas } };
          return (await target.https('PATCH', `${path}/one/scale`, patch)).status === 200;
        });
      try {
        const old = (await seen(target, `${path}/one`)) as KubeObject;
        const size = async () => (await seen(target, `${path}/one`))?.spec?.size;
        const was = scaleRequest(old.metadata.uid ?? '', 'one', namespace, 0);
        const request = { ...was, effect: { ...was.effect, was: 3 } } as RequestRecord;
        const open = { ...request, state: 'unsettled' } as RequestRecord;
        assert.match((await undo(target, snapshotOf([old]), [open])).by('unchanged').join(), /what it was/);
        await to(0);
        const blind = await undo(target, snapshotOf([old]), [was]);
        assert.match(blind.by('failed').join(), /was not written down/);
        assert.equal(await size(), 0);
        const back = await undo(target, snapshotOf([old]), [open]);
        assert.match(back.by('done').join(), /from 0 to 3/);
        assert.equal(await size(), 3);
        assert.equal((await undo(target, snapshotOf([old]), [request])).by('unchanged').length, 1);
        await to(5);
        assert.equal((await undo(target, snapshotOf([old]), [request])).by('conflict').length, 1);
        assert.equal(await size(), 5);
      } finally {
        await target.https('DELETE', `${crds}/rings.${group}`);
      }
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

  test('a Namespace comes back with what was in it', () =>
    inNamespace(target, async (scratch) => {
      const name = `${scratch}-b`;
      const space = await put(target, '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { team: 'shop' } },
      });
      await until('its default account', () => seen(target, paths.core(name, 'serviceaccounts/default')));
      const settings = await put(target, paths.core(name, 'configmaps'), {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings' },
        data: { a: 'b' },
      });
      const { owner } = await runDeployment(target, name, 'web', 1);
      await target.https('DELETE', `/api/v1/namespaces/${name}`);
      // At once, while it is still Terminating.
      const run = await undo(target, snapshotOf([space, settings, owner]));
      assert.deepEqual(run.failed, []);
      const back = await seen(target, `/api/v1/namespaces/${name}`);
      assert.notEqual(back?.metadata.uid, space.metadata.uid);
      assert.equal(back?.metadata.labels?.team, 'shop');
      assert.deepEqual((await seen(target, paths.core(name, 'configmaps/settings')))?.data, { a: 'b' });
      await until('its Pod', async () => (await podsOf(target, name, 'web')).length === 1);
      await target.https('DELETE', `/api/v1/namespaces/${name}`);
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

  test('a Namespace that a foreign finalizer holds: what holds it is named, and nothing else is tried or waited for', () =>
    inNamespace(target, async (scratch) => {
      const name = `${scratch}-h`;
      const space = await put(target, '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      });
      await until('its default account', () => seen(target, paths.core(name, 'serviceaccounts/default')));
      const { owner } = await runDeployment(target, name, 'web', 1);
      const pods = await kept(target, paths.pods(name), 'v1', 'Pod');
      const maps = ['first', 'second', 'slow'];
      for (const one of maps)
        await put(target, paths.core(name, 'configmaps'), {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: one, finalizers: one === 'slow' ? ['example.io/slow'] : [] },
        });
      const config = await kept(target, paths.core(name, 'configmaps'), 'v1', 'ConfigMap');
      const sets = await kept(target, paths.apps(name, 'replicasets'), 'apps/v1', 'ReplicaSet');
      const all = snapshotOf([space, owner, ...sets, ...pods, ...config]);
      await target.https('DELETE', `/api/v1/namespaces/${name}`);
      await until('all but the one is gone', async () => {
        const left = await items(target, paths.core(name, 'configmaps'));
        return left.length === 1 && (await items(target, paths.pods(name))).length === 0;
      });
      const told: string[] = [];
      const run = await undo(target, all, [], { limit: 3_000 }, (text) => told.push(text));
      assert.deepEqual(told, [`Namespace ${name} is still on its way out: waiting for it, up to 3 s`]);
      assert.equal(run.record.results.length, 1, JSON.stringify(run.record.results));
      const [only] = run.record.results;
      assert.deepEqual([only?.what, only?.result], [`Namespace ${name}`, 'failed']);
      assert.match(only?.note ?? '', /ConfigMap slow \(finalizer example\.io\/slow\)/);
      assert.match(only?.note ?? '', /undo again once it is gone; in it \d+ more of the act wait for that$/);
      const slow = paths.core(name, 'configmaps/slow');
      await target.https('PATCH', slow, { metadata: { finalizers: null } });
      const again = await undo(target, all);
      assert.deepEqual(again.failed, []);
      assert.equal((await items(target, paths.core(name, 'configmaps'))).length >= maps.length, true);
      await target.https('PATCH', slow, { metadata: { finalizers: null } });
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
