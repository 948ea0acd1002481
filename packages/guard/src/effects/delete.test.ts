import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { asked } from '../testing/way.ts';
import { deleteKind as kind } from './delete.ts';
import { effectKindContract } from './effect-kind.contract.ts';
import { effectsOf } from './effect-of.ts';

effectKindContract('delete', kind);

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
  const verbs = (method: string, path: string) => effectsOf(asked(method, path)).map(({ verb }) => verb);
  assert.deepEqual(verbs('DELETE', AT), ['delete']);
  assert.deepEqual(verbs('DELETE', '/api/v1/namespaces/shop/configmaps'), ['delete-collection']);
  assert.deepEqual(verbs('PUT', AT), ['none']);
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
  assert.equal(kind.likeness?.(through), JSON.stringify(['through', null]));
  assert.equal(kind.asDelete?.(effect), effect);
  // A DELETE asks no disruption budget.
  assert.deepEqual(kind.cheap, { evicts: false });
});
