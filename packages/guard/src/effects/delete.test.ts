import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Cluster } from '@toolcrib/model';
import { asked } from '../testing/way.ts';
import { deleteKind as kind } from './delete.ts';
import { effectsOf } from './effect-of.ts';

const AT = '/api/v1/namespaces/shop/configmaps/conf';
const target = { group: '', version: 'v1', resource: 'configmaps', namespace: 'shop', name: 'conf' };
const effect = { verb: 'delete' as const, target, options: {}, dryRun: false };
const through = { ...effect, through: 'its owner is gone' };
const object: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'conf', namespace: 'shop', uid: 'u1' },
};
const write = (method: string, type: string, body: string) =>
  asked(method, AT, { headers: { 'content-type': type }, body: Buffer.from(body) });
const bodyOf = (out: { body?: { bytes: Uint8Array } } | undefined) =>
  JSON.parse(Buffer.from(out?.body?.bytes ?? '').toString());

test('a DELETE of one object is one, and of a subresource nobody knows what it does', () => {
  assert.equal(effectsOf(asked('DELETE', AT))[0].verb, 'delete');
  const [found] = effectsOf(asked('DELETE', `${AT}/status`));
  assert.equal(found.verb === 'not-understood' && found.why, 'DELETE of the subresource status is unknown');
});

test('a write that comes to a delete is told as one', () => {
  assert.equal(kind.title(effect), 'delete configmap shop/conf');
  assert.equal(kind.title(through), 'a write that deletes configmap shop/conf');
  assert.equal(kind.typed?.(through, ''), 'a write that deletes configmaps/conf -n shop');
  assert.equal(kind.besides?.(through), 'its owner is gone');
  assert.equal(kind.besides?.(effect), undefined);
  assert.match(kind.asSentWhy?.(effect, 3) ?? '', /takes 3 objects with one yes/);
  assert.match(kind.asSentWhy?.(through, 1) ?? '', /not a write that comes to one/);
});

test('it goes out for the object that was seen; a precondition of its client stays', () => {
  const request = asked('DELETE', AT);
  assert.deepEqual(bodyOf(kind.pinned?.(effect, request, object)).preconditions, { uid: 'u1' });
  const own = { ...effect, options: { preconditions: { uid: 'u0', resourceVersion: '7' } } };
  assert.deepEqual(bodyOf(kind.pinned?.(own, request, object)).preconditions, {
    uid: 'u0',
    resourceVersion: '7',
  });
  const version = { ...effect, options: { preconditions: { resourceVersion: '7' } } };
  assert.deepEqual(bodyOf(kind.pinned?.(version, request, object)).preconditions, {
    uid: 'u1',
    resourceVersion: '7',
  });
  assert.equal(bodyOf(kind.pinned?.(effect, request, undefined)).preconditions, undefined);
});

test('a write in JSON goes out with the UID that was seen, and in its own type; all else byte for byte', () => {
  const merge = 'application/merge-patch+json';
  const out = kind.pinned?.(
    through,
    write('PATCH', merge, '{"metadata":{"labels":{"a":"b"}},"data":{"n":1.50}}'),
    object,
  );
  assert.equal(out?.body?.type, merge);
  assert.equal(
    Buffer.from(out?.body?.bytes ?? '').toString(),
    '{"metadata":{"labels":{"a":"b"},"uid":"u1"},"data":{"n":1.50}}',
  );
  const named = kind.pinned?.(through, write('PUT', 'application/json', '{"metadata":{"uid":"u0"}}'), object);
  assert.equal(bodyOf(named).metadata.uid, 'u0');
  for (const type of ['application/yaml', 'application/json-patch+json', 'application/apply-patch+yaml'])
    assert.deepEqual(kind.pinned?.(through, write('PATCH', type, '[]'), object), {});
  assert.deepEqual(kind.pinned?.(through, write('PUT', 'application/json', '{}'), undefined), {});
});

test('a yes to a delete is none to a write that comes to one', () => {
  assert.notEqual(kind.likeness?.(effect), kind.likeness?.(through));
  assert.notEqual(kind.likeness?.(through), kind.likeness?.({ ...through, propagation: 'Orphan' }));
  assert.equal(kind.asDelete?.(effect), effect);
});

/** What it is about, where the cluster answers so to a read of it. */
const looked = (status: number, body: object) => {
  const answer = { status, headers: {}, body: Buffer.from(JSON.stringify(body)) };
  const cluster = { request: async () => answer } as Partial<Cluster> as Cluster;
  return kind.look?.(effect, { request: asked('DELETE', AT), cluster, as: undefined });
};

test('it is looked at by a read of its own: what stands there, what may not be read, and what is not there', async () => {
  const found = await looked(200, object);
  assert.ok(found?.kind === 'destructive');
  assert.deepEqual(
    [found.objects, found.aims.map(({ ref }) => ref.uid), found.blind],
    [[object], ['u1'], undefined],
  );
  const blind = await looked(403, {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code: 403,
    reason: 'Forbidden',
  });
  assert.ok(blind?.kind === 'destructive' && blind.objects.length === 0);
  assert.match(blind.blind ?? '', /can't be read with these rights/);
  const details = { name: effect.target.name, kind: effect.target.resource };
  const absent = await looked(404, {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code: 404,
    reason: 'NotFound',
    details,
  });
  assert.ok(absent?.kind === 'answered' && absent.answer.do === 'answer');
  assert.equal(absent.answer.status, 404);
});
