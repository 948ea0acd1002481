import assert from 'node:assert/strict';
import { test } from 'node:test';
import { against, isApi, POD_LIST, pods, withDiscovery } from './testing/against.ts';

test('failed discovery is not remembered', async (t) => {
  let up = false;
  const { cluster } = await against(t, (request, response) =>
    up ? withDiscovery(() => undefined)(request, response) : response.json(500, {}),
  );
  await assert.rejects(cluster.resources(), isApi(500));
  up = true;
  assert.equal((await cluster.resources()).resources.length, 1);
});

test('a kind that has just been installed is found without waiting out the cache', async (t) => {
  let kinds = POD_LIST.resources.slice(0, 1);
  const { cluster, pass, server } = await against(t, (request, response) => {
    if (request.url === '/api/v1') return response.json(200, { resources: kinds });
    withDiscovery(() => undefined)(request, response);
  });
  await assert.rejects(cluster.typeOf({ apiVersion: 'v1', kind: 'New' }), { code: 'not-found' });
  kinds = [...kinds, { name: 'news', kind: 'New', namespaced: true, verbs: [] }];
  pass(3_000);
  assert.equal((await cluster.typeOf({ apiVersion: 'v1', kind: 'New' })).resource, 'news');
  const asked = server.seen.length;
  await assert.rejects(cluster.typeOf({ apiVersion: 'v1', kind: 'Never' }));
  assert.equal(server.seen.length, asked, 'each miss asks the cluster');
});

test('asked anew: not what is remembered, nor what was under way before; side by side it is asked once', async (t) => {
  let kinds = POD_LIST.resources.slice(0, 1);
  const { cluster, server } = await against(t, (request, response) => {
    if (request.url === '/api/v1') return response.json(200, { resources: kinds });
    withDiscovery(() => undefined)(request, response);
  });
  const names = async (found: ReturnType<typeof cluster.resources>) =>
    (await found).resources.map(({ resource }) => resource);
  const before = server.seen.length;
  assert.deepEqual(await names(cluster.resources()), ['pods']);
  const once = server.seen.length - before;
  kinds = [...kinds, { name: 'news', kind: 'New', namespaced: true, verbs: [] }];
  assert.deepEqual(await names(cluster.resources()), ['pods'], 'remembered');
  const asked = server.seen.length;
  const both = await Promise.all([1, 2].map(() => names(cluster.resources(undefined, { anew: true }))));
  assert.deepEqual(both, [
    ['pods', 'news'],
    ['pods', 'news'],
  ]);
  assert.equal(server.seen.length - asked, once);
  assert.deepEqual(await names(cluster.resources()), ['pods', 'news'], 'and remembered from then on');
  const [first, later] = [cluster.resources(undefined, { anew: true }), Promise.resolve()];
  await later;
  kinds = [...kinds, { name: 'laters', kind: 'Later', namespaced: true, verbs: [] }];
  const second = cluster.resources(undefined, { anew: true });
  await first;
  assert.ok((await names(second)).includes('laters'));
});

test('an answer about something else is none: another object, a list, a list of another kind', async (t) => {
  const page = { kind: 'SecretList', metadata: { resourceVersion: '1' }, items: [] };
  for (const said of [
    page,
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'q', namespace: 'n' } },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'm' } },
    { apiVersion: 'apps/v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n' } },
  ]) {
    const { cluster } = await against(t, (_, response) => response.json(200, said));
    await assert.rejects(cluster.get(pods, { name: 'p', namespace: 'n' }), { code: 'api' });
  }
  const { cluster } = await against(
    t,
    withDiscovery((_, response) => response.json(200, page)),
  );
  await assert.rejects(cluster.list(pods, { namespace: 'n' }), { code: 'api', message: /SecretList/ });
});

test('bodies and headers of writes are what the API wants', async (t) => {
  const sent: { line: string; type: unknown; body: unknown; as: unknown }[] = [];
  const { cluster } = await against(t, (request, response) => {
    sent.push({
      line: `${request.method} ${request.url}`,
      type: request.headers['content-type'],
      body: request.text === '' ? undefined : JSON.parse(request.text),
      as: request.headers['impersonate-user'],
    });
    response.json(200, { kind: 'Pod', metadata: { name: 'p' }, status: { allowed: 'yes' } });
  });
  const at = { namespace: 'shop', name: 'p' };
  const as = { 'Impersonate-User': 'ben' };
  await cluster.delete(
    pods,
    at,
    { propagationPolicy: 'Orphan', orphanDependents: true, preconditions: { uid: 'u' } },
    as,
  );
  await cluster.patch(pods, { ...at, subresource: 'status' }, [{ op: 'test' }], { type: 'json' });
  await cluster.replace(pods, { apiVersion: 'v1', kind: 'Pod', metadata: at }, { subresource: 'status' });
  assert.deepEqual(await cluster.mayI({ ...pods, verb: 'delete', namespace: 'shop' }), {
    allowed: false,
    why: undefined,
  });
  assert.deepEqual(sent.slice(0, 3), [
    {
      line: 'DELETE /api/v1/namespaces/shop/pods/p',
      type: 'application/json',
      body: {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: 'Orphan',
        preconditions: { uid: 'u' },
      },
      as: 'ben',
    },
    {
      line: 'PATCH /api/v1/namespaces/shop/pods/p/status',
      type: 'application/json-patch+json',
      body: [{ op: 'test' }],
      as: undefined,
    },
    {
      line: 'PUT /api/v1/namespaces/shop/pods/p/status',
      type: 'application/json',
      body: { apiVersion: 'v1', kind: 'Pod', metadata: at },
      as: undefined,
    },
  ]);
  assert.deepEqual(sent[3]?.body, {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: { group: '', version: 'v1', resource: 'pods', verb: 'delete', namespace: 'shop' },
    },
  });
});
