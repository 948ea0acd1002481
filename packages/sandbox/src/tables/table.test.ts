import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { ApiError } from '../apimachinery/api-error.ts';
import { type TableOptions, tableOf } from './table.ts';

const NOW = Date.parse('2026-11-02T10:05:00Z');
const columns = [{ name: 'Name', type: 'string', format: 'name', description: 'n', priority: 0 }];
const shape = { columns, cells: ({ metadata }: KubeObject, now: number) => [metadata.name, now] };

function pod(phase: string, metadata: Partial<KubeObject['metadata']> = {}, kind = 'Pod'): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name: 'one', ...metadata }, status: { phase } };
}

function table(object: KubeObject, options: Partial<TableOptions> = {}) {
  const standard = {
    apiVersion: 'meta.k8s.io/v1',
    includeObject: 'Metadata',
    metadata: { resourceVersion: '7' },
    now: NOW,
    withColumns: true,
  };
  // biome-ignore lint/suspicious/noExplicitAny: a Table as it is sent
  return tableOf(shape, [object], { ...standard, ...options }) as any;
}

test('a table has the columns of the kind and one row an object', () => {
  assert.deepEqual(table(pod('Running', { labels: { a: 'b' } })), {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '7' },
    columnDefinitions: columns,
    rows: [
      {
        cells: ['one', NOW],
        object: {
          kind: 'PartialObjectMetadata',
          apiVersion: 'meta.k8s.io/v1',
          metadata: { name: 'one', labels: { a: 'b' } },
        },
      },
    ],
  });
});

test('the columns are sent once in a watch', () => {
  assert.equal(table(pod('Running'), { withColumns: false }).columnDefinitions, null);
});

test('a row carries as much of the object as was asked for', () => {
  const object = pod('Running');
  const included = (includeObject: string) => table(object, { includeObject }).rows[0].object;
  assert.equal(included('None'), null);
  assert.deepEqual(included('Object'), object);
  assert.deepEqual(included(''), included('Metadata'));
  assert.throws(
    () => included('All'),
    (error: unknown) => {
      assert.ok(error instanceof ApiError);
      assert.equal(error.code, 400);
      assert.match(
        error.message,
        /includeObject: Invalid value: "All": must be 'Metadata', 'Object', 'None', or empty$/,
      );
      return true;
    },
  );
});

test('rows of Pods that have ended say so', () => {
  const conditions = (object: KubeObject) => table(object).rows[0].conditions;
  assert.deepEqual(conditions(pod('Succeeded')), [
    {
      type: 'Completed',
      status: 'True',
      reason: 'Succeeded',
      message: 'The pod has completed successfully.',
    },
  ]);
  assert.deepEqual(conditions(pod('Failed')), [
    { type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' },
  ]);
  assert.equal(conditions(pod('Running')), undefined);
  assert.equal(conditions(pod('Failed', {}, 'PersistentVolume')), undefined);
  assert.equal(conditions({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } }), undefined);
});

test('the oldest annotation of a DaemonSet is not shown', () => {
  const hidden = 'deprecated.daemonset.template.generation';
  const metadata = (kind: string, annotations?: Record<string, string>) =>
    table(pod('', { annotations, uid: 'u' }, kind)).rows[0].object.metadata;
  assert.deepEqual(metadata('DaemonSet', { [hidden]: '1', a: 'b' }), {
    name: 'one',
    uid: 'u',
    annotations: { a: 'b' },
  });
  assert.deepEqual(metadata('DaemonSet', { [hidden]: '1' }), { name: 'one', uid: 'u' });
  assert.deepEqual(metadata('DaemonSet', { a: 'b' }).annotations, { a: 'b' });
  assert.deepEqual(metadata('Deployment', { [hidden]: '1' }).annotations, { [hidden]: '1' });
  assert.equal(metadata('DaemonSet').annotations, undefined);
});
