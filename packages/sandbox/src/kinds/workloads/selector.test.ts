import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { immutable, notNegative, validateWorkload } from './selector.ts';

const labels = { app: 'web' };
const podSpec = {
  restartPolicy: 'Always',
  containers: [{ name: 'a', image: 'i:1', imagePullPolicy: 'Always' }],
};

function workload(spec: Body): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec };
}

function faults(spec: Body): string[] {
  const full = {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: podSpec },
    ...spec,
  };
  return validateWorkload(workload(full)).map(({ field, body }) => `${field}: ${body}`);
}

const MISMATCH =
  'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`';

test('a workload selects the Pods that it makes', () => {
  assert.deepEqual(faults({}), []);
  assert.deepEqual(faults({ selector: { matchLabels: { app: 'other' } } }), [MISMATCH]);
  const expression = { key: 'app', operator: 'In', values: ['web'] };
  assert.deepEqual(faults({ selector: { matchExpressions: [expression] } }), []);
  assert.deepEqual(faults({ selector: { matchExpressions: [{ ...expression, operator: 'NotIn' }] } }), [
    MISMATCH,
  ]);
  assert.deepEqual(faults({ template: { spec: podSpec } }), [
    'spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`',
  ]);
});

test('a selector is there, is not empty, and can be read', () => {
  assert.deepEqual(faults({ selector: undefined }), ['spec.selector: Required value', MISMATCH]);
  for (const selector of [{}, { matchExpressions: [] }]) {
    assert.deepEqual(faults({ selector }), [
      `spec.selector: Invalid value: ${JSON.stringify(selector)}: empty selector is invalid for deployment`,
    ]);
  }
  const [fault, ...more] = faults({ selector: { matchExpressions: [{ key: 'app', operator: 'Like' }] } });
  assert.deepEqual(more, []);
  assert.match(fault ?? '', /^spec\.selector: Invalid value: .*Like/);
});

test('counts are not negative', () => {
  for (const field of ['replicas', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds']) {
    assert.deepEqual(faults({ [field]: 0 }), []);
    assert.deepEqual(faults({ [field]: -1 }), [
      `spec.${field}: Invalid value: -1: must be greater than or equal to 0`,
    ]);
  }
  assert.deepEqual(notNegative({ a: '-1', b: null, c: 1 }, ['a', 'b', 'c', 'd']), []);
  assert.deepEqual(notNegative({ a: -2 }, ['a']), [
    {
      type: 'FieldValueInvalid',
      field: 'spec.a',
      body: 'Invalid value: -2: must be greater than or equal to 0',
    },
  ]);
});

test('Pods of a workload are always started again', () => {
  const policy = (restartPolicy: string) =>
    faults({ template: { metadata: { labels }, spec: { ...podSpec, restartPolicy } } });
  for (const restartPolicy of ['Never', 'OnFailure']) {
    assert.deepEqual(policy(restartPolicy), [
      `spec.template.spec.restartPolicy: Unsupported value: "${restartPolicy}": supported values: "Always"`,
    ]);
  }
  // What is no policy at all is told once.
  assert.equal(policy('Sometimes').length, 1);
});

test('claims of a StatefulSet are volumes of its Pods', () => {
  const [first] = podSpec.containers;
  const mounting = (name: string) => ({
    metadata: { labels },
    spec: { ...podSpec, volumes: [{ name: 'own' }], containers: [{ ...first, volumeMounts: [{ name }] }] },
  });
  const volumeClaimTemplates = [{ metadata: { name: 'data' } }, {}];
  assert.deepEqual(faults({ template: mounting('data'), volumeClaimTemplates }), []);
  assert.deepEqual(faults({ template: mounting('own'), volumeClaimTemplates }), []);
  assert.deepEqual(faults({ template: mounting('data') }), [
    'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"',
  ]);
  assert.equal(faults({ template: undefined }).length, 3);
});

test('what may not change is told by field', () => {
  const check = (spec: Body, old: Body) => immutable(workload(spec), workload(old), ['selector', 'mode']);
  assert.deepEqual(check({ selector: { a: 1 }, mode: 'x', other: 1 }, { selector: { a: 1 }, mode: 'x' }), []);
  assert.deepEqual(check({ selector: { a: 2 } }, { selector: { a: 1 }, mode: 'x' }), [
    { type: 'FieldValueInvalid', field: 'spec.selector', body: 'Invalid value: {"a":2}: field is immutable' },
    { type: 'FieldValueInvalid', field: 'spec.mode', body: 'Invalid value: null: field is immutable' },
  ]);
});
