import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsGivenBack, keyOf, type ManagedFields } from './give-back.ts';

const entry = (manager: string, fieldsV1: object, more: Partial<ManagedFields> = {}): ManagedFields => ({
  manager,
  operation: 'Update',
  apiVersion: 'apps/v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});
const told = (entries: ManagedFields[] | undefined) =>
  entries
    ?.map(({ manager, operation, fieldsV1 }) => `${manager} ${operation} ${JSON.stringify(fieldsV1)}`)
    .sort();

test('what we made goes back to who owned it; what nobody owned is nobody’s, what others own by now is theirs', () => {
  const before = [
    entry('helm', { 'f:spec': { 'f:replicas': {}, 'f:paused': {} } }, { operation: 'Apply' }),
    entry('kubectl-edit', { 'f:metadata': { 'f:labels': { '.': {}, 'f:team': {} } } }),
    entry('controller', { 'f:status': { 'f:replicas': {} } }, { subresource: 'status' }),
  ];
  const now = [
    entry('toolcrib', {
      'f:metadata': { 'f:labels': { '.': {}, 'f:team': {} } },
      'f:spec': { 'f:replicas': {}, 'f:selector': {} },
    }),
    entry('autoscaler', { 'f:spec': { 'f:paused': {} } }),
  ];
  assert.deepEqual(told(fieldsGivenBack(before, now, 'toolcrib')), [
    'autoscaler Update {"f:spec":{"f:paused":{}}}',
    'helm Apply {"f:spec":{"f:replicas":{}}}',
    'kubectl-edit Update {"f:metadata":{"f:labels":{".":{},"f:team":{}}}}',
  ]);
});

test('only what was asked for: replicas go back, and the owner that lost them is filled up', () => {
  const before = [
    entry('helm', { 'f:spec': { 'f:replicas': {}, 'f:selector': {} } }, { operation: 'Apply' }),
  ];
  const now = [
    entry('helm', { 'f:spec': { 'f:selector': {} } }, { operation: 'Apply' }),
    entry('toolcrib', { 'f:metadata': { 'f:annotations': { 'f:a': {} } }, 'f:spec': { 'f:replicas': {} } }),
  ];
  const only = [['f:spec', 'f:replicas']];
  assert.deepEqual(told(fieldsGivenBack(before, now, 'toolcrib', { only })), [
    'helm Apply {"f:spec":{"f:replicas":{},"f:selector":{}}}',
    'toolcrib Update {"f:metadata":{"f:annotations":{"f:a":{}}}}',
  ]);
  assert.equal(fieldsGivenBack(before, now, 'toolcrib', { only: [['f:data']] }), undefined);
  assert.equal(fieldsGivenBack(before, [now[0] as ManagedFields], 'toolcrib'), undefined, 'we own nothing');
});

test('owner references are found under the UIDs of now', () => {
  const owner = (uid: string) => ({ 'f:metadata': { 'f:ownerReferences': { [`k:{"uid":"${uid}"}`]: {} } } });
  const given = fieldsGivenBack(
    [entry('operator', owner('old'))],
    [entry('toolcrib', owner('new'))],
    'toolcrib',
    {
      uids: new Map([['old', 'new']]),
    },
  );
  assert.deepEqual(
    given?.map(({ manager, fieldsV1 }) => [manager, fieldsV1]),
    [['operator', owner('new')]],
  );
});

test('without UIDs, or without fields, owner references stay as they are', () => {
  const owner = { 'f:metadata': { 'f:ownerReferences': { 'k:{"uid":"old"}': {} } } };
  const given = fieldsGivenBack([entry('operator', owner)], [entry('toolcrib', owner)], 'toolcrib');
  assert.deepEqual(told(given), [`operator Update ${JSON.stringify(owner)}`]);
  const uids = new Map([['old', 'new']]);
  const bare: ManagedFields = { manager: 'bare', apiVersion: 'apps/v1' };
  const back = fieldsGivenBack([bare, entry('operator', owner)], [entry('toolcrib', owner)], 'toolcrib', {
    uids,
  });
  assert.equal(back, undefined);
});

test('what another owns with us stays theirs', () => {
  const fields = { 'f:spec': { 'f:replicas': {} } };
  const given = fieldsGivenBack([], [entry('toolcrib', fields), entry('autoscaler', fields)], 'toolcrib');
  assert.deepEqual(told(given), [`autoscaler Update ${JSON.stringify(fields)}`]);
});

test('an entry of another version goes back whole, unless it is of a subresource, or only a part was asked for', () => {
  const now = [entry('toolcrib', { 'f:spec': { 'f:replicas': {} } })];
  const old = { 'f:spec': { 'f:replicas': {}, 'f:rollbackTo': {} } };
  const before = (subresource?: string) => [
    entry('helm', old, { apiVersion: 'extensions/v1beta1', ...(subresource ? { subresource } : {}) }),
  ];
  assert.deepEqual(told(fieldsGivenBack(before(), now, 'toolcrib')), [`helm Update ${JSON.stringify(old)}`]);
  assert.equal(fieldsGivenBack(before('status'), now, 'toolcrib'), undefined);
  const only = [['f:spec', 'f:replicas']];
  assert.deepEqual(told(fieldsGivenBack(before(), now, 'toolcrib', { only })), [
    'helm Update {"f:spec":{"f:replicas":{}}}',
  ]);
});

test('what lies above a path that was asked for is not asked for; a path that is not there is nothing', () => {
  const fields = { 'f:spec': { '.': {}, 'f:replicas': {} } };
  const options = { only: [['f:spec', 'f:replicas'], ['f:spec', 'f:none', 'f:x'], ['f:none']] };
  const given = fieldsGivenBack([entry('helm', fields)], [entry('toolcrib', fields)], 'toolcrib', options);
  assert.deepEqual(told(given), [
    'helm Update {"f:spec":{"f:replicas":{}}}',
    'toolcrib Update {"f:spec":{}}',
  ]);
});

test('no subresource is the same as an empty one', () => {
  assert.equal(keyOf({ manager: 'm' }), keyOf({ manager: 'm', subresource: '' }));
});
