import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { type ClusterTarget, inNamespace, type OpenTarget, put, seen, until } from '../testing/target.ts';
import { look, radiusOf } from './index.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Kinds that came a moment ago, and groups that went: what holds objects of any kind is looked at with what is served now. */
export function youngKindsContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  let count = 0;
  /** A definition with one instance in the namespace, made while what the cluster serves is remembered. */
  async function youngKind(namespace: string, versions = [{ name: 'v1', served: true, storage: true }]) {
    await target.cluster.resources();
    const group = `young-${namespace}-${++count}.example.com`;
    const definition = await put(target, DEFINITIONS, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `things.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
        versions: versions.map((version) => ({
          ...version,
          schema: { openAPIV3Schema: { type: 'object' } },
        })),
      },
    });
    const path = `/apis/${group}/v1/namespaces/${namespace}/things`;
    const thing = { apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name: 'one' } };
    await until('an instance', async () => (await target.https('POST', path, thing)).status < 300);
    return { path: `${DEFINITIONS}/${definition.metadata.name}`, definition };
  }
  const radius = async (path: string, resource: string) => {
    const found = (await seen(target, path)) as KubeObject;
    const { apiVersion, kind, metadata } = found;
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
    const ref = { apiVersion, kind, name: metadata.name, uid: metadata.uid };
    const aims = [{ ref, type: { group, resource }, effect: { does: 'delete' as const, options: {} } }];
    return radiusOf(await look(target.cluster, aims), aims);
  };
  const things = ({ members }: Awaited<ReturnType<typeof radius>>) =>
    members.filter(({ ref }) => ref.kind === 'Thing').length;

  test('a definition of this moment, with an instance: seen, and not calm', () =>
    inNamespace(target, async (namespace) => {
      const { path } = await youngKind(namespace);
      const found = await radius(path, 'customresourcedefinitions');
      assert.equal(things(found), 1);
      assert.equal(found.state, 'opaque');
      await target.https('DELETE', path);
    }));

  test('a Namespace with an instance of a kind of this moment', () =>
    inNamespace(target, async (namespace) => {
      const { path } = await youngKind(namespace);
      const found = await radius(`/api/v1/namespaces/${namespace}`, 'namespaces');
      assert.equal(things(found), 1);
      assert.equal(found.state, 'opaque', 'as when it is asked for by itself');
      await target.https('DELETE', path);
    }));

  test('one that is asked for twice at the same moment: the second look begins after the first', () =>
    inNamespace(target, async (namespace) => {
      const first = target.cluster.resources(undefined, { anew: true });
      const { path, definition } = await youngKind(namespace);
      const second = await target.cluster.resources(undefined, { anew: true });
      await first;
      const { group } = definition.spec;
      // The cluster itself may take a moment to show what it serves.
      await until('it is served', async () => {
        const { resources } = await target.cluster.resources(undefined, { anew: true });
        return resources.some((info) => info.group === group);
      });
      assert.ok(second.resources.length > 0);
      await target.https('DELETE', path);
    }));

  test('a definition that serves none of its versions any more: what it holds is there, and not seen', () =>
    inNamespace(target, async (namespace) => {
      const { path, definition } = await youngKind(namespace);
      const versions = [
        { name: 'v1', served: false, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ];
      const patched = await target.https('PATCH', path, { spec: { versions } });
      assert.equal(patched.status, 200);
      await until('it is not served', async () => {
        const { status } = await target.https('GET', `/apis/${definition.spec.group}/v1/things`);
        return status === 404;
      });
      const found = await radius(path, 'customresourcedefinitions');
      assert.equal(found.state, 'incomplete');
      assert.match(JSON.stringify(found.unseen), /serves none of its versions/);
      const inside = await radius(`/api/v1/namespaces/${namespace}`, 'namespaces');
      assert.equal(inside.state, 'incomplete');
      await target.https('PATCH', path, {
        spec: { versions: versions.map((one) => ({ ...one, served: true })) },
      });
      await target.https('DELETE', path);
    }));

  test('a definition without instances is calm', () =>
    inNamespace(target, async (namespace) => {
      const { path, definition } = await youngKind(namespace);
      await target.https('DELETE', `/apis/${definition.spec.group}/v1/namespaces/${namespace}/things/one`);
      const found = await radius(path, 'customresourcedefinitions');
      assert.deepEqual([found.state, found.members.length], ['complete', 1]);
      await target.https('DELETE', path);
    }));
}
