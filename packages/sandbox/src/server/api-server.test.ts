import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { type RunningSandbox, startSandbox } from '../start.ts';
import { type RawClient, rawClient } from '../testing/http.ts';
import { infoOf } from '../testing/infos.ts';
import { until } from '../testing/until.ts';
import type { SeenRequest } from './api-server.ts';

let sandbox: RunningSandbox;
let admin: RawClient;
const seen: SeenRequest[] = [];
const MAPS = '/api/v1/namespaces/default/configmaps';

before(async () => {
  sandbox = await startSandbox({ controllers: false, onRequest: (told) => void seen.push(told) });
  admin = rawClient(sandbox.kubeconfig());
});
after(() => sandbox.close());

test('who has no valid token gets nothing; who has none is anonymous', async () => {
  const config = sandbox.kubeconfig();
  const wrong = await rawClient(config.replace(/token: \S+/, 'token: wrong')).call('GET', '/readyz');
  assert.deepEqual([wrong.status, wrong.body.message], [401, 'Unauthorized']);
  const anonymous = rawClient(config.replace(/token: \S+/, '{}'));
  const { status, body } = await anonymous.call('GET', MAPS);
  assert.equal(status, 403);
  assert.match(body.message, /User "system:anonymous" cannot list resource "configmaps"/);
  assert.equal((await anonymous.call('GET', '/readyz')).text, 'ok');
});

test('paths that are no resources have rights of their own', async () => {
  const aiko = rawClient(sandbox.kubeconfig({ name: 'aiko' }));
  const { status, body } = await aiko.call('POST', '/metrics', { body: {} });
  assert.equal(status, 403);
  assert.equal(body.message, 'forbidden: User "aiko" cannot post path "/metrics"');
  assert.deepEqual([body.reason, body.details], ['Forbidden', {}]);
  assert.equal((await aiko.call('GET', '/version')).status, 200);
});

test('the server’s own paths', async () => {
  const kind = async (path: string) => (await admin.call('GET', path)).body.kind;
  assert.equal((await admin.call('GET', '/version')).body.minor, '35');
  assert.equal(await kind('/api'), 'APIVersions');
  assert.equal(
    (await admin.call('GET', '/api')).body.serverAddressByClientCIDRs[0].serverAddress,
    sandbox.url.slice(8),
  );
  assert.equal(await kind('/apis?timeout=32s'), 'APIGroupList');
  assert.equal((await admin.call('GET', '/openapi/v2')).body.swagger, '2.0');
  assert.ok((await admin.call('GET', '/openapi/v3')).body.paths['api/v1']);
  assert.equal((await admin.call('GET', '/openapi/v3/apis/apps/v1')).body.openapi, '3.0.0');
});

test('what is not there: told by the API below a group that is known, by the mux elsewhere', async () => {
  const answer = async (path: string) => {
    const { status, body, text } = await admin.call('GET', path);
    return [status, body?.message ?? text];
  };
  const missing = [404, 'the server could not find the requested resource'];
  const page = [404, '404 page not found\n'];
  assert.deepEqual(await answer('/api/v9'), missing);
  assert.deepEqual(await answer('/apis/apps/v9'), missing);
  assert.deepEqual(await answer('/apis/apps/v9/things'), missing);
  assert.deepEqual(await answer('/apis/none/v1'), page);
  assert.deepEqual(await answer('/apis/none'), page);
  assert.deepEqual(await answer('/nothing'), page);
});

test('what is asked in the query counts', async () => {
  const made = await admin.call('POST', MAPS, {
    body: { metadata: { name: 'one', labels: { app: 'web' } } },
  });
  const found = async (query: string) => {
    const { body } = await admin.call('GET', `${MAPS}${query}`);
    return body.items.map((item: { metadata: { name: string } }) => item.metadata.name);
  };
  assert.deepEqual([made.status, await found('')], [201, ['one']]);
  assert.deepEqual(await found('?labelSelector=app%3Dweb'), ['one']);
  assert.deepEqual(await found('?labelSelector=app%3Dapi'), []);
});

test('what goes wrong within is told as that, with where it went wrong', async () => {
  const { store } = sandbox;
  const { get } = store;
  const answer = async (thrown: unknown) => {
    store.get = () => {
      throw thrown;
    };
    try {
      const { status, body } = await admin.call('GET', `${MAPS}/one`);
      assert.deepEqual([status, body.reason], [500, 'InternalError']);
      return body.message;
    } finally {
      store.get = get;
    }
  };
  assert.match(
    await answer(new Error('the disk is full')),
    /Error: the disk is full\n +at .*api-server\.test\.ts/s,
  );
  assert.match(await answer('no more paper'), /no more paper$/);
});

