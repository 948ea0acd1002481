import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { after, before, beforeEach, describe, it } from 'node:test';
import { contextPrefix } from './context-path.ts';
import { AUTH, openedDoor } from './testing/opened-door.ts';

let at: Awaited<ReturnType<typeof openedDoor>>;
before(async () => {
  at = await openedDoor();
});
after(() => at.close());
beforeEach(() => at.clear());

describe('who is let in', () => {
  const refusals: [string, number, RequestOptions][] = [
    ['no token', 401, { headers: {} }],
    ['a wrong token', 401, { headers: { authorization: 'Bearer secret-of-pro' } }],
    ['an empty token', 401, { headers: { authorization: 'Bearer ' } }],
    [
      'basic credentials',
      401,
      { headers: { authorization: `Basic ${Buffer.from('a:secret-of-prod').toString('base64')}` } },
    ],
    ['a foreign Host', 403, { headers: { ...AUTH, host: 'evil.example:443' } }],
    ['our Host with another port', 403, { headers: { ...AUTH, host: '127.0.0.1:1' } }],
    ['a foreign Origin', 403, { headers: { ...AUTH, origin: 'https://evil.example' } }],
    ['the Origin null', 403, { headers: { ...AUTH, origin: 'null' } }],
    ['a cross-site fetch', 403, { headers: { ...AUTH, 'sec-fetch-site': 'cross-site' } }],
  ];
  for (const [what, status, options] of refusals) {
    for (const method of ['GET', 'DELETE']) {
      it(`${what}, ${method}: ${status}, and nothing reaches the cluster`, async () => {
        const answer = await at.ask('/api/v1/namespaces/shop/pods/a', { ...options, method });
        assert.equal(answer.status, status);
        assert.equal(JSON.parse(answer.body).kind, 'Status');
        assert.equal(at.upstream.got.length + at.other.got.length + at.judged.length, 0);
      });
    }
  }

  it("another context's token under this context's address is refused", async () => {
    const path = `${contextPrefix('prod')}/api/v1/pods`;
    const answer = await at.ask(path, { headers: { authorization: 'Bearer secret-of-test' } });
    assert.equal(answer.status, 403);
    assert.equal(at.upstream.got.length + at.other.got.length, 0);
  });

  it('the token alone finds its cluster, and no other', async () => {
    await at.ask('/api/v1/pods', { headers: { authorization: 'Bearer secret-of-test' } });
    assert.equal(at.upstream.got.length, 0);
    assert.equal(at.other.got.length, 1);
  });

  for (const path of [
    '/api/v1/namespaces/shop/../default/pods/a',
    '/api/v1/namespaces/shop/%2e%2e/pods',
    '/api/v1/namespaces/shop%2fpods',
    '/api/v1/namespaces/shop%252fpods',
    '/api//v1/pods',
    '//evil.example/api/v1/pods',
    '/api/v1/namespaces/shop\\pods',
    '/api/v1/pods/%00',
    '/api/v1/pods/%zz',
    'https://127.0.0.1/api/v1/pods',
    '*',
    '/api/v1/namespaces/shop/pods/x??dryRun=All',
  ]) {
    it(`the path ${path} is refused`, async () => {
      const answer = await at.raw(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${at.door.port}\r\nAuthorization: Bearer secret-of-prod\r\nConnection: close\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 400 /);
      assert.equal(at.upstream.got.length + at.other.got.length, 0);
    });
  }

  it('a header that asks for another method or path is refused, unless it is for a proxied application', async () => {
    for (const name of ['X-HTTP-Method-Override', 'x-method-override', 'X-Original-URL']) {
      const headers = { ...AUTH, [name]: 'DELETE' };
      assert.equal((await at.ask('/api/v1/namespaces/shop/pods/x', { headers })).status, 400, name);
      assert.equal(at.upstream.got.length, 0);
    }
    const proxied = '/api/v1/namespaces/shop/services/x/proxy/a';
    await at.ask(proxied, { headers: { ...AUTH, 'x-http-method-override': 'DELETE' } });
    assert.equal(at.upstream.got[0]?.headers['x-http-method-override'], 'DELETE');
  });

  it('plain HTTP gets nothing', async () => {
    await assert.rejects(
      new Promise((resolve, reject) => {
        const call = httpRequest(
          { host: '127.0.0.1', port: at.door.port, path: '/api/v1/pods', headers: AUTH },
          resolve,
        );
        call.on('error', reject);
        call.end();
      }),
    );
    assert.equal(at.upstream.got.length, 0);
  });

  it('two Content-Lengths, or a length and chunks, are refused (smuggling)', async () => {
    const head = `POST /api/v1/namespaces/shop/pods/a/eviction HTTP/1.1\r\nHost: 127.0.0.1:${at.door.port}\r\nAuthorization: Bearer secret-of-prod\r\nConnection: close\r\n`;
    for (const extra of [
      'Content-Length: 2\r\nContent-Length: 3\r\n',
      'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n',
    ]) {
      assert.match(await at.raw(`${head}${extra}\r\n{}`), /^HTTP\/1\.1 400 /);
    }
    assert.equal(at.upstream.got.length + at.judged.length, 0);
  });
});

