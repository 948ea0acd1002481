import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body } from '@toolcrib/kube';
import { validatePodSpec } from './validate-spec.ts';

const fine = (more: Body = {}) => ({ name: 'a', image: 'i:1', imagePullPolicy: 'Always', ...more });

function faults(spec: Body): string[] {
  return validatePodSpec({ restartPolicy: 'Always', containers: [fine()], ...spec }, 'spec').map(
    ({ field, body }) => `${field}: ${body}`,
  );
}

const one = (more: Body) => faults({ containers: [fine(more)] });

test('a Pod has containers', () => {
  assert.deepEqual(faults({}), []);
  assert.deepEqual(faults({ containers: [] }), ['spec.containers: Required value']);
  assert.deepEqual(faults({ containers: undefined }), ['spec.containers: Required value']);
});

test('a container has a name that is a DNS label', () => {
  assert.deepEqual(one({ name: undefined }), ['spec.containers[0].name: Required value']);
  assert.deepEqual(one({ name: '0-a' }), []);
  for (const name of ['A', '-a', 'a-', 'a.b', 'a_b']) {
    const [fault, ...more] = one({ name });
    assert.deepEqual(more, []);
    const said = `spec.containers[0].name: Invalid value: "${name}": a lowercase RFC 1123 label must consist of`;
    assert.ok(fault?.startsWith(said), name);
  }
});

test('names are taken once, init containers included', () => {
  assert.deepEqual(faults({ containers: [fine(), fine()] }), [
    'spec.containers[1].name: Duplicate value: "a"',
  ]);
  assert.deepEqual(faults({ initContainers: [fine()] }), ['spec.containers[0].name: Duplicate value: "a"']);
  assert.deepEqual(faults({ containers: [fine(), fine({ name: 'b' })] }), []);
  const [fault] = validatePodSpec({ restartPolicy: 'Always', containers: [fine(), fine()] }, 'spec');
  assert.equal(fault?.type, 'FieldValueDuplicate');
});

test('a container has an image without white space around it', () => {
  assert.deepEqual(one({ image: '' }), ['spec.containers[0].image: Required value']);
  for (const image of [' i:1', 'i:1 ']) {
    assert.deepEqual(one({ image }), [
      `spec.containers[0].image: Invalid value: "${image}": must not have leading or trailing whitespace`,
    ]);
  }
});

test('policies are the known ones', () => {
  for (const imagePullPolicy of ['Always', 'IfNotPresent', 'Never'])
    assert.deepEqual(one({ imagePullPolicy }), []);
  assert.deepEqual(one({ imagePullPolicy: 'Sometimes' }), [
    'spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
  ]);
  for (const restartPolicy of ['Always', 'OnFailure', 'Never'])
    assert.deepEqual(faults({ restartPolicy }), []);
  assert.deepEqual(faults({ restartPolicy: 'Sometimes' }), [
    'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
  ]);
});

test('a port lies between 1 and 65535', () => {
  const port = (containerPort?: unknown) => one({ ports: [{ containerPort }] });
  const at = 'spec.containers[0].ports[0].containerPort';
  for (const number of [1, 80, 65535]) assert.deepEqual(port(number), []);
  for (const nothing of [0, undefined]) assert.deepEqual(port(nothing), [`${at}: Required value`]);
  for (const number of [-1, 65536]) {
    assert.deepEqual(port(number), [
      `${at}: Invalid value: ${number}: must be between 1 and 65535, inclusive`,
    ]);
  }
  const [fault] = validatePodSpec(
    { restartPolicy: 'Always', containers: [fine({ ports: [{ containerPort: -1 }] })] },
    '',
  );
  assert.equal(fault?.type, 'FieldValueInvalid');
});

test('a mount is of a volume that the Pod has', () => {
  const containers = [fine({ volumeMounts: [{ name: 'data' }, { name: 'other' }] })];
  assert.deepEqual(faults({ containers, volumes: [{ name: 'data' }] }), [
    'spec.containers[0].volumeMounts[1].name: Not found: "other"',
  ]);
  assert.deepEqual(faults({ containers, volumes: [{ name: 'data' }, { name: 'other' }] }), []);
  const [fault] = validatePodSpec({ restartPolicy: 'Always', containers }, 'spec');
  assert.equal(fault?.type, 'FieldValueNotFound');
});

test('init containers are checked where they stand', () => {
  assert.deepEqual(faults({ initContainers: [fine({ name: 'i', image: '' })] }), [
    'spec.initContainers[0].image: Required value',
  ]);
});
