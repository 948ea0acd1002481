import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KubeObject, refOf } from '@toolcrib/kube';
import type { Cluster, Radius } from '@toolcrib/model';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, inNamespace, paths, put } from '../testing/target.ts';
import { wholeObjects } from './whole-objects.ts';

let target: ClusterTarget;
before(async () => {
  target = await openSandbox();
});
after(() => target.close());

const made = (namespace: string, name: string) =>
  put(target, paths.core(namespace, 'configmaps'), {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { key: name },
  });
const radiusOf = (...objects: KubeObject[]) =>
  ({
    members: objects.map((object) => ({ ref: refOf(object), fate: 'deleted', loss: 'restorable' })),
  }) as Radius;

/** Counts what is asked. */
function counting(cluster: Cluster) {
  const asked = { get: 0, list: 0 };
  const proxy = new Proxy(cluster, {
    get(real, name) {
      if (name === 'get' || name === 'list') asked[name]++;
      const value = Reflect.get(real, name);
      return typeof value === 'function' ? value.bind(real) : value;
    },
  });
  return { cluster: proxy, asked };
}

test('each object whole as it stands, in the order of the radius; what was read already is not read again', () =>
  inNamespace(target, async (namespace) => {
    const [a, b, c] = [await made(namespace, 'a'), await made(namespace, 'b'), await made(namespace, 'c')];
    const { cluster, asked } = counting(target.cluster);
    const found = await wholeObjects(cluster, radiusOf(c, a, b), [a], undefined);
    assert.deepEqual(found, [c, a, b]);
    assert.deepEqual(asked, { get: 2, list: 0 });
  }));

test('of many of one kind one LIST is made, of which only what goes is kept', () =>
  inNamespace(target, async (namespace) => {
    const all: KubeObject[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) all.push(await made(namespace, name));
    const { cluster, asked } = counting(target.cluster);
    const found = await wholeObjects(cluster, radiusOf(...all.slice(0, 4)), [], undefined);
    assert.deepEqual(found, all.slice(0, 4));
    assert.deepEqual(asked, { get: 0, list: 1 });
  }));

test('what has gone meanwhile is left out; what is known stays, also where it is no member', () =>
  inNamespace(target, async (namespace) => {
    const [a, b] = [await made(namespace, 'a'), await made(namespace, 'b')];
    const gone = { ...b, metadata: { ...b.metadata, name: 'gone', uid: 'gone' } };
    assert.deepEqual(await wholeObjects(target.cluster, radiusOf(gone), [a], undefined), [a]);
    // One of the same name that came since is another.
    const other = { ...b, metadata: { ...b.metadata, uid: 'other' } };
    const listed = await wholeObjects(target.cluster, radiusOf(other, gone, gone, gone), [], undefined);
    assert.deepEqual(listed, []);
  }));

test("what can't be read can't be kept, and is said with its kind", () =>
  inNamespace(target, async (namespace) => {
    const a = await made(namespace, 'a');
    const away = new Proxy(target.cluster, {
      get: (real, name) =>
        name === 'get'
          ? () => Promise.reject(new Error('the cluster is away'))
          : Reflect.get(real, name).bind(real),
    });
    await assert.rejects(wholeObjects(away, radiusOf(a), [], undefined), {
      code: 'not-kept',
      message: /^ConfigMap could not be read: the cluster is away/,
    });
  }));
