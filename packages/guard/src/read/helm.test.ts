import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { KubeObject } from '@toolcrib/kube';
import { releaseNamed, releaseOf, statusOf } from './helm.ts';

const object = (kind: string, name: string, metadata: object = {}) =>
  JSON.stringify({ apiVersion: 'v1', kind, metadata: { name, ...metadata } });
const MANIFEST = `---\n${object('ConfigMap', 'a')}\n---\n${object('Secret', 'b', { namespace: 'other' })}\n`;
function record(release: unknown, kind = 'Secret', packed = true): KubeObject {
  const json = Buffer.from(JSON.stringify(release));
  const text = (packed ? gzipSync(json) : json).toString('base64');
  const payload = kind === 'Secret' ? Buffer.from(text).toString('base64') : text;
  return { apiVersion: 'v1', kind, metadata: { name: 'r' }, data: { release: payload } };
}
const release = (more: object = {}) => ({ name: 'web', namespace: 'shop', manifest: MANIFEST, ...more });
const OBJECTS = [
  { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: undefined },
  { apiVersion: 'v1', kind: 'Secret', name: 'b', namespace: 'other' },
];

test('a record is named by its path', () => {
  const path = { group: '', resource: 'secrets', name: 'sh.helm.release.v1.web.shop.v12' };
  assert.equal(releaseNamed(path), 'web.shop');
  assert.equal(releaseNamed({ ...path, resource: 'configmaps' }), 'web.shop');
  for (const more of [
    { group: 'acme.io' },
    { resource: 'pods' },
    { subresource: 'status' },
    { name: 'web' },
    { name: undefined },
    { name: 'sh.helm.release.v1.web.vx' },
  ])
    assert.equal(releaseNamed({ ...path, ...more }), undefined, JSON.stringify(more));
});

test('its status is a label', () => {
  assert.equal(statusOf({ metadata: { labels: { status: 'uninstalling' } } }), 'uninstalling');
  for (const other of [undefined, {}, { metadata: {} }, { metadata: { labels: { status: 3 } } }])
    assert.equal(statusOf(other), undefined);
});

test('the objects of the manifest, in their order, from every form in which a record stands', async () => {
  for (const kind of ['Secret', 'ConfigMap'])
    for (const packed of [true, false])
      assert.deepEqual(await releaseOf(record(release(), kind, packed)), {
        name: 'web',
        namespace: 'shop',
        objects: OBJECTS,
        hooks: [],
      });
});

test('what its chart asks to keep is not deleted; what has no kind or name is nothing', async () => {
  const policy = (value: string) => ({ annotations: { 'helm.sh/resource-policy': value } });
  const manifest = [
    object('A', 'a', policy('keep')),
    object('A', 'b', policy(' KEEP ')),
    object('A', 'c', policy('other')),
    '{}',
    '# nothing',
    '{"kind":"B"}',
  ].join('\n---\n');
  const { objects } = await releaseOf(record(release({ manifest })));
  assert.deepEqual(
    objects.map(({ name }) => name),
    ['c'],
  );
});

test('hooks are those that an uninstall makes', async () => {
  const hook = (events: unknown, name: string, annotations: object = {}) => ({
    events,
    manifest: object('Job', name, annotations),
  });
  const hooks = [
    hook(['pre-delete'], 'before'),
    hook(['pre-install', 'post-delete'], 'after', { annotations: { 'helm.sh/resource-policy': 'keep' } }),
    hook(['pre-install'], 'other'),
    hook(undefined, 'none'),
    { events: ['pre-delete'] },
  ];
  const found = (await releaseOf(record(release({ hooks })))).hooks;
  assert.deepEqual(
    found.map(({ name }) => name),
    ['before', 'after'],
  );
  assert.deepEqual((await releaseOf(record(release({ hooks: 'x' })))).hooks, []);
});

test('what is no record is an error, and so is one too large to be read in time', async () => {
  const empty = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'r' } };
  await assert.rejects(releaseOf(empty), /holds no release/);
  for (const more of [{ name: 1 }, { namespace: undefined }, { manifest: null }])
    await assert.rejects(releaseOf(record(release(more))), /another form/);
  await assert.rejects(releaseOf({ ...record(release()), data: { release: 'bm8=' } }), SyntaxError);
  await assert.rejects(
    releaseOf(record(release({ manifest: '#'.repeat((8 << 20) + 1) }))),
    /the manifest of the release is larger than 8 MiB/,
  );
  await assert.rejects(
    releaseOf(record(release({ manifest: '#'.repeat((2 << 20) + 1) }))),
    /an object in the manifest of the release is larger than 2 MiB/,
  );
});
