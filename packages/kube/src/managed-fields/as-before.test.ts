import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../objects.ts';
import { fieldsAsBefore } from './as-before.ts';
import type { ManagedFields } from './give-back.ts';

const entry = (manager: string, fieldsV1: object, more: Partial<ManagedFields> = {}): ManagedFields => ({
  manager,
  operation: 'Update',
  apiVersion: 'apps/v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});
const object = (managedFields: ManagedFields[], body: object = {}, metadata: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  ...body,
  metadata: { name: 'web', ...metadata, managedFields },
});
const told = (entries: ManagedFields[] | undefined) =>
  entries
    ?.map(({ manager, operation, fieldsV1 }) => `${manager} ${operation} ${JSON.stringify(fieldsV1)}`)
    .sort();

test('what is empty, and what is stored under another name, is in the entry of before all the same', () => {
  const body = { spec: { selector: {} }, data: { a: 'YQ==' } };
  const before = object(
    [
      entry(
        'kubectl',
        { 'f:spec': { 'f:selector': {} }, 'f:stringData': { 'f:a': {} } },
        { operation: 'Apply' },
      ),
    ],
    body,
  );
  const now = object([entry('toolcrib', { 'f:data': { '.': {}, 'f:a': {} } })], body);
  assert.deepEqual(told(fieldsAsBefore(before, now, 'toolcrib')), [
    'kubectl Apply {"f:spec":{"f:selector":{}},"f:stringData":{"f:a":{}}}',
  ]);
});

test('what it had and has no more is nobody’s: its controller owns the status that it writes', () => {
  const fields = { 'f:status': { 'f:replicas': {}, 'f:readyReplicas': {} } };
  const status = entry('controller', fields, { subresource: 'status' });
  const other = entry('old', { 'f:spec': { 'f:volumes': { 'k:{"name":"a"}': { '.': {}, 'f:name': {} } } } });
  const before = object([status, other], {
    spec: { volumes: [{ name: 'a' }] },
    status: { replicas: 2, readyReplicas: 2 },
  });
  const written = entry('controller', { 'f:status': { 'f:replicas': {} } }, { subresource: 'status' });
  const now = object([entry('toolcrib', { 'f:spec': {} }), written], {
    spec: { volumes: [{ name: 'b' }] },
    status: { replicas: 1 },
  });
  assert.deepEqual(told(fieldsAsBefore(before, now, 'toolcrib')), [
    'controller Update {"f:status":{"f:replicas":{}}}',
  ]);
});

test('what another took since is his, and what both had is both’s', () => {
  const replicas = { 'f:spec': { 'f:replicas': {} } };
  const image = { 'f:spec': { 'f:image': {}, 'f:replicas': {} } };
  const body = { spec: { replicas: 1, image: 'a' } };
  const before = object(
    [entry('helm', image, { operation: 'Apply' }), entry('both', { 'f:spec': { 'f:image': {} } })],
    body,
  );
  const now = object(
    [
      entry('toolcrib', { 'f:spec': { 'f:image': {} } }),
      entry('autoscaler', replicas),
      entry('webhook', { 'f:spec': { 'f:image': {} } }),
    ],
    body,
  );
  assert.deepEqual(told(fieldsAsBefore(before, now, 'toolcrib')), [
    'autoscaler Update {"f:spec":{"f:replicas":{}}}',
    'both Update {"f:spec":{"f:image":{}}}',
    'helm Apply {"f:spec":{"f:image":{}}}',
    'webhook Update {"f:spec":{"f:image":{}}}',
  ]);
});

test('owner references are found under the UIDs of now', () => {
  const owned = (uid: string) => ({
    'f:metadata': { 'f:ownerReferences': { '.': {}, [`k:{"uid":"${uid}"}`]: {} } },
  });
  const before = object([entry('operator', owned('old'))], {}, { ownerReferences: [{ uid: 'old' }] });
  const now = object([entry('toolcrib', owned('new'))], {}, { ownerReferences: [{ uid: 'new' }] });
  assert.deepEqual(told(fieldsAsBefore(before, now, 'toolcrib', new Map([['old', 'new']]))), [
    `operator Update ${JSON.stringify(owned('new'))}`,
  ]);
  // The owner is still to come: it is named, and given back, once it is there.
  const later = object([entry('toolcrib', { 'f:spec': {} })]);
  assert.deepEqual(told(fieldsAsBefore(before, later, 'toolcrib')), ['undefined undefined undefined']);
});

test('an entry of another version goes back whole, but for the status', () => {
  const beta = { apiVersion: 'apps/v1beta1' };
  const before = object([
    entry('old', { 'f:spec': { 'f:rollbackTo': {} } }, beta),
    entry('controller', { 'f:status': { 'f:replicas': {} } }, { ...beta, subresource: 'status' }),
  ]);
  assert.deepEqual(told(fieldsAsBefore(before, object([entry('toolcrib', {})]), 'toolcrib')), [
    'old Update {"f:spec":{"f:rollbackTo":{}}}',
  ]);
});

test('who had nothing written down has nothing written down again; what is as it was is not written', () => {
  const mine = entry('toolcrib', { 'f:spec': { 'f:replicas': {} } });
  assert.deepEqual(fieldsAsBefore(object([]), object([mine]), 'toolcrib'), [{}]);
  assert.equal(fieldsAsBefore(object([]), object([]), 'toolcrib'), undefined);
  const same = entry('helm', { 'f:spec': { 'f:replicas': {} } });
  const body = { spec: { replicas: 1 } };
  assert.equal(
    fieldsAsBefore(object([same], body), object([{ ...same, time: 'later' }], body), 'toolcrib'),
    undefined,
  );
});

test('what we own with another is not taken by him', () => {
  const image = { 'f:spec': { 'f:image': {} } };
  const body = { spec: { image: 'a' } };
  const before = object([entry('helm', image)], body);
  const now = object([entry('toolcrib', image), entry('webhook', image)], body);
  assert.deepEqual(told(fieldsAsBefore(before, now, 'toolcrib')), [
    `helm Update ${JSON.stringify(image)}`,
    `webhook Update ${JSON.stringify(image)}`,
  ]);
});

test('where the object stands in another version now, an entry goes back whole', () => {
  const fields = { 'f:spec': { 'f:gone': {} } };
  const before = object([entry('helm', fields)], { spec: { gone: 1 } });
  const now = object([entry('toolcrib', { 'f:spec': {} }, { apiVersion: 'apps/v2' })]);
  now.apiVersion = 'apps/v2';
  assert.deepEqual(told(fieldsAsBefore(before, now, 'toolcrib')), [`helm Update ${JSON.stringify(fields)}`]);
});

test('an object without owners is as one that had none', () => {
  const { managedFields: _, ...metadata } = object([]).metadata;
  const bare: KubeObject = { ...object([]), metadata };
  assert.equal(fieldsAsBefore(bare, bare, 'toolcrib'), undefined);
});

test('what it had and has no more: fields, items by key or place, values, and what is of another form', () => {
  const lost = (fields: object, then: object, now: object) => {
    const before = object([entry('helm', fields)], then);
    const back = fieldsAsBefore(before, object([entry('toolcrib', { 'f:x': {} })], now), 'toolcrib');
    return told(back)?.[0] === 'undefined undefined undefined';
  };
  const key = { 'f:items': { 'k:{"name":"a"}': {} } };
  const place = { 'f:items': { 'i:1': {} } };
  const value = { 'f:items': { 'v:"a"': {} } };
  for (const [fields, then, now, is] of [
    [key, { items: [{ name: 'a' }] }, { items: [{ name: 'b' }] }, true],
    [key, { items: [{ name: 'a' }] }, { items: [{ name: 'b' }, { name: 'a' }] }, false],
    [key, { items: [{ name: 'a' }] }, { items: { a: {} } }, true],
    [place, { items: [1, 2] }, { items: [1] }, true],
    [place, { items: [1, 2] }, { items: [1, 3] }, false],
    [value, { items: ['a'] }, { items: ['b'] }, true],
    [value, { items: ['a'] }, { items: ['b', 'a'] }, false],
    [value, { items: ['b'] }, { items: ['b'] }, false],
    [{ 'f:spec': { 'f:toString': {} } }, { spec: { toString: 'x' } }, { spec: {} }, true],
    [{ 'f:spec': { 'f:a': {} } }, { spec: { a: 1 } }, { spec: null }, true],
    [{ 'f:spec': { 'f:a': {} } }, { spec: { a: 1 } }, { spec: { a: null } }, false],
  ] as const) {
    assert.equal(lost(fields, then, now), is, JSON.stringify([fields, now]));
  }
});
