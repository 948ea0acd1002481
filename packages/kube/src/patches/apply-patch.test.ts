import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeError } from '../errors.ts';
import type { KubeObject } from '../objects.ts';
import { schemaOf } from '../schema/index.ts';
import { applyPatch, PATCH_TYPES } from './apply-patch.ts';

const object: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: { containers: [{ name: 'a', image: '1' }] },
};
const schema = schemaOf(object);
const refused = (code: string, words: RegExp) => (error: unknown) =>
  error instanceof KubeError && error.code === code && words.test(error.message);

test('the media types are those of the API server', () => {
  assert.deepEqual(PATCH_TYPES, {
    json: 'application/json-patch+json',
    merge: 'application/merge-patch+json',
    strategic: 'application/strategic-merge-patch+json',
    apply: 'application/apply-patch+yaml',
  });
});

test('one list of containers, laid on by each kind of patch in its own way', () => {
  const patch = { spec: { containers: [{ name: 'b' }] } };
  const before = JSON.stringify(object);
  assert.deepEqual(applyPatch('application/merge-patch+json; charset=utf-8', object, patch, schema).spec, {
    containers: [{ name: 'b' }],
  });
  assert.deepEqual(applyPatch('application/strategic-merge-patch+json', object, patch, schema).spec, {
    containers: [{ name: 'b' }, { name: 'a', image: '1' }],
  });
  const add = [{ op: 'add', path: '/spec/containers/-', value: { name: 'b' } }];
  assert.deepEqual(applyPatch('application/json-patch+json', object, add, undefined).spec, {
    containers: [{ name: 'a', image: '1' }, { name: 'b' }],
  });
  assert.equal(JSON.stringify(object), before);
});

test('what can not be applied is refused', () => {
  assert.throws(
    () => applyPatch(PATCH_TYPES.strategic, object, {}, undefined),
    refused('unsupported-media-type', /schema/),
  );
  assert.throws(
    () => applyPatch(PATCH_TYPES.strategic, object, [], schema),
    refused('bad-patch', /an object/),
  );
  for (const media of [PATCH_TYPES.apply, 'application/json', undefined]) {
    assert.throws(
      () => applyPatch(media, object, {}, schema),
      refused('unsupported-media-type', /is not a patch/),
    );
  }
});

test('a patch that leaves no object is none', () => {
  for (const patch of [[1], null, 'text']) {
    assert.throws(
      () => applyPatch(PATCH_TYPES.merge, object, patch, schema),
      refused('bad-patch', /no object/),
    );
  }
  const whole = [{ op: 'replace', path: '', value: [] }];
  assert.throws(() => applyPatch(PATCH_TYPES.json, object, whole, schema), refused('bad-patch', /no object/));
});
