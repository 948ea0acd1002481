import assert from 'node:assert/strict';
import { test } from 'node:test';
import { served } from '../testing/served.ts';

const on = served();
const MAPS = '/api/v1/namespaces/default/configmaps';
const as = (kind: string, v = 'v1') => ({
  headers: { accept: `application/json;as=${kind};v=${v};g=meta.k8s.io` },
});

test('objects to look at', async () => {
  for (const name of ['a', 'b']) {
    const body = { metadata: { name, labels: { test: 'views' } }, data: { x: '1' } };
    assert.equal((await on.admin.call('POST', MAPS, { body })).status, 201);
  }
});

const query = 'labelSelector=test%3Dviews';

test('a list has the kind once, and its items none', async () => {
  const { body } = await on.admin.call('GET', `${MAPS}?${query}`);
  assert.deepEqual([body.kind, body.apiVersion], ['ConfigMapList', 'v1']);
  assert.deepEqual(Object.keys(body), ['kind', 'apiVersion', 'metadata', 'items']);
  assert.deepEqual(
    body.items.map((item: Record<string, unknown>) => [item.kind, item.apiVersion, item.data]),
    [
      [undefined, undefined, { x: '1' }],
      [undefined, undefined, { x: '1' }],
    ],
  );
});

test('one object is itself, its metadata, or a table of one row', async () => {
  const path = `${MAPS}/a`;
  assert.deepEqual((await on.admin.call('GET', path)).body.data, { x: '1' });
  for (const v of ['v1', 'v1beta1']) {
    const { body } = await on.admin.call('GET', path, as('PartialObjectMetadata', v));
    assert.deepEqual(
      [body.kind, body.apiVersion, body.metadata.name, body.data],
      ['PartialObjectMetadata', `meta.k8s.io/${v}`, 'a', undefined],
    );
    const table = (await on.admin.call('GET', path, as('Table', v))).body;
    assert.deepEqual([table.kind, table.apiVersion, table.rows.length], ['Table', `meta.k8s.io/${v}`, 1]);
    assert.deepEqual(table.rows[0].cells, ['a', 1, '0s']);
    assert.equal(table.columnDefinitions.length, 3);
    assert.equal(table.metadata.resourceVersion, table.rows[0].object.metadata.resourceVersion);
  }
});

test('how much of the object a row carries', async () => {
  for (const path of [`${MAPS}/a?`, `${MAPS}?${query}&`]) {
    const object = async (include: string) =>
      (await on.admin.call('GET', `${path}${include}`, as('Table'))).body.rows[0].object;
    assert.equal((await object('')).kind, 'PartialObjectMetadata');
    assert.equal(await object('includeObject=None'), null);
    assert.deepEqual((await object('includeObject=Object')).data, { x: '1' });
  }
});

test('a list as a table, or as metadata', async () => {
  const table = (await on.admin.call('GET', `${MAPS}?${query}`, as('Table'))).body;
  assert.deepEqual(
    table.rows.map(({ cells }: { cells: unknown[] }) => cells),
    [
      ['a', 1, '0s'],
      ['b', 1, '0s'],
    ],
  );
  assert.equal(table.columnDefinitions.length, 3);
  assert.equal(table.metadata.resourceVersion, String(on.sandbox.store.version()));
  for (const v of ['v1', 'v1beta1']) {
    const { body } = await on.admin.call('GET', `${MAPS}?${query}`, as('PartialObjectMetadataList', v));
    assert.deepEqual([body.kind, body.apiVersion], ['PartialObjectMetadataList', `meta.k8s.io/${v}`]);
    assert.equal(body.metadata.resourceVersion, String(on.sandbox.store.version()));
    assert.deepEqual(
      body.items.map(({ kind, apiVersion, metadata, data }: Record<string, { name: string }>) => [
        kind,
        apiVersion,
        metadata?.name,
        data,
      ]),
      [
        ['PartialObjectMetadata', `meta.k8s.io/${v}`, 'a', undefined],
        ['PartialObjectMetadata', `meta.k8s.io/${v}`, 'b', undefined],
      ],
    );
  }
});

test('a list is no single object’s metadata, and the other way round', async () => {
  for (const [path, kind] of [
    [MAPS, 'PartialObjectMetadata'],
    [`${MAPS}/a`, 'PartialObjectMetadataList'],
  ] as const) {
    const { status, body } = await on.admin.call('GET', path, as(kind));
    assert.equal(status, 406);
    assert.equal(
      body.message,
      '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml',
    );
  }
});

test('custom resources: items of their own kind, in the version and with the columns that they are asked in', async () => {
  const version = (name: string, storage: boolean, column: string) => ({
    name,
    served: true,
    storage,
    schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    additionalPrinterColumns: [{ name: column, type: 'integer', jsonPath: '.size' }],
  });
  const spec = {
    group: 'example.com',
    names: { plural: 'widgets', kind: 'Widget' },
    scope: 'Namespaced',
    versions: [version('v1', true, 'Size'), version('v2', false, 'Girth')],
  };
  const body = { metadata: { name: 'widgets.example.com' }, spec };
  await on.admin.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body });
  const path = (v: string) => `/apis/example.com/${v}/namespaces/default/widgets`;
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, size: 7 };
  assert.equal((await on.admin.call('POST', path('v1'), { body: widget })).status, 201);
  for (const v of ['v1', 'v2']) {
    const list = (await on.admin.call('GET', path(v))).body;
    assert.deepEqual(Object.keys(list), ['apiVersion', 'items', 'kind', 'metadata']);
    assert.deepEqual(
      [list.kind, list.apiVersion, list.metadata.continue],
      ['WidgetList', `example.com/${v}`, ''],
    );
    assert.deepEqual([list.items[0].kind, list.items[0].apiVersion], ['Widget', `example.com/${v}`]);
    assert.equal((await on.admin.call('GET', `${path(v)}/w`)).body.apiVersion, `example.com/${v}`);
    const { columnDefinitions, rows } = (await on.admin.call('GET', path(v), as('Table'))).body;
    assert.equal(columnDefinitions[1].name, v === 'v1' ? 'Size' : 'Girth');
    assert.deepEqual(rows[0].cells, ['w', 7]);
  }
});
