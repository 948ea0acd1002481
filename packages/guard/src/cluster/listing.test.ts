import assert from 'node:assert/strict';
import { test } from 'node:test';
import { against, isApi, pods, status, withDiscovery } from './testing/against.ts';

test('a list goes through all its pages, with its selectors on each', async (t) => {
  const { cluster, server } = await against(
    t,
    withDiscovery((request, response) => {
      const query = new URL(request.url ?? '', 'https://x').searchParams;
      const page = Number(query.get('continue') ?? 0);
      const items = [{ metadata: { name: `p${page}` } }];
      response.json(200, {
        kind: 'PodList',
        metadata: page < 3 ? { continue: String(page + 1) } : {},
        items,
      });
    }),
  );
  const items = await cluster.list(pods, {
    namespace: 'shop',
    labelSelector: 'app in (a,b)',
    fieldSelector: 'spec.nodeName=n',
  });
  assert.deepEqual(
    items.map((item) => [item.apiVersion, item.kind, item.metadata.name]),
    [0, 1, 2, 3].map((n) => ['v1', 'Pod', `p${n}`]),
  );
  const asked = server.seen.filter((line) => line.includes('/pods'));
  assert.equal(asked.length, 4);
  for (const line of asked)
    assert.match(line, /labelSelector=app\+in\+%28a%2Cb%29&fieldSelector=spec.nodeName%3Dn/);
});

test('a list that the server forgot in the middle is asked for again in one piece', async (t) => {
  const { cluster, server } = await against(
    t,
    withDiscovery((request, response) => {
      const query = new URL(request.url ?? '', 'https://x').searchParams;
      if (query.has('continue')) return response.json(410, status(410, 'Expired', 'too old'));
      const items = query.has('limit') ? ['old'] : ['new-1', 'new-2'];
      const metadata = query.has('limit') ? { continue: 'token' } : {};
      response.json(200, { kind: 'PodList', metadata, items: items.map((name) => ({ metadata: { name } })) });
    }),
  );
  assert.deepEqual(
    (await cluster.list(pods)).map((item) => item.metadata.name),
    ['new-1', 'new-2'],
  );
  assert.equal(server.seen.filter((line) => line.includes('/pods')).length, 3);
});

test('a 410 that does not stop is an error, not an empty list', async (t) => {
  const { cluster } = await against(
    t,
    withDiscovery((_, response) => response.json(410, status(410, 'Expired', 'too old'))),
  );
  await assert.rejects(cluster.list(pods), isApi(410));
});

test('metadata lists ask for metadata only, and are trimmed even where the server sends whole objects', async (t) => {
  const accepts: unknown[] = [];
  const whole = {
    metadata: {
      name: 'p',
      uid: 'u',
      managedFields: [{}],
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', kept: 'yes' },
    },
    spec: { big: true },
  };
  const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'q' } };
  const { cluster } = await against(
    t,
    withDiscovery((request, response) => {
      accepts.push(request.headers.accept);
      response.json(200, { kind: 'PodList', metadata: {}, items: [whole, partial] });
    }),
  );
  assert.deepEqual(await cluster.list(pods, { metadata: true }), [
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', uid: 'u', annotations: { kept: 'yes' } } },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'q' } },
  ]);
  assert.deepEqual(accepts, [
    'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
  ]);
});
