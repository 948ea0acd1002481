import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { RunningSandbox } from '../start.ts';
import { startSandbox } from '../start.ts';
import type { RawClient } from '../testing/http.ts';
import { rawClient } from '../testing/http.ts';

let sandbox: RunningSandbox;
let admin: RawClient;
const MAPS = '/api/v1/namespaces/default/configmaps';

before(async () => {
  sandbox = await startSandbox({ podStartMs: 10, podStopMs: 10 });
  admin = rawClient(sandbox.kubeconfig());
});
after(() => sandbox.close());

function configMap(name: string, more: object = {}) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { test: 'api' } },
    data: { a: '1' },
    ...more,
  };
}

test('who has no valid token gets nothing but the public paths', async () => {
  const config = sandbox.kubeconfig();
  const token = /token: (\S+)/.exec(config)?.[1] ?? '';
  const wrong = rawClient(config.replace(token, 'wrong'));
  assert.equal((await wrong.call('GET', MAPS)).status, 401);
  const anonymous = rawClient(config.replace(/token: \S+/, '{}'));
  const answer = await anonymous.call('GET', MAPS);
  assert.equal(answer.status, 403);
  assert.match(answer.body.message, /User "system:anonymous" cannot list resource "configmaps"/);
  assert.equal((await anonymous.call('GET', '/readyz')).text, 'ok');
});

test('people have the rights that RBAC gives them', async () => {
  const reader = rawClient(sandbox.kubeconfig({ name: 'aiko' }));
  assert.equal((await reader.call('GET', MAPS)).status, 403);
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'readers' },
    subjects: [{ kind: 'User', name: 'aiko' }],
    roleRef: { kind: 'ClusterRole', name: 'view', apiGroup: 'rbac.authorization.k8s.io' },
  };
  const path = '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings';
  assert.equal((await admin.call('POST', path, { body: binding })).status, 201);
  assert.equal((await reader.call('GET', MAPS)).status, 200);
  assert.equal((await reader.call('GET', '/api/v1/configmaps')).status, 403);
  assert.equal((await reader.call('GET', '/api/v1/namespaces/default/secrets')).status, 403);
  assert.equal((await reader.call('DELETE', `${MAPS}/none`)).status, 403);
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' };
  const spec = { resourceAttributes: { namespace: 'default', verb: 'list', resource: 'pods' } };
  const answer = await reader.call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    body: { ...review, spec },
  });
  assert.equal(answer.body.status.allowed, true);
  const me = await reader.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  });
  assert.equal(me.body.status.userInfo.username, 'aiko');
});

test('what is not served is said as such', async () => {
  assert.equal((await admin.call('GET', '/api/v1/namespaces/default/widgets')).body.reason, 'NotFound');
  assert.equal((await admin.call('GET', '/apis/example.com/v1/widgets')).text, '404 page not found\n');
  assert.equal((await admin.call('PUT', MAPS, { body: {} })).status, 405);
  assert.equal((await admin.call('GET', MAPS, { headers: { accept: 'text/html' } })).status, 406);
  const body = { body: 'a', headers: { 'content-type': 'text/plain' } };
  assert.equal((await admin.call('POST', MAPS, body)).status, 415);
  assert.equal((await admin.call('POST', MAPS, { body: '{' })).status, 400);
});

test('a write that is dry changes nothing', async () => {
  const version = sandbox.store.version();
  const made = await admin.call('POST', `${MAPS}?dryRun=All`, { body: configMap('dry') });
  assert.equal(made.status, 201);
  assert.equal((await admin.call('GET', `${MAPS}/dry`)).status, 404);
  assert.equal(sandbox.store.version(), version);
});

test('aggregated discovery comes in the version that was asked for, or not at all', async () => {
  const accept = (v: string) => `application/json;g=apidiscovery.k8s.io;v=${v};as=APIGroupDiscoveryList`;
  for (const version of ['v2', 'v2beta1']) {
    const { body, headers } = await admin.call('GET', '/apis', { headers: { accept: accept(version) } });
    assert.equal(body.apiVersion, `apidiscovery.k8s.io/${version}`);
    assert.match(headers['content-type'] ?? '', new RegExp(`v=${version};`));
  }
  const plain = await admin.call('GET', '/apis', { headers: { accept: `${accept('v9')},application/json` } });
  assert.equal(plain.body.kind, 'APIGroupList');
});

test('an eviction obeys the disruption budget', async () => {
  const budgets = { group: 'policy', version: 'v1', resource: 'poddisruptionbudgets' };
  const pods = { group: '', version: 'v1', resource: 'pods' };
  const labels = { app: 'guarded' };
  sandbox.store.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'guarded', namespace: 'default', labels },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  });
  await waitFor(() => sandbox.store.get(pods, 'default', 'guarded').status.phase === 'Running');
  sandbox.store.create(budgets, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'guard', namespace: 'default' },
    spec: { minAvailable: 1, selector: { matchLabels: labels } },
  });
  const setAllowed = (disruptionsAllowed: number) =>
    sandbox.store.modify(
      budgets,
      'default',
      'guard',
      (budget) => {
        budget.status = {
          ...budget.status,
          observedGeneration: 1,
          disruptionsAllowed,
          desiredHealthy: 1,
          currentHealthy: 1,
        };
      },
      { subresource: 'status' },
    );
  setAllowed(0);
  const eviction = { body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'guarded' } } };
  const path = '/api/v1/namespaces/default/pods/guarded/eviction';
  const refused = await admin.call('POST', path, eviction);
  assert.equal(refused.status, 429);
  assert.equal(refused.body.details.causes[0].reason, 'DisruptionBudget');
  sandbox.store.delete(budgets, 'default', 'guard');
  assert.equal((await admin.call('POST', path, eviction)).status, 201);
  await waitFor(
    () =>
      sandbox.store.list(pods, { labels: [{ key: 'app', operator: 'In', values: ['guarded'] }] }).length ===
      0,
  );
});

test('wrong types and unknown fields are named', async () => {
  const wrong = await admin.call('POST', '/apis/apps/v1/namespaces/default/deployments', {
    body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec: { replicas: 'three' } },
  });
  assert.equal(wrong.status, 400);
  assert.match(
    wrong.body.message,
    /cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas of type int32/,
  );
  const unknown = await admin.call('POST', MAPS, { body: configMap('warned', { datum: {} }) });
  assert.equal(unknown.headers.warning, '299 - "unknown field \\"datum\\""');
  const empty = await admin.call('POST', '/api/v1/namespaces/default/pods', {
    body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: {} },
  });
  assert.equal(empty.status, 422);
  assert.equal(empty.body.message, 'Pod "x" is invalid: spec.containers: Required value');
});

async function waitFor(met: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (met()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail('waited in vain');
}

test('a CSINode keeps no empty list of drivers', async () => {
  const at = '/apis/storage.k8s.io/v1/csinodes';
  const node = { apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name: 'one' } };
  const made = await admin.call('POST', at, { body: { ...node, spec: { drivers: [] } } });
  assert.deepEqual([made.status, made.body.spec], [201, { drivers: null }]);
  await admin.call('DELETE', `${at}/one`);
});
