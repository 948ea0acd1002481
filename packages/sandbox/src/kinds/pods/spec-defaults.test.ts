import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body } from '@toolcrib/kube';
import { byDefault, defaultPodSpec } from './spec-defaults.ts';

function defaulted(spec: Body): Body {
  defaultPodSpec(spec);
  return spec;
}

const container = (fields: Body, spec: Body = {}) =>
  defaulted({ containers: [fields], ...spec }).containers[0];
const volume = (fields: Body) => defaulted({ volumes: [{ name: 'v', ...fields }] }).volumes[0];

test('only what is absent is set', () => {
  const object: Body = { a: undefined, b: null, c: 0 };
  for (const field of ['a', 'b', 'c', 'd']) byDefault(object, field, 1);
  assert.deepEqual(object, { a: 1, b: null, c: 0, d: 1 });
});

test('a PodSpec has the defaults of core/v1', () => {
  assert.deepEqual(defaulted({}), {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
  });
  const own = {
    dnsPolicy: 'None',
    restartPolicy: 'Never',
    securityContext: { runAsUser: 1 },
    terminationGracePeriodSeconds: 0,
    schedulerName: 'mine',
  };
  assert.deepEqual(defaulted({ ...own }), own);
});

test('the account is known under both names', () => {
  const names = (spec: Body) => {
    const { serviceAccountName, serviceAccount } = defaulted(spec);
    return [serviceAccountName, serviceAccount];
  };
  assert.deepEqual(names({ serviceAccount: 'a' }), ['a', 'a']);
  assert.deepEqual(names({ serviceAccountName: 'a' }), ['a', 'a']);
  assert.deepEqual(names({ serviceAccountName: 'a', serviceAccount: 'b' }), ['a', 'a']);
  assert.equal('serviceAccount' in defaulted({}), false);
});

test('containers of every sort have the defaults of a container', () => {
  const expected = {
    name: 'a',
    image: 'nginx:1',
    imagePullPolicy: 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  };
  for (const field of ['initContainers', 'containers', 'ephemeralContainers']) {
    assert.deepEqual(defaulted({ [field]: [{ name: 'a', image: 'nginx:1' }] })[field], [expected], field);
  }
});

test('an image without a tag, or with the tag latest, is always pulled', () => {
  const policy = (image?: string) => container({ image }).imagePullPolicy;
  for (const image of ['nginx', 'nginx:latest', 'host:5000/nginx', 'host:5000/a/b:latest', undefined]) {
    assert.equal(policy(image), 'Always', image);
  }
  for (const image of ['nginx:1', 'host:5000/nginx:1', 'nginx@sha256:abc', 'nginx:latest@sha256:abc']) {
    assert.equal(policy(image), 'IfNotPresent', image);
  }
  assert.equal(container({ image: 'nginx', imagePullPolicy: 'Never' }).imagePullPolicy, 'Never');
});

test('a port is over TCP, and on the host’s network it is the host’s', () => {
  const port = (spec: Body) => container({ ports: [{ containerPort: 80 }] }, spec).ports[0];
  assert.deepEqual(port({}), { containerPort: 80, protocol: 'TCP' });
  assert.deepEqual(port({ hostNetwork: true }), { containerPort: 80, protocol: 'TCP', hostPort: 80 });
  assert.equal(container({ ports: [{ containerPort: 53, protocol: 'UDP' }] }).ports[0].protocol, 'UDP');
});

test('a variable from a field is of v1', () => {
  const env = container({
    env: [
      { name: 'a', value: 'b' },
      { name: 'c', valueFrom: { fieldRef: { fieldPath: 'x' } } },
      { name: 'd', valueFrom: {} },
    ],
  }).env;
  assert.deepEqual(env, [
    { name: 'a', value: 'b' },
    { name: 'c', valueFrom: { fieldRef: { fieldPath: 'x', apiVersion: 'v1' } } },
    { name: 'd', valueFrom: {} },
  ]);
});

test('each probe asks every ten seconds, and fails after three', () => {
  const times = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    assert.deepEqual(container({ [name]: { exec: {} } })[name], { exec: {}, ...times }, name);
  }
  const { livenessProbe } = container({ livenessProbe: { httpGet: { port: 1 }, timeoutSeconds: 9 } });
  assert.deepEqual(livenessProbe, {
    ...times,
    httpGet: { port: 1, path: '/', scheme: 'HTTP' },
    timeoutSeconds: 9,
  });
  assert.deepEqual(container({ startupProbe: { grpc: { port: 1 } } }).startupProbe.grpc, {
    port: 1,
    service: '',
  });
  assert.equal(container({}).livenessProbe, undefined);
});

test('hooks over HTTP ask for the root', () => {
  const httpGet = () => ({ httpGet: { port: 1 } });
  const { lifecycle } = container({ lifecycle: { postStart: httpGet(), preStop: httpGet() } });
  const expected = { httpGet: { port: 1, path: '/', scheme: 'HTTP' } };
  assert.deepEqual(lifecycle, { postStart: expected, preStop: expected });
  assert.deepEqual(container({ lifecycle: { preStop: { exec: {} } } }).lifecycle, { preStop: { exec: {} } });
});

test('a volume of nothing is an empty folder', () => {
  assert.deepEqual(volume({}), { name: 'v', emptyDir: {} });
  assert.deepEqual(volume({ hostPath: { path: '/x' } }), { name: 'v', hostPath: { path: '/x', type: '' } });
});

test('files of a volume are readable by all', () => {
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    assert.equal(volume({ [source]: {} })[source].defaultMode, 420, source);
    assert.equal(volume({ [source]: { defaultMode: 256 } })[source].defaultMode, 256, source);
  }
});

test('a projected token lasts an hour, and fields are of v1', () => {
  const fieldRef = () => ({ fieldPath: 'metadata.name' });
  const { projected } = volume({
    projected: {
      sources: [
        { serviceAccountToken: { path: 't' } },
        { downwardAPI: { items: [{ path: 'p', fieldRef: fieldRef() }, { path: 'q' }] } },
      ],
    },
  });
  assert.equal(projected.sources[0].serviceAccountToken.expirationSeconds, 3600);
  assert.equal(projected.sources[1].downwardAPI.items[0].fieldRef.apiVersion, 'v1');
  const { downwardAPI } = volume({ downwardAPI: { items: [{ path: 'p', fieldRef: fieldRef() }] } });
  assert.equal(downwardAPI.items[0].fieldRef.apiVersion, 'v1');
});

test('an ephemeral claim holds a file system', () => {
  const { ephemeral } = volume({ ephemeral: { volumeClaimTemplate: { spec: {} } } });
  assert.equal(ephemeral.volumeClaimTemplate.spec.volumeMode, 'Filesystem');
  assert.deepEqual(volume({ ephemeral: {} }).ephemeral, {});
});
