import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { KubeObject } from '@toolcrib/kube';
import { ToolcribError } from '@toolcrib/model';
import { but, object } from '../undo/testing/kept.ts';
import { memoryCluster } from '../undo/testing/memory-cluster.ts';
import { uninstallAims } from './uninstall.ts';

const json = (type: string, name: string, namespace?: string) => {
  const [apiVersion, kind] = type.split(' ');
  return JSON.stringify({ apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) } });
};
const manifest = [json('v1 ConfigMap', 'a'), json('v1 Secret', 'b', 'other'), json('v1 Namespace', 'n')].join(
  '\n---\n',
);
function record(kind: 'Secret' | 'ConfigMap' = 'Secret', more: object = {}): KubeObject {
  const packed = gzipSync(JSON.stringify({ name: 'web', namespace: 'shop', manifest, ...more })).toString(
    'base64',
  );
  return object(`v1 ${kind}`, 'sh.helm.release.v1.web.v2', {
    metadata: { labels: { name: 'web', owner: 'helm' } },
    data: { release: kind === 'Secret' ? Buffer.from(packed).toString('base64') : packed },
  });
}
const standing = [
  object('v1 ConfigMap', 'a'),
  object('v1 Secret', 'b', { metadata: { namespace: 'other' } }),
  object('v1 Namespace', 'n', { metadata: { namespace: undefined } }),
];
const looked = async (
  from: KubeObject,
  objects: KubeObject[],
  change: (cluster: ReturnType<typeof memoryCluster>) => void = () => undefined,
) => {
  const cluster = memoryCluster(objects);
  const list = cluster.list;
  // Its selector has two labels.
  cluster.list = async (type, query, as) => {
    cluster.refuse('records', type.resource);
    return list(type, { namespace: query?.namespace, labelSelector: 'owner=helm' }, as);
  };
  change(cluster);
  const { aims, unseen, hooks } = await uninstallAims(from, cluster, undefined);
  return {
    names: aims.map(({ ref, type }) => `${type.resource} ${ref.namespace ?? ''}/${ref.name}`),
    aims,
    unseen,
    hooks,
  };
};

test('the objects of the manifest as they stand, in its order, and the records of all revisions last', async () => {
  for (const kind of ['Secret', 'ConfigMap'] as const) {
    const own = record(kind);
    const older = but(own, { metadata: { name: 'sh.helm.release.v1.web.v1', uid: 'older' } });
    const { names, aims, unseen, hooks } = await looked(own, [own, older, ...standing]);
    const plural = `${kind.toLowerCase()}s`;
    assert.deepEqual(names, [
      'configmaps shop/a',
      'secrets other/b',
      'namespaces /n',
      `${plural} shop/sh.helm.release.v1.web.v2`,
      `${plural} shop/sh.helm.release.v1.web.v1`,
    ]);
    assert.deepEqual([unseen, hooks], [[], []]);
    assert.deepEqual(aims[0]?.effect, { does: 'delete', options: { propagationPolicy: 'Background' } });
    assert.equal(aims[0]?.ref.uid, 'ConfigMap-a');
  }
});

test('what is not there, or of a kind that is not served, is not aimed at', async () => {
  const own = record('Secret', { manifest: `${manifest}\n---\n${json('gone.io/v1 Ring', 'r')}` });
  const { names, unseen } = await looked(own, [own]);
  assert.deepEqual([names, unseen], [['secrets shop/sh.helm.release.v1.web.v2'], []]);
});

test('what may not be read is said; without a cluster or credentials it is an error', async () => {
  const own = record();
  const failing =
    (code: 'api' | 'unreachable' | 'credentials') => (cluster: ReturnType<typeof memoryCluster>) => {
      cluster.get = () => Promise.reject(new ToolcribError(code, 'no'));
    };
  const { names, unseen } = await looked(own, [own], failing('api'));
  assert.deepEqual(names, ['secrets shop/sh.helm.release.v1.web.v2']);
  assert.deepEqual(unseen.map(({ kind }) => kind).sort(), ['ConfigMap a', 'Namespace n', 'Secret b']);
  for (const code of ['unreachable', 'credentials'] as const)
    await assert.rejects(looked(own, [own], failing(code)), { code });
  await assert.rejects(
    looked(own, [own], (cluster) => {
      cluster.get = () => Promise.reject(new Error('ours'));
    }),
    /ours/,
  );
});

test('the record that was read is always among them', async () => {
  const own = record();
  const refusing = (error: Error) => (cluster: ReturnType<typeof memoryCluster>) => {
    cluster.list = () => Promise.reject(error);
  };
  const { names, unseen } = await looked(own, standing, refusing(new ToolcribError('api', 'forbidden')));
  assert.equal(names.at(-1), 'secrets shop/sh.helm.release.v1.web.v2');
  assert.match(unseen[0]?.why ?? '', /other records: forbidden/);
  assert.equal((await looked(own, [])).names.length, 1);
  await assert.rejects(looked(own, [], refusing(new ToolcribError('unreachable', 'x'))), {
    code: 'unreachable',
  });
  await assert.rejects(looked(own, [], refusing(new Error('ours'))), /ours/);
});

test('where helm makes its hooks; a kind that can’t be told can’t be made either', async () => {
  const hook = (type: string, name: string, namespace?: string) => ({
    events: ['pre-delete'],
    manifest: json(type, name, namespace),
  });
  const own = record('Secret', {
    hooks: [
      hook('batch/v1 Job', 'a'),
      hook('batch/v1 Job', 'b', 'other'),
      hook('v1 Namespace', 'c'),
      hook('gone.io/v1 Ring', 'd'),
    ],
  });
  const { hooks } = await looked(own, [own]);
  assert.deepEqual(hooks, [
    { group: 'batch', resource: 'jobs', name: 'a', namespace: 'shop' },
    { group: 'batch', resource: 'jobs', name: 'b', namespace: 'other' },
    { group: '', resource: 'namespaces', name: 'c' },
  ]);
});
