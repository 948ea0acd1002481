import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { certainlyNotDone, type ToolcribError } from '@toolcrib/model';
import { connectCluster } from './client.ts';
import { against, isApi, pods, status, withDiscovery } from './testing/against.ts';
import { startServer } from './testing/server.ts';
import { openUpstream } from './upstream.ts';

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
