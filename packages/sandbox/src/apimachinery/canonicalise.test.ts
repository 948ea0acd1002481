import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { ApiError } from './api-error.ts';
import { canonicalise, zeroObject } from './canonicalise.ts';

function canonical(apiVersion: string, kind: string, fields: Body): KubeObject {
  const object = { apiVersion, kind, ...fields } as KubeObject;
  canonicalise(object);
  return object;
}

const deployment = (spec: Body, metadata: Body = { name: 'web' }) =>
  canonical('apps/v1', 'Deployment', { metadata, spec });
const podSpec = (spec: Body) => canonical('v1', 'Pod', { metadata: { name: 'p' }, spec }).spec;

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ApiError);
    assert.equal(error.code, 400);
    return error.message;
  }
  return assert.fail('it was not refused');
}

test('nulls, empty texts, lists and maps go, and so do zeros that mean nothing', () => {
  const { spec, metadata } = deployment(
    {
      replicas: 3,
      paused: false,
      minReadySeconds: 0,
      progressDeadlineSeconds: null,
      template: {
        spec: { containers: [{ name: 'a', image: '', env: [], command: [] }], hostNetwork: false },
      },
    },
    { name: 'web', namespace: '', labels: {}, annotations: null, finalizers: [] },
  );
  assert.deepEqual(metadata, { name: 'web' });
  assert.equal(spec.replicas, 3);
  for (const field of ['paused', 'minReadySeconds', 'progressDeadlineSeconds']) {
    assert.equal(field in spec, false, field);
  }
  assert.deepEqual(spec.template.spec.containers, [{ name: 'a', resources: {} }]);
  assert.equal('hostNetwork' in spec.template.spec, false);
});

test('a zero that was chosen stays, where Go keeps pointers', () => {
  const { spec } = deployment({
    replicas: 0,
    revisionHistoryLimit: 0,
    template: { spec: { automountServiceAccountToken: false } },
  });
  assert.equal(spec.replicas, 0);
  assert.equal(spec.revisionHistoryLimit, 0);
  assert.equal(spec.template.spec.automountServiceAccountToken, false);
});

test('structs that Go always writes come', () => {
  const made = deployment({ template: {} });
  assert.deepEqual(made.spec.strategy, {});
  assert.deepEqual(made.status, {});
  assert.deepEqual(Object.keys(made.spec.template).sort(), ['metadata', 'spec']);
  const service = canonical('v1', 'Service', { metadata: { name: 's' }, spec: {} });
  assert.deepEqual(service.status, { loadBalancer: {} });
});

test('times that Go holds as values are null where they are not known', () => {
  const { status } = canonical('v1', 'Pod', {
    metadata: { name: 'p' },
    status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-02T10:00:00Z' }] },
  });
  assert.deepEqual(status.conditions, [
    { type: 'Ready', status: 'True', lastTransitionTime: '2026-11-02T10:00:00Z', lastProbeTime: null },
  ]);
  const event = canonical('v1', 'Event', { metadata: { name: 'e' }, involvedObject: {} });
  assert.deepEqual([event.firstTimestamp, event.lastTimestamp, event.eventTime], [null, null, null]);
});

test('quantities are written in one way', () => {
  const resources = (requests: Body) =>
    podSpec({ containers: [{ name: 'a', resources: { requests } }] }).containers[0].resources.requests;
  assert.deepEqual(resources({ cpu: '1000m', memory: '1024Mi', 'a.io/b': 2 }), {
    cpu: '1',
    memory: '1Gi',
    'a.io/b': '2',
  });
});

test('what is no quantity is refused', () => {
  assert.equal(
    refusal(() => podSpec({ containers: [{ name: 'a', resources: { limits: { cpu: 'much' } } }] })),
    'Pod in version "v1" cannot be handled as a Pod: quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'',
  );
});

test('kind and version stay, and unknown fields are left alone', () => {
  const made = canonical('apps/v1', 'Deployment', { metadata: { name: 'a' }, spec: {}, unheard: [] });
  assert.deepEqual([made.apiVersion, made.kind, made.unheard], ['apps/v1', 'Deployment', []]);
});

test('custom resources stay as they are', () => {
  const given = { metadata: { name: 'w', labels: {} }, spec: { a: null, b: [] } };
  const made = canonical('example.com/v1', 'Widget', structuredClone(given));
  assert.deepEqual(made, { apiVersion: 'example.com/v1', kind: 'Widget', ...given });
});

