import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { against, isApi, POD_LIST, pods, status, withDiscovery } from './testing/against.ts';
import type { Handler } from './testing/server.ts';

/** A cluster, and what it was asked besides discovery: method and path, Accept, as whom. */
async function asked(t: TestContext, handler: Handler) {
  const lines: string[] = [];
  const heads: { accept: unknown; as: unknown }[] = [];
  const { cluster } = await against(
    t,
    withDiscovery((request, response) => {
      lines.push(`${request.method} ${request.url}`);
      heads.push({ accept: request.headers.accept, as: request.headers['impersonate-user'] });
      handler(request, response);
    }),
  );
  return { cluster, lines, heads };
}
const pod = (name = 'p') => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'n' } });
const NOT_FOUND = status(404, 'NotFound', 'pods "p" not found', { name: 'p' });
const at = { namespace: 'n', name: 'p' };
const as = { 'Impersonate-User': 'ben' };

test('an object is there, or it is not; any other no is an error', async (t) => {
  let answer: [number, unknown] = [200, pod()];
  const { cluster } = await asked(t, (_, response) => response.json(...answer));
  assert.equal((await cluster.get(pods, at))?.metadata.name, 'p');
  answer = [404, NOT_FOUND];
  assert.equal(await cluster.get(pods, at), undefined);
  assert.equal(await cluster.delete(pods, at, {}), undefined);
  answer = [404, status(404, 'NotFound', 'the server could not find the requested resource')];
  await assert.rejects(cluster.get(pods, at), isApi(404));
  answer = [403, status(403, 'Forbidden', 'no')];
  await assert.rejects(cluster.get(pods, at), isApi(403));
  await assert.rejects(cluster.delete(pods, at, {}), isApi(403));
});

test('a delete is answered with the object on its way out, or with a word that it went', async (t) => {
  let answer: unknown = pod();
  const { cluster } = await asked(t, (_, response) => response.json(200, answer));
  assert.equal((await cluster.delete(pods, at, {}))?.metadata.name, 'p');
  answer = { kind: 'Status', apiVersion: 'v1', status: 'Success', metadata: {} };
  const gone = await cluster.delete(pods, at, {});
  assert.notEqual(gone?.kind, 'Pod');
});

test('a list asks for what was said, and for nothing else', async (t) => {
  const managed = { ...pod().metadata, managedFields: [{}], annotations: { a: 'b' } };
  const { cluster, lines, heads } = await asked(t, (_, response) =>
    response.json(200, {
      kind: 'PodList',
      metadata: {},
      items: [{ metadata: managed, spec: { nodeName: 'x' } }],
    }),
  );
  assert.deepEqual(await cluster.list(pods, { namespace: 'n' }, as), [
    { apiVersion: 'v1', kind: 'Pod', metadata: managed, spec: { nodeName: 'x' } },
  ]);
  assert.deepEqual(
    [lines.pop(), heads.pop()],
    ['GET /api/v1/namespaces/n/pods?limit=500', { accept: 'application/json', as: 'ben' }],
  );
  const { managedFields: _, ...short } = managed;
  assert.deepEqual(await cluster.list(pods, { metadata: true, labelSelector: 'a=b', fieldSelector: 'c=d' }), [
    { apiVersion: 'v1', kind: 'Pod', metadata: short },
  ]);
  assert.equal(lines.pop(), 'GET /api/v1/pods?limit=500&labelSelector=a%3Db&fieldSelector=c%3Dd');
  assert.match(String(heads.pop()?.accept), /PartialObjectMetadataList/);
});

test('a list that the server forgot in the middle is asked for in one piece, with no word but that', async (t) => {
  const { cluster, lines } = await asked(t, (request, response) => {
    if (request.url?.includes('continue=')) return response.json(410, status(410, 'Expired', 'too old'));
    const more = request.url?.includes('limit=') ? { continue: 'x' } : {};
    response.json(200, { kind: 'PodList', metadata: more, items: [pod()] });
  });
  assert.equal((await cluster.list(pods, { namespace: 'n' })).length, 1);
  assert.equal(lines.pop(), 'GET /api/v1/namespaces/n/pods');
});

