import assert from 'node:assert/strict';
import { test } from 'node:test';
import { against, POD_LIST, status } from './testing/against.ts';

test('aggregated discovery: first version that has a resource wins, stale groups are named', async (t) => {
  const resource = (name: string, kind: string, subresources: string[] = []) => ({
    resource: name,
    responseKind: { group: '', version: '', kind },
    scope: 'Namespaced',
    singularResource: kind.toLowerCase(),
    verbs: ['get', 'list', 'delete'],
    subresources: subresources.map((subresource) => ({ subresource })),
  });
  const type = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const { cluster, server, pass } = await against(t, (request, response) => {
    assert.match(String(request.headers.accept), /v=v2;as=APIGroupDiscoveryList,.*v=v2beta1;/);
    const core = {
      metadata: {},
      versions: [{ version: 'v1', resources: [resource('pods', 'Pod', ['eviction', 'log'])] }],
    };
    const batch = {
      metadata: { name: 'batch' },
      versions: [
        { version: 'v2', resources: [resource('jobs', 'Job')] },
        { version: 'v1', resources: [resource('jobs', 'Job'), resource('cronjobs', 'CronJob')] },
      ],
    };
    const broken = {
      metadata: { name: 'metrics.k8s.io' },
      versions: [{ version: 'v1beta1', freshness: 'Stale' }],
    };
    response.json(200, { items: request.url === '/api' ? [core] : [batch, broken] }, type);
  });
  const found = await cluster.resources();
  assert.deepEqual(
    found.resources.map((info) => [info.group, info.version, info.resource, info.subresources.join()]),
    [
      ['', 'v1', 'pods', 'eviction,log'],
      ['batch', 'v2', 'jobs', ''],
      ['batch', 'v1', 'cronjobs', ''],
    ],
  );
  assert.deepEqual(
    found.failed.map((item) => item.group),
    ['metrics.k8s.io'],
  );
  await cluster.resources();
  assert.equal(server.seen.length, 2, 'it was not kept');
  await cluster.resources({ 'Impersonate-User': 'ben' });
  assert.equal(server.seen.length, 4, 'another person’s view was taken from the first');
  pass(61_000);
  await cluster.resources();
  assert.equal(server.seen.length, 6, 'it was kept for longer than a minute');
});

test('plain discovery: a group whose server is down is named and hides nothing else', async (t) => {
  const { cluster } = await against(t, (request, response) => {
    const group = (name: string, ...versions: string[]) => ({
      name,
      versions: versions.map((version) => ({ version, groupVersion: `${name}/${version}` })),
      preferredVersion: { version: versions[0] },
    });
    const answers: Record<string, () => void> = {
      '/api': () => response.json(200, { versions: ['v1'] }),
      '/apis': () =>
        response.json(200, {
          groups: [group('apps', 'v1'), group('broken.dev', 'v1'), group('garbled.dev', 'v1')],
        }),
      '/api/v1': () => response.json(200, POD_LIST),
      '/apis/apps/v1': () =>
        response.json(200, {
          resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true, verbs: [] }],
        }),
      '/apis/broken.dev/v1': () => response.json(503, status(503, 'ServiceUnavailable', 'no endpoints')),
      '/apis/garbled.dev/v1': () => response.json(200, { resources: 'what?' }),
    };
    answers[request.url ?? '']?.();
  });
  const { resources, failed } = await cluster.resources();
  assert.deepEqual(
    resources.map((info) => info.resource),
    ['pods', 'deployments'],
  );
  assert.deepEqual(resources[0]?.subresources, ['eviction']);
  assert.deepEqual(failed.map((item) => item.group).sort(), ['broken.dev', 'garbled.dev']);
  assert.match(failed.find((item) => item.group === 'broken.dev')?.why ?? '', /no endpoints/);
  await assert.rejects(cluster.typeOf({ apiVersion: 'broken.dev/v1', kind: 'Thing' }), {
    code: 'api',
    message: /no endpoints/,
  });
});
