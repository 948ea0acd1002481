import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsGivenBack, type ManagedFields } from './give-back.ts';

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
