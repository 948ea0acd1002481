import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { KubeObject, ResourceType } from '@toolcrib/kube';
import type { ApiFailure, Cluster, ToolcribError } from '@toolcrib/model';

export interface ClusterTarget {
  cluster: Cluster;
  dispose(): Promise<void>;
}

const configMaps: ResourceType = { group: '', version: 'v1', resource: 'configmaps' };
const namespaces: ResourceType = { group: '', version: 'v1', resource: 'namespaces' };

function configMap(namespace: string, name: string, data: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: { app: name } }, data };
}

const apiFailure = (status: number) => (error: unknown) =>
  (error as ToolcribError).code === 'api' && ((error as ToolcribError).cause as ApiFailure).status === status;

/** What a Cluster must do against anything that claims to be a Kubernetes API, in a namespace of its own. */
export function clusterContract(name: string, makeTarget: () => Promise<ClusterTarget>): void {
  describe(`${name} through the Cluster port`, () => {
    let target: ClusterTarget;
    let cluster: Cluster;
    const namespace = `contract-${Math.random().toString(36).slice(2, 8)}`;

    before(async () => {
      target = await makeTarget();
      cluster = target.cluster;
      await cluster.create(namespaces, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace },
      });
    });
    after(async () => {
      await cluster.delete(namespaces, { name: namespace }, {});
      await target.dispose();
    });

    test('discovery knows the built-in kinds with their verbs and subresources', async () => {
      const { resources, failed } = await cluster.resources();
      assert.deepEqual(failed, []);
      const find = (group: string, resource: string) =>
        resources.find((info) => info.group === group && info.resource === resource);
      const pods = find('', 'pods');
      assert.equal(pods?.kind, 'Pod');
      assert.equal(pods?.namespaced, true);
      assert.ok(pods?.subresources.includes('eviction'));
      assert.ok(pods?.verbs.includes('deletecollection'));
      assert.equal(find('apps', 'deployments')?.version, 'v1');
      assert.ok(find('apps', 'deployments')?.subresources.includes('scale'));
      assert.equal(find('', 'namespaces')?.namespaced, false);
      assert.equal(
        resources.filter((info) => info.resource === 'deployments' && info.group === 'apps').length,
        1,
      );
    });

    test('a kind is found by its reference; an unknown one is not-found', async () => {
      const set = await cluster.typeOf({ apiVersion: 'apps/v1', kind: 'StatefulSet' });
      assert.deepEqual([set.group, set.version, set.resource], ['apps', 'v1', 'statefulsets']);
      const pod = await cluster.typeOf({ apiVersion: 'v1', kind: 'Pod' });
      assert.deepEqual([pod.group, pod.resource, pod.namespaced], ['', 'pods', true]);
      await assert.rejects(cluster.typeOf({ apiVersion: 'example.dev/v1', kind: 'Nothing' }), {
        code: 'not-found',
      });
    });

    test('create, get, patch in three ways, replace, delete', async () => {
      const created = await cluster.create(configMaps, configMap(namespace, 'one', { a: '1' }));
      assert.ok(created.metadata.uid);
      const at = { namespace, name: 'one' };
      assert.equal((await cluster.get(configMaps, at))?.data.a, '1');
      assert.equal((await cluster.patch(configMaps, at, { data: { b: '2' } })).data.b, '2');
      const op = [{ op: 'replace', path: '/data/a', value: '3' }];
      assert.equal((await cluster.patch(configMaps, at, op, { type: 'json' })).data.a, '3');
      const strategic = await cluster.patch(configMaps, at, { data: { b: null } }, { type: 'strategic' });
      assert.deepEqual(strategic.data, { a: '3' });
      const replaced = await cluster.replace(configMaps, { ...strategic, data: { z: '9' } });
      assert.deepEqual(replaced.data, { z: '9' });
      // An outdated copy is refused, not written over the newer one.
      await assert.rejects(cluster.replace(configMaps, strategic), apiFailure(409));
      const pinned = { metadata: { resourceVersion: strategic.metadata.resourceVersion }, data: { y: '1' } };
      await assert.rejects(cluster.patch(configMaps, at, pinned), apiFailure(409));
      assert.ok(await cluster.delete(configMaps, at, { preconditions: { uid: created.metadata.uid } }));
      assert.equal(await cluster.get(configMaps, at), undefined);
      assert.equal(await cluster.delete(configMaps, at, {}), undefined);
    });

    test('a delete pinned to another UID is refused and deletes nothing', async () => {
      await cluster.create(configMaps, configMap(namespace, 'pinned'));
      const at = { namespace, name: 'pinned' };
      await assert.rejects(
        cluster.delete(configMaps, at, { preconditions: { uid: 'another' } }),
        apiFailure(409),
      );
      assert.ok(await cluster.get(configMaps, at));
      await cluster.delete(configMaps, at, { dryRun: ['All'] });
      assert.ok(await cluster.get(configMaps, at), 'a dry run has deleted');
    });

    test('lists carry kind and apiVersion, whole or as metadata only', async () => {
      await cluster.create(configMaps, configMap(namespace, 'list-a', { long: 'text' }));
      await cluster.create(configMaps, configMap(namespace, 'list-b', { long: 'text' }));
      const whole = await cluster.list(configMaps, { namespace, labelSelector: 'app in (list-a, list-b)' });
      assert.deepEqual(
        whole.map((item) => [item.apiVersion, item.kind, item.metadata.name, item.data.long]),
        [
          ['v1', 'ConfigMap', 'list-a', 'text'],
          ['v1', 'ConfigMap', 'list-b', 'text'],
        ],
      );
      const slim = await cluster.list(configMaps, { namespace, labelSelector: 'app=list-a', metadata: true });
      assert.equal(slim.length, 1);
      const [item] = slim;
      assert.deepEqual(Object.keys(item ?? {}).sort(), ['apiVersion', 'kind', 'metadata']);
      assert.deepEqual([item?.apiVersion, item?.kind], ['v1', 'ConfigMap']);
      assert.equal(item?.metadata.uid, whole[0]?.metadata.uid);
      assert.equal(item?.metadata.managedFields, undefined);
      const named = await cluster.list(configMaps, { namespace, fieldSelector: 'metadata.name=list-b' });
      assert.deepEqual(
        named.map((one) => one.metadata.name),
        ['list-b'],
      );
      const all = await cluster.list(namespaces, { metadata: true });
      assert.ok(all.some((one) => one.metadata.name === namespace && one.kind === 'Namespace'));
    });

    test('what the cluster refuses says so, with status and reason', async () => {
      await cluster.create(configMaps, configMap(namespace, 'twice'));
      await assert.rejects(
        cluster.create(configMaps, configMap(namespace, 'twice')),
        (error: ToolcribError) => {
          const failure = error.cause as ApiFailure;
          assert.deepEqual([error.code, failure.status, failure.reason], ['api', 409, 'AlreadyExists']);
          return true;
        },
      );
      const nothing = { group: '', version: 'v1', resource: 'nothings' };
      // A kind that is not served is no proof that its object is gone.
      await assert.rejects(cluster.get(nothing, { namespace, name: 'x' }), apiFailure(404));
      await assert.rejects(cluster.list(nothing, { namespace }));
    });

    test('mayI asks the cluster', async () => {
      const answer = await cluster.mayI({ ...configMaps, verb: 'delete', namespace });
      assert.equal(answer.allowed, true);
    });

    test('request hands the answer back as it is, errors too', async () => {
      const version = await cluster.request({ method: 'GET', path: '/version' });
      assert.equal(version.status, 200);
      assert.match(Buffer.from(version.body).toString(), /gitVersion/);
      const missing = await cluster.request({
        method: 'GET',
        path: `/api/v1/namespaces/${namespace}/pods/none`,
      });
      assert.equal(missing.status, 404);
    });
  });
}