test('values that are no structs keep their form', () => {
  const { spec } = deployment({ strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } } });
  assert.deepEqual(spec.strategy.rollingUpdate, { maxSurge: '25%', maxUnavailable: 0 });
  const revision = canonical('apps/v1', 'ControllerRevision', {
    metadata: { name: 'r' },
    data: { a: null, b: [] },
    revision: 1,
  });
  assert.deepEqual(revision.data, { a: null, b: [] });
  const definition = canonical('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
    metadata: { name: 'd' },
    spec: { names: {}, versions: [{ name: 'v1', schema: { openAPIV3Schema: { default: { a: [] } } } }] },
  });
  assert.deepEqual(definition.spec.versions[0].schema.openAPIV3Schema.default, { a: [] });
});

test('lists that Go always writes stay, also when they are empty', () => {
  const role = canonical('rbac.authorization.k8s.io/v1', 'Role', { metadata: { name: 'r' }, rules: [] });
  assert.deepEqual(role.rules, []);
  const none = canonical('rbac.authorization.k8s.io/v1', 'Role', { metadata: { name: 'r' }, rules: null });
  assert.equal(none.rules, null);
});

test('a value of another type than its field is told as Go tells it', () => {
  const cases: [string, () => unknown][] = [
    [
      'cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
      () => deployment({ replicas: '3' }),
    ],
    [
      'cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
      () => deployment({ replicas: 1.5 }),
    ],
    [
      'cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string',
      () => deployment({}, { name: 3 }),
    ],
    [
      'cannot unmarshal string into Go struct field DeploymentSpec.spec.paused of type bool',
      () => deployment({ paused: 'yes' }),
    ],
    [
      'cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
      () => podSpec({ containers: {} }),
    ],
    [
      'cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string',
      () => deployment({}, { name: 'a', labels: [] }),
    ],
    [
      'cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string',
      () => deployment({}, { name: 'a', labels: { a: true } }),
    ],
    [
      'cannot unmarshal string into Go struct field DeploymentSpec.spec.template of type v1.PodTemplateSpec',
      () => deployment({ template: 'x' }),
    ],
    [
      'cannot unmarshal array into Go struct field Deployment.spec of type v1.DeploymentSpec',
      () => canonical('apps/v1', 'Deployment', { metadata: { name: 'a' }, spec: [] }),
    ],
    [
      'cannot unmarshal number into Go struct field Secret.data of type []uint8',
      () => canonical('v1', 'Secret', { metadata: { name: 'a' }, data: { a: 1 } }),
    ],
  ];
  for (const [said, run] of cases) {
    const message = refusal(run);
    assert.ok(message.endsWith(`json: ${said}`), `${message} / ${said}`);
  }
  assert.match(
    refusal(() => deployment({ replicas: '3' })),
    /^Deployment in version "v1" cannot be handled as a Deployment: json: /,
  );
});

test('a null in a map of texts is the empty text', () => {
  const map = canonical('v1', 'ConfigMap', { metadata: { name: 'm' }, data: { a: null } });
  assert.deepEqual(map.data, { a: '' });
});

test('the empty object of a kind has its structs, and null for lists that are always written', () => {
  const pod = zeroObject({ apiVersion: 'v1', kind: 'Pod' });
  assert.deepEqual(pod, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {},
    spec: { containers: null },
    status: {},
  });
  assert.equal(zeroObject({ apiVersion: 'v1', kind: 'Pod' }), pod);
  const { spec } = zeroObject({ apiVersion: 'apps/v1', kind: 'Deployment' });
  assert.equal(spec.template.spec.containers, null);
  assert.deepEqual(zeroObject({ apiVersion: 'example.com/v1', kind: 'Widget' }), {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: {},
  });
});

test('what Go embeds has its types, a quantity alone is normal, and the version in a refusal is the version', () => {
  const env = (name: unknown) => [{ name: 'A', valueFrom: { configMapKeyRef: { name, key: 'k' } } }];
  const containers = (name: unknown) => [{ name: 'a', env: env(name) }];
  assert.match(
    refusal(() => podSpec({ containers: containers(5) })),
    /cannot unmarshal number/,
  );
  const volumes = (sizeLimit: string) => [{ name: 'tmp', emptyDir: { sizeLimit } }];
  assert.equal(podSpec({ volumes: volumes('1024Mi') }).volumes[0].emptyDir.sizeLimit, '1Gi');
  const template = { spec: { volumes: volumes('much'), containers: [] } };
  assert.match(
    refusal(() => deployment({ template })),
    /^Deployment in version "v1" cannot be handled/,
  );
});