describe('what passes', () => {
  it('a read goes on with the cluster credentials, not with ours', async () => {
    const answer = await at.ask(`${contextPrefix('prod')}/api/v1/pods?limit=500`);
    assert.equal(answer.status, 200);
    assert.equal(at.upstream.got[0]?.url, '/api/v1/pods?limit=500');
    assert.equal(at.upstream.got[0]?.headers.authorization, 'Bearer the-cluster-token');
    assert.equal(at.upstream.got[0]?.headers.host, `127.0.0.1:${at.upstream.port}`);
    assert.equal(at.judged.length, 0);
  });

  it('headers that would make the request somebody else are dropped', async () => {
    await at.ask('/api/v1/pods', {
      headers: { ...AUTH, 'x-remote-user': 'root', 'X-Remote-Extra-a': 'b', te: 'trailers' },
    });
    const headers: Record<string, unknown> = at.upstream.got[0]?.headers ?? {};
    for (const name of ['x-remote-user', 'x-remote-extra-a', 'te']) assert.equal(headers[name], undefined);
  });

  it("a watch's headers and its first event come at once, each by itself", async () => {
    const began = Date.now();
    const times = await new Promise<{ headers: number; event: number; warning: unknown }>(
      (resolve, reject) => {
        const call = httpsRequest(
          {
            host: '127.0.0.1',
            port: at.door.port,
            path: '/api/v1/pods?watch=true',
            ca: at.cert,
            headers: AUTH,
          },
          (response) => {
            const headers = Date.now() - began;
            response.once('data', () => {
              resolve({ headers, event: Date.now() - began, warning: response.headers.warning });
              call.destroy();
            });
          },
        );
        call.on('error', reject);
        call.end();
      },
    );
    assert.ok(
      times.headers < times.event - 100,
      `headers after ${times.headers} ms, event after ${times.event} ms`,
    );
    assert.equal(times.warning, '299 - "theirs"');
  });

  it('a write that destroys nothing is streamed without being judged', async () => {
    const answer = await at.ask('/api/v1/namespaces/shop/configmaps', { method: 'POST', body: '{"a":1}' });
    assert.equal(JSON.parse(answer.body).echoed, '{"a":1}');
    assert.equal(at.judged.length, 0);
  });

  it('exec becomes a tunnel, with the cluster credentials', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const call = httpsRequest({
        host: '127.0.0.1',
        port: at.door.port,
        ca: at.cert,
        path: '/api/v1/namespaces/shop/pods/a/exec?command=sh',
        headers: { ...AUTH, connection: 'Upgrade', upgrade: 'websocket' },
      });
      call.on('upgrade', (_response, socket) => {
        socket.once('data', (chunk: Buffer) => {
          resolve(chunk.toString());
          socket.destroy();
        });
        socket.write('ping');
      });
      call.on('error', reject);
      call.end();
    });
    assert.equal(text, 'ping');
    assert.equal(at.upstream.upgrades[0]?.headers.authorization, 'Bearer the-cluster-token');
  });

  for (const path of ['/version', '/api/v1/namespaces/shop/pods/a/exec?command=sh']) {
    it(`an upgrade of ${path} that the cluster ignores carries no second request past the guard`, async () => {
      at.upstream.switches.ignoreUpgrades = true;
      const second = 'DELETE /api/v1/namespaces/shop/pods/a HTTP/1.1\r\nHost: x\r\n\r\n';
      const answer = await at.raw(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${at.door.port}\r\nAuthorization: Bearer secret-of-prod\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${second}`,
        second,
      );
      at.upstream.switches.ignoreUpgrades = false;
      assert.match(answer, /^HTTP\/1\.1 (200|400) /);
      assert.deepEqual(
        at.upstream.got.filter(({ method }) => method === 'DELETE'),
        [],
      );
    });
  }

  for (const protocol of ['h2c', 'foo', 'TLS/1.0', 'websocket, h2c', 'SPDY/3']) {
    it(`an upgrade to "${protocol}" is none: inside another protocol every request would pass`, async () => {
      for (const path of [
        '/api/v1/namespaces/shop/pods/a/exec?command=sh',
        '/api/v1/namespaces/shop/services/a/proxy/x',
        '/api/v1/namespaces/shop/pods?watch=1',
      ]) {
        const answer = await at.raw(
          `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${at.door.port}\r\nAuthorization: Bearer secret-of-prod\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nUpgrade: ${protocol}\r\n\r\n`,
        );
        assert.match(answer, /^HTTP\/1\.1 400 /, path);
        assert.equal(at.upstream.upgrades.length, 0);
      }
    });
  }

  it('SPDY, as older kubectls ask for it, is passed on as it was written', async () => {
    const socket = await at.raw(
      `POST /api/v1/namespaces/shop/pods/a/exec?command=sh HTTP/1.1\r\nHost: 127.0.0.1:${at.door.port}\r\nAuthorization: Bearer secret-of-prod\r\nConnection: Upgrade\r\nUpgrade: spdy/3.1\r\n\r\n`,
      'ping',
    );
    assert.match(socket, /^HTTP\/1\.1 101 /);
    assert.equal(at.upstream.upgrades[0]?.headers.upgrade, 'SPDY/3.1');
  });

  it('a DELETE does not slip by as an upgrade', async () => {
    const answer = await at.raw(
      `DELETE /api/v1/namespaces/shop/pods/a HTTP/1.1\r\nHost: 127.0.0.1:${at.door.port}\r\nAuthorization: Bearer secret-of-prod\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.equal(at.upstream.upgrades.length + at.upstream.got.length, 0);
  });
});
