import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ApiFailure, certainlyNotDone, type ToolcribError } from '@toolcrib/model';
import { connectCluster } from './client.ts';
import { type Handler, startServer } from './testing/server.ts';
import { openUpstream } from './upstream.ts';

const pods = { group: '', version: 'v1', resource: 'pods' };
const POD_LIST = {
  resources: [
    { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['list'] },
    { name: 'pods/eviction', kind: 'Eviction' },
  ],
};

/** The least discovery that lists of Pods need; everything else goes to the test's own handler. */
function withDiscovery(handler: Handler): Handler {
  return (request, response) => {
    if (request.url === '/api') return response.json(200, { kind: 'APIVersions', versions: ['v1'] });
    if (request.url === '/apis') return response.json(200, { kind: 'APIGroupList', groups: [] });
    if (request.url === '/api/v1') return response.json(200, POD_LIST);
    handler(request, response);
  };
}

async function against(t: TestContext, handler: Handler, options: { timeout?: number; token?: string } = {}) {
  const server = await startServer(handler);
  const upstream = openUpstream(server.context({ token: options.token ?? 'good' }), { env: {} });
  let time = 0;
  const cluster = connectCluster(upstream, 'test', { timeout: options.timeout, now: () => time });
  t.after(async () => {
    await cluster.close();
    await server.close();
  });
  const pass = (ms: number) => {
    time += ms;
  };
  return { server, cluster, pass };
}

const status = (code: number, reason: string, message: string, details: object = {}) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code,
  reason,
  message,
  details,
});
const isApi = (code: number) => (error: ToolcribError) =>
  error.code === 'api' && (error.cause as ApiFailure).status === code;

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

test('401: reads try once more with fresh credentials, writes do not, and the error says credentials', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-client-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, 'stale');
  const server = await startServer((request, response) => {
    if (request.headers.authorization === 'Bearer fresh')
      return response.json(200, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p', namespace: 'n' },
      });
    writeFileSync(tokenFile, 'fresh');
    response.json(401, status(401, 'Unauthorized', 'Unauthorized'));
  });
  const cluster = connectCluster(openUpstream(server.context({ tokenFile }), { env: {} }), 'test');
  t.after(async () => {
    await cluster.close();
    await server.close();
  });
  assert.equal((await cluster.get(pods, { name: 'p', namespace: 'n' }))?.metadata.name, 'p');
  assert.equal(server.seen.length, 2);

  const fixed = await against(t, (_, response) => response.json(401, status(401, 'Unauthorized', 'no')));
  await assert.rejects(fixed.cluster.get(pods, { name: 'p' }), { code: 'credentials' });
  assert.equal(fixed.server.seen.length, 1, 'a fixed token was tried twice');
  await assert.rejects(fixed.cluster.delete(pods, { name: 'p' }, {}), { code: 'credentials' });
  assert.equal(fixed.server.seen.length, 2);
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

test('a reset connection: a read is sent again once, a write never', async (t) => {
  let resets = 1;
  const { cluster, server } = await against(t, (request, response) => {
    if (resets-- > 0) return request.socket.destroy();
    response.json(200, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } });
  });
  assert.ok(await cluster.get(pods, { name: 'p' }));
  assert.equal(server.seen.length, 2);
  resets = 2;
  await assert.rejects(cluster.get(pods, { name: 'p' }), { code: 'unreachable' });
  assert.equal(server.seen.length, 4);
  for (const write of [
    () => cluster.delete(pods, { name: 'p' }, {}),
    () => cluster.patch(pods, { name: 'p' }, {}),
    () => cluster.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }),
    () => cluster.request({ method: 'POST', path: '/api/v1/pods' }),
  ]) {
    resets = 1;
    const before: number = server.seen.length;
    await assert.rejects(write(), { code: 'unreachable' });
    assert.equal(server.seen.length, before + 1);
  }
});

test('a slow server: an error after the time given, and a caller can give up earlier', async (t) => {
  const { cluster } = await against(t, (_, response) => void response.writeHead(200).write('{'), {
    timeout: 150,
  });
  await assert.rejects(cluster.get(pods, { name: 'p' }), {
    code: 'unreachable',
    message: /no answer within 0.15 s/,
  });
  const abort = new AbortController();
  const asked = cluster.request({ method: 'GET', path: '/version', signal: abort.signal });
  abort.abort();
  await assert.rejects(asked, { code: 'unreachable', message: /given up/ });
});

test('errors carry what the cluster said; pages of other programs are shortened', async (t) => {
  const { cluster } = await against(t, (request, response) => {
    if (request.method === 'POST') return response.json(403, status(403, 'Forbidden', 'pods is forbidden'));
    if (request.url?.endsWith('/absent'))
      return response.json(404, status(404, 'NotFound', 'pods "absent" not found', { name: 'absent' }));
    if (request.url?.endsWith('/unserved'))
      return response.json(404, status(404, 'NotFound', 'could not find the requested resource'));
    if (request.url?.endsWith('/list')) return response.writeHead(200).end('[]');
    response.writeHead(502).end(`<html>${'x'.repeat(5000)}`);
  });
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } };
  await assert.rejects(cluster.create(pods, pod), (error: ToolcribError) => {
    assert.deepEqual(error.cause, { status: 403, reason: 'Forbidden', message: 'pods is forbidden' });
    return error.code === 'api';
  });
  await assert.rejects(
    cluster.get(pods, { name: 'p' }),
    (error: ToolcribError) => isApi(502)(error) && error.message.length < 500,
  );
  assert.equal(await cluster.get(pods, { name: 'absent' }), undefined);
  assert.equal(await cluster.delete(pods, { name: 'absent' }, {}), undefined);
  await assert.rejects(cluster.get(pods, { name: 'unserved' }), isApi(404));
  await assert.rejects(cluster.delete(pods, { name: 'unserved' }, {}), isApi(404));
  await assert.rejects(cluster.get(pods, { name: 'list' }), { code: 'api', message: /no JSON object/ });
});

test('a 2xx that is not what was asked for is neither a yes nor a certain no', async (t) => {
  let said: [number, object] = [200, {}];
  const { cluster } = await against(
    t,
    withDiscovery((_, response) => response.json(...said)),
  );
  const at = { name: 'p', namespace: 'n' };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: at };
  const failure = { ...status(200, 'Conflict', 'no'), metadata: {} };
  for (const answer of [
    [200, failure],
    [201, { ...failure, code: 201 }],
    [302, { ...failure, code: 302 }],
    [302, { ...pod }],
    [200, { message: 'please log in' }],
  ] as [number, object][]) {
    said = answer;
    for (const ask of [
      () => cluster.get(pods, at),
      () => cluster.create(pods, pod),
      () => cluster.patch(pods, at, {}),
      () => cluster.replace(pods, pod),
      () => cluster.delete(pods, at, {}),
      () => cluster.list(pods, { namespace: 'n' }),
    ])
      await assert.rejects(
        ask(),
        (error: ToolcribError) => isApi(answer[0])(error) && !certainlyNotDone(error),
      );
  }
  said = [200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }];
  assert.ok(await cluster.delete(pods, at, {}));
  await assert.rejects(cluster.patch(pods, at, {}), isApi(200), 'a Success is no Pod');
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
