import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KubeError } from '../errors.ts';
import type { KubeObject } from '../objects.ts';
import { schemaOf } from '../schema/index.ts';
import { applyPatch, PATCH_TYPES } from './apply-patch.ts';
import { PatchDoesNotApply } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';

function deployment(podSpec: object, spec: object = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas: 2, ...spec, template: { spec: podSpec } },
  };
}

function strategic(object: KubeObject, patch: object): KubeObject {
  return applyPatch(PATCH_TYPES.strategic, object, patch, schemaOf(object));
}

const podPatch = (podSpec: object) => ({ spec: { template: { spec: podSpec } } });

test('a merge patch sets, merges, replaces lists and removes with null', () => {
  const object = deployment({ containers: [{ name: 'a' }] });
  const patch = { spec: { replicas: 5, paused: true, template: null }, metadata: { labels: { x: '1' } } };
  const result = applyPatch('application/merge-patch+json; charset=utf-8', object, patch, undefined);
  assert.deepEqual(result.spec, { replicas: 5, paused: true });
  assert.deepEqual(result.metadata, { name: 'web', labels: { x: '1' } });
  assert.equal(object.spec.replicas, 2, 'the given object was changed');
});

test('strategic merge joins lists by their merge key and keeps what the patch does not name', () => {
  const object = deployment({
    containers: [
      { name: 'a', image: '1' },
      { name: 'b', image: '1' },
    ],
  });
  const result = strategic(
    object,
    podPatch({
      containers: [
        { name: 'b', image: '2' },
        { name: 'c', image: '3' },
      ],
    }),
  );
  assert.deepEqual(result.spec.template.spec.containers, [
    { name: 'a', image: '1' },
    { name: 'b', image: '2' },
    { name: 'c', image: '3' },
  ]);
});

test('strategic directives: $patch delete and replace, $setElementOrder, $retainKeys, $deleteFromPrimitiveList', () => {
  const object = deployment({ containers: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] });
  const without = strategic(object, podPatch({ containers: [{ name: 'b', $patch: 'delete' }] }));
  assert.deepEqual(without.spec.template.spec.containers, [{ name: 'a' }, { name: 'c' }]);
  const replaced = strategic(object, podPatch({ containers: [{ $patch: 'replace' }, { name: 'z' }] }));
  assert.deepEqual(replaced.spec.template.spec.containers, [{ name: 'z' }]);
  const order = { '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }, { name: 'b' }] };
  const ordered = strategic(object, podPatch({ ...order, containers: [{ name: 'a', image: '9' }] }));
  assert.deepEqual(ordered.spec.template.spec.containers, [
    { name: 'c' },
    { name: 'a', image: '9' },
    { name: 'b' },
  ]);
  const rolling = deployment({}, { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } });
  const recreate = strategic(rolling, { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } });
  assert.deepEqual(recreate.spec.strategy, { type: 'Recreate' });
  const held: KubeObject = { ...object, metadata: { name: 'web', finalizers: ['x', 'y'] } };
  const freed = strategic(held, { metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] } });
  assert.deepEqual(freed.metadata.finalizers, ['y']);
  const joined = strategic(held, { metadata: { finalizers: ['z'] } });
  assert.deepEqual(joined.metadata.finalizers?.toSorted(), ['x', 'y', 'z']);
});

test('strategic merge replaces atomic lists and maps, and drops directives from what it adds', () => {
  const object = deployment({ containers: [{ name: 'a', args: ['1', '2'] }] });
  const result = strategic(
    object,
    podPatch({ containers: [{ name: 'a', args: ['3'] }], volumes: [{ name: 'v', $retainKeys: ['name'] }] }),
  );
  assert.deepEqual(result.spec.template.spec.containers[0].args, ['3']);
  assert.deepEqual(result.spec.template.spec.volumes, [{ name: 'v' }]);
});

test('a patch that does not fit is refused, and an unknown type too', () => {
  const object = deployment({ containers: [] });
  const isBad = (code: string) => (error: unknown) => error instanceof KubeError && error.code === code;
  assert.throws(() => strategic(object, podPatch({ containers: [{ image: 'x' }] })), isBad('bad-patch'));
  assert.throws(() => strategic(object, { $patch: 'explode' }), isBad('bad-patch'));
  assert.throws(
    () => applyPatch(PATCH_TYPES.strategic, object, {}, undefined),
    isBad('unsupported-media-type'),
  );
  assert.throws(() => applyPatch(PATCH_TYPES.apply, object, {}, undefined), isBad('unsupported-media-type'));
  assert.throws(() => applyPatch(PATCH_TYPES.merge, object, [1], undefined), isBad('bad-patch'));
});

test('JSON patch: every operation, escapes, and failures that leave nothing half done', () => {
  const object = deployment({ containers: [{ name: 'a' }] });
  object.metadata.annotations = { 'a/b': '1' };
  const patch = [
    { op: 'test', path: '/spec/replicas', value: 2 },
    { op: 'replace', path: '/metadata/annotations/a~1b', value: '2' },
    { op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'c' } },
    { op: 'add', path: '/spec/template/spec/containers/1', value: { name: 'b' } },
    { op: 'copy', from: '/spec/replicas', path: '/spec/minReadySeconds' },
    { op: 'move', from: '/spec/replicas', path: '/spec/revisionHistoryLimit' },
    { op: 'remove', path: '/spec/template/spec/containers/0' },
  ];
  const result = applyPatch(PATCH_TYPES.json, object, patch, undefined);
  assert.deepEqual(result.spec, {
    minReadySeconds: 2,
    revisionHistoryLimit: 2,
    template: { spec: { containers: [{ name: 'b' }, { name: 'c' }] } },
  });
  assert.deepEqual(result.metadata.annotations, { 'a/b': '2' });
  const fails = [
    [{ op: 'test', path: '/spec/replicas', value: 3 }],
    [{ op: 'replace', path: '/spec/none/deeper', value: 1 }],
    [{ op: 'replace', path: '/spec/template/spec/containers/7', value: 1 }],
    [{ op: 'remove', path: '/spec/template/spec/containers/9' }],
    [{ op: 'add', path: '/spec/template/spec/containers/01', value: 1 }],
    [{ op: 'jump', path: '/spec' }],
  ];
  for (const bad of fails) {
    assert.throws(() => applyPatch(PATCH_TYPES.json, object, bad, undefined), PatchDoesNotApply);
  }
  assert.equal(object.spec.replicas, 2);
});

test('a merge patch made from two objects leads from the one to the other', () => {
  const json = fc.dictionary(
    fc.string(),
    fc.oneof(fc.string(), fc.integer(), fc.dictionary(fc.string(), fc.integer()), fc.array(fc.integer())),
  );
  fc.assert(
    fc.property(json, json, (from, to) => {
      const patch = { ...Object.fromEntries(Object.keys(from).map((key) => [key, null])), ...to };
      // A nested object would be merged: take the old one away first, as null can't stand beside a value.
      const cleared = applyMergePatch(from, Object.fromEntries(Object.keys(from).map((key) => [key, null])));
      assert.deepEqual(applyMergePatch(cleared, patch), applyMergePatch({}, to));
    }),
  );
});