test('a version that its group does not prefer is looked up by itself', async (t) => {
  const jobs = { group: 'batch', version: 'v1beta1', resource: 'jobs' };
  const { cluster, lines } = await asked(t, (request, response) => {
    if (request.url === '/apis/batch/v1beta1')
      return response.json(200, { resources: [{ name: 'jobs', kind: 'Job', namespaced: true }] });
    if (request.url === '/api/v2')
      return response.json(200, { resources: [{ name: 'news', kind: 'New', namespaced: true }] });
    const kind = request.url?.includes('news') ? 'New' : request.url?.includes('jobs') ? 'Job' : 'Pod';
    response.json(200, { kind: `${kind}List`, metadata: {}, items: [{ metadata: { name: 'j' } }] });
  });
  const [job] = await cluster.list(jobs);
  assert.deepEqual([job?.apiVersion, job?.kind], ['batch/v1beta1', 'Job']);
  assert.ok(lines.includes('GET /apis/batch/v1beta1'));
  const [one] = await cluster.list({ group: '', version: 'v2', resource: 'news' });
  assert.deepEqual([one?.apiVersion, one?.kind], ['v2', 'New']);
  // One that is known is not looked up, whatever its version.
  lines.length = 0;
  const [known] = await cluster.list({ ...pods, version: 'v9' });
  assert.deepEqual([known?.apiVersion, lines], ['v9', ['GET /api/v9/pods?limit=500']]);
  await assert.rejects(cluster.list({ ...jobs, resource: 'rings' }), {
    code: 'not-found',
    message: 'The cluster of context test serves no rings of batch/v1beta1.',
  });
});

test('a create is a POST into its namespace, and a request goes out as it was said', async (t) => {
  const { cluster, lines, heads } = await asked(t, (_, response) => response.json(201, pod()));
  assert.equal((await cluster.create(pods, pod(), as)).metadata.name, 'p');
  assert.deepEqual([lines.pop(), heads.pop()?.as], ['POST /api/v1/namespaces/n/pods', 'ben']);
  const answer = await cluster.request({
    method: 'GET',
    path: '/healthz',
    headers: { accept: 'text/x' },
    as,
  });
  assert.equal(answer.status, 201);
  assert.deepEqual([lines.pop(), heads.pop()], ['GET /healthz', { accept: 'text/x', as: 'ben' }]);
});

test('whether somebody may is what the cluster says, with its reason', async (t) => {
  let said: object = { allowed: true, reason: 'a role' };
  const { cluster } = await asked(t, (_, response) => response.json(201, { ...pod(), status: said }));
  const may = () => cluster.mayI({ ...pods, verb: 'delete' });
  assert.deepEqual(await may(), { allowed: true, why: 'a role' });
  said = { allowed: false, evaluationError: 'no such role' };
  assert.deepEqual(await may(), { allowed: false, why: 'no such role' });
  said = { reason: '', evaluationError: '' };
  assert.deepEqual(await may(), { allowed: false, why: undefined });
  said = undefined as never;
  assert.deepEqual(await may(), { allowed: false, why: undefined });
});

test('a kind is unknown where its own group could not be asked, and not served where another’s could not', async (t) => {
  const { cluster } = await against(t, (request, response) => {
    const broken = { name: 'broken.dev', versions: [{ version: 'v1' }] };
    if (request.url === '/api') return response.json(200, { versions: ['v1'] });
    if (request.url === '/apis') return response.json(200, { groups: [broken] });
    if (request.url === '/api/v1') return response.json(200, POD_LIST);
    response.json(503, status(503, 'ServiceUnavailable', 'no endpoints'));
  });
  await assert.rejects(cluster.typeOf({ apiVersion: 'broken.dev/v1', kind: 'Ring' }), { code: 'api' });
  await assert.rejects(cluster.typeOf({ apiVersion: 'v1', kind: 'Ring' }), { code: 'not-found' });
  await assert.rejects(cluster.typeOf({ apiVersion: 'apps/v1', kind: 'Pod' }), { code: 'not-found' });
  assert.equal((await cluster.typeOf({ apiVersion: 'v1', kind: 'Pod' })).resource, 'pods');
});

test('once closed it asks nobody any more', async (t) => {
  const { cluster, server } = await against(
    t,
    withDiscovery((_, response) => response.json(200, pod())),
  );
  await cluster.get(pods, at);
  await cluster.close();
  while (server.sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
});
