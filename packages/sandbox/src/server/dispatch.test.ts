import assert from 'node:assert/strict';
import { request } from 'node:https';
import { test } from 'node:test';
import { served } from '../testing/served.ts';
import { until } from '../testing/until.ts';

const on = served();
const MAPS = '/api/v1/namespaces/default/configmaps';
const code = async (method: string, path: string, body?: unknown) =>
  (await on.admin.call(method, path, body === undefined ? {} : { body })).status;

test('each method is a verb of its own', async () => {
  const body = { metadata: { name: 'one' }, data: { a: '1' } };
  assert.equal(await code('POST', MAPS, body), 201);
  assert.equal((await on.admin.call('GET', MAPS)).body.kind, 'ConfigMapList');
  assert.equal((await on.admin.call('GET', `${MAPS}/one`)).body.kind, 'ConfigMap');
  assert.equal((await on.admin.call('PUT', `${MAPS}/one`, { body: { data: { a: '2' } } })).body.data.a, '2');
  assert.equal((await on.patch(`${MAPS}/one`, { data: { a: '3' } })).body.data.a, '3');
  assert.equal(await code('DELETE', `${MAPS}/one`), 200);
  assert.equal(await code('DELETE', MAPS), 200);
});

test('methods that a place does not have', async () => {
  assert.equal(await code('PUT', MAPS, {}), 405);
  assert.equal((await on.patch(MAPS, {})).status, 405);
  assert.equal(await code('POST', `${MAPS}/one`, {}), 405);
  assert.equal(await code('OPTIONS', MAPS), 405);
  // Objects of a namespace are made in it, and never over all of them.
  assert.equal(await code('POST', '/api/v1/configmaps', {}), 405);
  assert.equal(await code('DELETE', '/api/v1/configmaps'), 405);
  assert.equal(await code('GET', '/api/v1/configmaps'), 200);
  assert.equal(await code('DELETE', '/api/v1/namespaces'), 405);
  assert.equal(await code('GET', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'), 405);
  assert.equal(await code('DELETE', '/api/v1/nodes/n/status'), 405);
  assert.equal(await code('GET', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews?watch=1'), 405);
});

test('what is not served', async () => {
  const message = 'the server could not find the requested resource';
  for (const path of [
    '/api/v1/widgets',
    `${MAPS}/one/scale`,
    '/api/v1/namespaces/default/nodes',
    '/apis/apps/v1/none',
  ]) {
    const { status, body } = await on.admin.call('GET', path);
    assert.deepEqual([status, body.message], [404, message], path);
  }
  assert.equal(await code('GET', '/api/v1/namespaces/default'), 200);
});

test('what is not accepted', async () => {
  const message = async (accept: string) => {
    const { status, body } = await on.admin.call('GET', MAPS, { headers: { accept } });
    return [status, body.message];
  };
  const media = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  assert.deepEqual(await message('text/html'), [
    406,
    `406: Not Acceptable\n\nAvailable representations: ${media}, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch`,
  ]);
  assert.deepEqual(await message('application/json;as=Chair;v=v1;g=meta.k8s.io'), [
    406,
    `only the following media types are accepted: ${media}`,
  ]);
});

test('who may not is told what and where', async () => {
  const aiko = on.as('aiko');
  const message = async (method: string, path: string) => {
    const { status, body } = await aiko.call(method, path);
    return [status, body.message];
  };
  assert.deepEqual(await message('GET', MAPS), [
    403,
    'configmaps is forbidden: User "aiko" cannot list resource "configmaps" in API group "" in the namespace "default"',
  ]);
  assert.deepEqual(await message('GET', '/api/v1/nodes?watch=true'), [
    403,
    'nodes is forbidden: User "aiko" cannot watch resource "nodes" in API group "" at the cluster scope',
  ]);
  assert.deepEqual(await message('PATCH', '/apis/apps/v1/namespaces/default/deployments/web/status'), [
    403,
    'deployments.apps "web" is forbidden: User "aiko" cannot patch resource "deployments/status" in API group "apps" in the namespace "default"',
  ]);
  assert.match(String((await message('DELETE', MAPS))[1]), /cannot deletecollection resource/);
  assert.match(String((await message('GET', '/api/v1/watch/configmaps'))[1]), /cannot watch resource/);
});

test('an error names the type as it was asked for', async () => {
  const path = '/apis/events.k8s.io/v1/namespaces/default/events/none';
  const { body } = await on.admin.call('GET', path);
  assert.equal(body.message, 'events.events.k8s.io "none" not found');
  assert.deepEqual(body.details, { name: 'none', group: 'events.k8s.io', kind: 'events' });
  assert.equal(
    (await on.admin.call('GET', '/api/v1/namespaces/default/events/none')).body.message,
    'events "none" not found',
  );
});

test('deprecated types warn with every answer', async () => {
  const path = '/api/v1/namespaces/default/endpoints';
  const warning = '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"';
  assert.equal((await on.admin.call('GET', path)).headers.warning, warning);
  assert.equal((await on.admin.call('GET', `${path}/none`)).headers.warning, warning);
  assert.equal((await on.admin.call('GET', MAPS)).headers.warning, undefined);
});

test('an autoscaler of v1 is the one of v2', async () => {
  const path = (version: string) =>
    `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;
  const spec = {
    maxReplicas: 3,
    targetCPUUtilizationPercentage: 70,
    scaleTargetRef: { kind: 'Deployment', name: 'web' },
  };
  assert.equal(await code('POST', path('v1'), { metadata: { name: 'a' }, spec }), 201);
  const { body } = await on.admin.call('GET', `${path('v2')}/a`);
  assert.equal(body.spec.metrics[0].resource.target.averageUtilization, 70);
  assert.equal((await on.admin.call('GET', `${path('v1')}/a`)).body.spec.targetCPUUtilizationPercentage, 70);
});

test('what is below no group version that is served is nobody’s here', async () => {
  assert.equal((await on.admin.call('GET', '/readyz')).text, 'ok');
  assert.equal((await on.admin.call('GET', '/apis/none/v1/things')).text, '404 page not found\n');
});

test('a path that cannot be read is a bad request', async () => {
  const { status, body } = await on.admin.call('GET', '/api/v1/namespaces/%zz/configmaps');
  assert.deepEqual([status, body.reason], [400, 'BadRequest']);
});

test('a watch is streamed, and goes on', async () => {
  const { sandbox } = on;
  const [, token = ''] = /token: (\S+)/.exec(sandbox.kubeconfig()) ?? [];
  const options = {
    ca: sandbox.certificateAuthority,
    agent: false,
    headers: { authorization: `Bearer ${token}` },
  };
  let text = '';
  const sent = request(`${sandbox.url}${MAPS}?watch=1`, options, (response) => {
    response.on('error', () => {});
    response.on('data', (chunk) => void (text += chunk));
  });
  sent.on('error', () => {});
  sent.end();
  await code('POST', MAPS, { metadata: { name: 'first' } });
  await until(() => text.includes('"name":"first"'));
  await code('POST', MAPS, { metadata: { name: 'second' } });
  await until(() => text.includes('"name":"second"'));
  sent.destroy();
});

test('subresources and reviews have answers of their own', async () => {
  const deployments = '/apis/apps/v1/namespaces/default/deployments';
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const spec = { replicas: 2, selector: { matchLabels: { app: 'a' } }, template };
  assert.equal(await code('POST', deployments, { metadata: { name: 'scaled' }, spec }), 201);
  const { body } = await on.admin.call('GET', `${deployments}/scaled/scale`);
  assert.deepEqual([body.kind, body.spec], ['Scale', { replicas: 2 }]);
  const review = { spec: { nonResourceAttributes: { path: '/healthz', verb: 'get' } } };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const answered = await on.admin.call('POST', path, { body: review });
  assert.deepEqual([answered.status, answered.body.status.allowed], [201, true]);
});

test('an error of the type as it is kept says no more, and one about another type stays as it is', async () => {
  const missing = await on.admin.call('GET', `${MAPS}/none`);
  assert.deepEqual(missing.body.details, { name: 'none', kind: 'configmaps' });
  const event = { metadata: { name: 'e', namespace: 'nowhere' }, regarding: { namespace: 'nowhere' } };
  const events = '/apis/events.k8s.io/v1/namespaces/nowhere/events';
  const { body } = await on.admin.call('POST', events, { body: event });
  assert.deepEqual([body.code, body.details], [404, { name: 'nowhere', kind: 'namespaces' }]);
});

test('what goes wrong within is told as that', async () => {
  const { store } = on.sandbox;
  const { get } = store;
  store.get = () => {
    throw new Error('the disk is full');
  };
  try {
    const { status, body } = await on.admin.call('GET', `${MAPS}/one`);
    assert.equal(status, 500);
    assert.match(body.message, /the disk is full/);
  } finally {
    store.get = get;
  }
});
