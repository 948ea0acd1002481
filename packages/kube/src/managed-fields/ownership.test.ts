import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../objects.ts';
import { schemaOf } from '../schema/index.ts';
import type { FieldManager } from './ownership.ts';
import { applyConfiguration, managedFieldsAfterUpdate } from './ownership.ts';

const base: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };
const schema = schemaOf(base);

function context(name: string, operation: FieldManager['operation'], subresource?: string) {
  const manager: FieldManager = { name, operation, ...(subresource ? { subresource } : {}) };
  return { schema, manager, time: '2026-11-02T10:00:00Z', hasStatus: true };
}

function apply(live: KubeObject | undefined, spec: object, name = 'cd', force = false) {
  return applyConfiguration(live, { ...base, spec }, { ...context(name, 'Apply'), force });
}

function applied(live: KubeObject | undefined, spec: object, name?: string, force?: boolean): KubeObject {
  const outcome = apply(live, spec, name, force);
  assert.ok('object' in outcome, JSON.stringify(outcome));
  return outcome.object;
}

function updated(live: KubeObject, spec: object, name: string): KubeObject {
  const after = structuredClone({ ...live, spec });
  after.metadata.managedFields = managedFieldsAfterUpdate(live, after, context(name, 'Update'));
  return after;
}

test('what a manager no longer applies goes, unless somebody else owns it', () => {
  const first = applied(undefined, { replicas: 1, paused: true, minReadySeconds: 5 });
  const shared = applied(first, { minReadySeconds: 5 }, 'other');
  const second = applied(shared, { replicas: 1 });
  assert.deepEqual(second.spec, { replicas: 1, minReadySeconds: 5 });
});

test('changing a field that another manager set is a conflict, and force takes it', () => {
  const live = updated(applied(undefined, { replicas: 1 }), { replicas: 3 }, 'scaler');
  assert.deepEqual(apply(live, { replicas: 1 }), {
    conflicts: [{ owner: '"scaler" using apps/v1', field: '.spec.replicas' }],
  });
  assert.deepEqual(applied(live, { replicas: 3 }).spec, { replicas: 3 }, 'the same value is no conflict');
  const forced = applied(live, { replicas: 1 }, 'cd', true);
  assert.equal(forced.spec.replicas, 1);
  assert.deepEqual(
    (forced.metadata.managedFields as { manager: string }[]).map(({ manager }) => manager),
    ['cd'],
    'the scaler owns nothing any more',
  );
});

test('list items are owned by their keys, with the defaults of the schema', () => {
  const pod = (ports: object[]) => ({ template: { spec: { containers: [{ name: 'a', ports }] } } });
  const live = applied(undefined, pod([{ containerPort: 80 }, { containerPort: 90, protocol: 'UDP' }]));
  const fields = JSON.stringify(live.metadata.managedFields);
  assert.match(fields, /k:\{\\"containerPort\\":80,\\"protocol\\":\\"TCP\\"\}/);
  const next = applied(live, pod([{ containerPort: 90, protocol: 'UDP' }]));
  assert.deepEqual(next.spec.template.spec.containers[0].ports, [{ containerPort: 90, protocol: 'UDP' }]);
});

test('an update owns what it adds and changes, and the main endpoint never the status', () => {
  const live: KubeObject = { ...base, spec: { replicas: 1 }, status: { replicas: 1 } };
  const [entry] = managedFieldsAfterUpdate(undefined, live, context('kubectl', 'Update')) as Record<
    string,
    unknown
  >[];
  assert.deepEqual(entry?.fieldsV1, { 'f:spec': { '.': {}, 'f:replicas': {} } });
  const after: KubeObject = { ...live, status: { replicas: 2 } };
  const [status] = managedFieldsAfterUpdate(live, after, context('kcm', 'Update', 'status')) as Record<
    string,
    unknown
  >[];
  assert.deepEqual(status, {
    manager: 'kcm',
    operation: 'Update',
    apiVersion: 'apps/v1',
    time: '2026-11-02T10:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:status': { 'f:replicas': {} } },
    subresource: 'status',
  });
});

test('an empty list of managed fields resets the ownership', () => {
  const live = applied(undefined, { replicas: 1 });
  const reset = { ...live, metadata: { ...live.metadata, managedFields: [] } };
  assert.deepEqual(managedFieldsAfterUpdate(live, reset, context('kubectl', 'Update')), []);
});