test('who shows a certificate of its authority is known by it', async () => {
  const { users } = parse(await sandbox.certificateKubeconfig({ name: 'cert', groups: ['system:masters'] }));
  const pem = (text: string) => Buffer.from(text, 'base64');
  const { user } = users[0];
  const options = { cert: pem(user['client-certificate-data']), key: pem(user['client-key-data']) };
  const { statusCode, headers } = await answered(MAPS, options);
  assert.deepEqual([statusCode, headers['keep-alive']], [200, 'timeout=120']);
});

test('a watch is answered at once and stays open; it ends when the server is closed', async () => {
  const own = await startSandbox({ controllers: false, onRequest: (told) => void seen.push(told) });
  seen.length = 0;
  const [, token = ''] = /token: (\S+)/.exec(own.kubeconfig()) ?? [];
  const options = { ca: own.certificateAuthority, headers: { authorization: `Bearer ${token}` } };
  const watch = await answered(`${own.url}${MAPS}?watch=1`, options);
  assert.equal(watch.statusCode, 200);
  let text = '';
  watch.on('data', (chunk) => void (text += chunk));
  const ended = new Promise((done) => watch.once('close', done));
  const metadata = { name: 'seen', namespace: 'default' };
  own.store.create(infoOf('/configmaps'), { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  await until(() => text.includes('"name":"seen"'));
  await own.close();
  await ended;
  await until(() => seen.length > 0);
  assert.deepEqual([seen[0]?.url, seen[0]?.status], [`${MAPS}?watch=1`, 200]);
});

test('a port that is taken is told to who starts it', async () => {
  const port = Number(new URL(sandbox.url).port);
  await assert.rejects(startSandbox({ controllers: false, port }), { code: 'EADDRINUSE' });
});

/** The answer as soon as its head is there; what it says is let go. */
function answered(path: string, options: RequestOptions): Promise<IncomingMessage> {
  const own = { ca: sandbox.certificateAuthority, agent: new Agent({ keepAlive: true }), ...options };
  return new Promise((done, failed) => {
    const sent = request(new URL(path, sandbox.url), own, (response) => {
      response.on('error', () => {});
      response.resume();
      done(response);
    });
    sent.on('error', failed);
    sent.end();
  });
}

test('a body is three mebibytes at most, and is read to its end all the same', async () => {
  const body = (size: number) => `{"metadata":{"name":"big"},"x":"${'y'.repeat(size)}"}`;
  const limit = 3 * 1024 * 1024;
  const fits = await admin.call('POST', `${MAPS}?dryRun=All`, { body: body(limit - body(0).length) });
  assert.equal(fits.status, 201);
  const { status, body: refused } = await admin.call('POST', MAPS, {
    body: body(limit - body(0).length + 1),
  });
  assert.deepEqual(
    [status, refused.reason, refused.message],
    [413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`],
  );
});

test('errors come in the form that was asked for', async () => {
  const { text, headers } = await admin.call('GET', `${MAPS}/none`, {
    headers: { accept: 'application/yaml' },
  });
  assert.equal(headers['content-type'], 'application/yaml');
  assert.match(text, /^kind: Status\n/);
  const list = await admin.call('GET', MAPS, { headers: { accept: 'application/yaml' } });
  assert.match(list.text, /^kind: ConfigMapList\n/);
  const thrown = await admin.call('GET', '/api/v1/widgets', { headers: { accept: 'application/yaml' } });
  assert.match(thrown.text, /^kind: Status\n/);
});

test('who acts as another has the other’s rights', async () => {
  const headers = { 'impersonate-user': 'ben' };
  const { status, body } = await admin.call('GET', MAPS, { headers });
  assert.equal(status, 403);
  assert.match(body.message, /User "ben" cannot list/);
});

test('each request is told once it was answered', async () => {
  seen.length = 0;
  const path = `${MAPS}?dryRun=All`;
  await admin.call('POST', path, { body: { metadata: { name: 'told' } } });
  await until(() => seen.length > 0);
  const [first] = seen;
  assert.deepEqual(
    [first?.method, first?.url, first?.user, first?.status],
    ['POST', path, 'kubernetes-admin', 201],
  );
  assert.equal(first?.body.toString(), '{"metadata":{"name":"told"}}');
  assert.match(first?.headers.authorization ?? '', /^Bearer /);
  await rawClient(sandbox.kubeconfig().replace(/token: \S+/, 'token: wrong')).call('GET', MAPS);
  await until(() => seen.length > 1);
  assert.deepEqual([seen[1]?.user, seen[1]?.status, seen[1]?.body.length], ['', 401, 0]);
});
