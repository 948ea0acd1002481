import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { test } from 'node:test';
import { parse } from 'yaml';
import { fakeClock } from './controllers/testing/fake-clock.ts';
import { startSandbox } from './start.ts';
import { rawClient } from './testing/http.ts';
import { infoOf } from './testing/infos.ts';

const WIDGETS = {
  group: 'example.com',
  names: { plural: 'widgets', kind: 'Widget' },
  scope: 'Namespaced',
  versions: [
    {
      name: 'v1',
      served: true,
      storage: true,
      schema: {
        openAPIV3Schema: { type: 'object', properties: { size: { type: 'integer', default: 3 } } },
      },
    },
  ],
};
const quiet = { controllers: false, clock: fakeClock() } as const;

test('a sandbox gives kubeconfigs for the administrator and for people', async () => {
  const sandbox = await startSandbox({ ...quiet, name: 'mine' });
  try {
    const admin = parse(sandbox.kubeconfig());
    assert.equal(admin['current-context'], 'mine');
    assert.equal(admin.clusters[0].cluster.server, sandbox.url);
    assert.match(sandbox.url, /^https:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(admin.users[0].name, 'kubernetes-admin');
    const authority = Buffer.from(
      admin.clusters[0].cluster['certificate-authority-data'],
      'base64',
    ).toString();
    assert.equal(authority, sandbox.certificateAuthority);
    assert.equal(new X509Certificate(authority).ca, true);
    const person = parse(sandbox.kubeconfig({ name: 'aiko', groups: ['system:masters'], namespace: 'shop' }));
    assert.deepEqual(person.contexts[0].context, { cluster: 'mine', user: 'aiko', namespace: 'shop' });
    const { status } = await rawClient(sandbox.kubeconfig({ name: 'aiko', groups: ['system:masters'] })).call(
      'GET',
      '/api/v1/nodes',
    );
    assert.equal(status, 200);
    assert.equal(
      (await rawClient(sandbox.kubeconfig({ name: 'ben' })).call('GET', '/api/v1/nodes')).status,
      403,
    );
    assert.equal((await rawClient(sandbox.kubeconfig()).call('GET', '/api/v1/nodes')).body.items.length, 0);
  } finally {
    await sandbox.close();
  }
});

test('a client certificate does what a token does', async () => {
  const sandbox = await startSandbox(quiet);
  try {
    const config = parse(await sandbox.certificateKubeconfig({ name: 'aiko', groups: ['system:masters'] }));
    const user = config.users[0].user;
    const pem = (text: string) => Buffer.from(text, 'base64').toString();
    const status = await new Promise((resolve, reject) => {
      const options = {
        ca: sandbox.certificateAuthority,
        cert: pem(user['client-certificate-data']),
        key: pem(user['client-key-data']),
        agent: false,
      };
      request(`${sandbox.url}/api/v1/nodes`, options, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    assert.equal(status, 200);
    const bare = parse(await sandbox.certificateKubeconfig({ name: 'ben' }));
    const certificate = new X509Certificate(pem(bare.users[0].user['client-certificate-data']));
    assert.equal(certificate.subject, 'CN=ben');
  } finally {
    await sandbox.close();
  }
});

test('a fresh cluster has its namespaces and roles, in the server’s own name', async () => {
  const sandbox = await startSandbox(quiet);
  try {
    const namespaces = sandbox.store.list(infoOf('/namespaces'));
    assert.deepEqual(
      namespaces.map(({ metadata }) => metadata.name),
      ['default', 'kube-node-lease', 'kube-public', 'kube-system'],
    );
    assert.equal(namespaces[0]?.metadata.creationTimestamp, '2026-11-02T10:00:00Z');
    assert.deepEqual(namespaces[0]?.spec, { finalizers: ['kubernetes'] });
    assert.partialDeepStrictEqual(namespaces[0]?.metadata.managedFields, [{ manager: 'kube-apiserver' }]);
  } finally {
    await sandbox.close();
  }
});

test('definitions are served, with their own rules and field owners', async () => {
  const sandbox = await startSandbox(quiet);
  try {
    const admin = rawClient(sandbox.kubeconfig());
    await admin.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      body: { metadata: { name: 'widgets.example.com' }, spec: WIDGETS },
    });
    const body = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, bogus: 1 };
    const made = await admin.call('POST', '/apis/example.com/v1/namespaces/default/widgets', { body });
    assert.deepEqual([made.status, made.body.size, made.body.metadata.generation], [201, 3, 1]);
    assert.equal(made.headers.warning, '299 - "unknown field \\"bogus\\""');
  } finally {
    await sandbox.close();
  }
});

test('controllers run unless they are told not to, and stop with the sandbox', async () => {
  const clock = fakeClock();
  const sandbox = await startSandbox({ clock, nodes: 2 });
  clock.advance(5000);
  assert.equal(sandbox.store.list(infoOf('/nodes')).length, 2);
  const [map] = sandbox.store.list(infoOf('/configmaps'), { namespace: 'default' });
  assert.equal(map?.data['ca.crt'], sandbox.certificateAuthority);
  await sandbox.close();
  assert.equal(clock.pending(), 0);
});

test('closed it serves nothing any more, neither requests nor definitions', async () => {
  const sandbox = await startSandbox(quiet);
  const admin = rawClient(sandbox.kubeconfig());
  await sandbox.close();
  await assert.rejects(admin.call('GET', '/readyz'), { code: 'ECONNREFUSED' });
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: WIDGETS,
  };
  const definitions = infoOf('apiextensions.k8s.io/customresourcedefinitions');
  sandbox.store.create(definitions, definition);
  assert.equal(sandbox.store.list(definitions)[0]?.status?.conditions ?? null, null);
});

test('a port that is taken is an error, and leaves no timer', async () => {
  const first = await startSandbox(quiet);
  const clock = fakeClock();
  const port = Number(new URL(first.url).port);
  await assert.rejects(startSandbox({ clock, port }), { code: 'EADDRINUSE' });
  assert.equal(clock.pending(), 0);
  await first.close();
});
