import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { after, before, beforeEach, describe, it } from 'node:test';
import { connect } from 'node:tls';
import type { AskedRequest, Brain, Instruction, Outcome } from '../request.ts';
import { testCertificate } from '../testing/door-certificate.ts';
import { recordingUpstream } from '../testing/recording-upstream.ts';
import { contextPrefix } from './context-path.ts';
import { type Door, openDoor } from './door.ts';
import { tokenTable } from './tokens.ts';

let upstream: Awaited<ReturnType<typeof recordingUpstream>>;
let other: Awaited<ReturnType<typeof recordingUpstream>>;
let door: Door;
let cert: string;
let instruction: Instruction = { do: 'forward', warnings: [] };
const judged: AskedRequest[] = [];
const outcomes: Outcome[] = [];
const gone: string[] = [];

const brain: Brain = {
  judge: async (request) => {
    judged.push(request);
    return instruction;
  },
  settled: (_id, outcome) => outcomes.push(outcome),
  gone: (id) => gone.push(id),
  left: () => undefined,
  noticed: () => undefined,
  watchesCreates: () => false,
};

before(async () => {
  upstream = await recordingUpstream((request, response, body) => {
    if (request.url?.includes('watch=true')) {
      response.writeHead(200, { 'content-type': 'application/json', warning: '299 - "theirs"' });
      response.flushHeaders();
      const timer = setTimeout(() => response.write('{"type":"ADDED"}\n'), 300);
      response.on('close', () => clearTimeout(timer));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ echoed: body }));
  });
  other = await recordingUpstream();
  const certificate = await testCertificate();
  cert = certificate.cert;
  const tokens = tokenTable();
  tokens.add('secret-of-prod', { id: 't1', context: 'prod', person: 'aiko' });
  tokens.add('secret-of-test', { id: 't2', context: 'test', person: 'aiko' });
  let id = 0;
  door = await openDoor({
    port: 0,
    tls: certificate,
    tokens,
    upstreamFor: async (context) => (context === 'prod' ? upstream.upstream : other.upstream),
    brain,
    requestId: () => `req-${++id}`,
  });
});

after(async () => {
  await door.close();
  await upstream.close();
  await other.close();
});

beforeEach(() => {
  for (const list of [upstream.got, upstream.upgrades, other.got, judged, outcomes, gone]) list.length = 0;
  instruction = { do: 'forward', warnings: [] };
});

const AUTH = { authorization: 'Bearer secret-of-prod' };

function ask(path: string, options: RequestOptions & { body?: string } = {}) {
  return new Promise<{ status: number; body: string; headers: Record<string, unknown> }>(
    (resolve, reject) => {
      const { body, headers = AUTH, ...rest } = options;
      // Node frames no body of a DELETE by itself.
      const framed =
        body === undefined ? headers : { ...(headers as object), 'content-length': Buffer.byteLength(body) };
      const call = httpsRequest(
        {
          host: '127.0.0.1',
          servername: 'localhost',
          port: door.port,
          path,
          ca: cert,
          headers: framed,
          ...rest,
        },
        (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }),
          );
        },
      );
      call.on('error', reject);
      call.end(body);
    },
  );
}

/** Writes bytes that no HTTP library would send; `later` once something was answered. */
function raw(text: string, later?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: door.port, ca: cert }, () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      if (answer === '' && later) {
        socket.write(later);
        setTimeout(() => socket.destroy(), 300);
      }
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

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
        const answer = await ask('/api/v1/namespaces/shop/pods/a', { ...options, method });
        assert.equal(answer.status, status);
        assert.equal(JSON.parse(answer.body).kind, 'Status');
        assert.equal(upstream.got.length + other.got.length + judged.length, 0);
      });
    }
  }

  it("another context's token under this context's address is refused", async () => {
    const path = `${contextPrefix('prod')}/api/v1/pods`;
    const answer = await ask(path, { headers: { authorization: 'Bearer secret-of-test' } });
    assert.equal(answer.status, 403);
    assert.equal(upstream.got.length + other.got.length, 0);
  });

  it('the token alone finds its cluster, and no other', async () => {
    await ask('/api/v1/pods', { headers: { authorization: 'Bearer secret-of-test' } });
    assert.equal(upstream.got.length, 0);
    assert.equal(other.got.length, 1);
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
      const answer = await raw(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\nAuthorization: Bearer secret-of-prod\r\nConnection: close\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 400 /);
      assert.equal(upstream.got.length + other.got.length, 0);
    });
  }

  it('a header that asks for another method or path is refused, unless it is for a proxied application', async () => {
    for (const name of ['X-HTTP-Method-Override', 'x-method-override', 'X-Original-URL']) {
      const headers = { ...AUTH, [name]: 'DELETE' };
      assert.equal((await ask('/api/v1/namespaces/shop/pods/x', { headers })).status, 400, name);
      assert.equal(upstream.got.length, 0);
    }
    const proxied = '/api/v1/namespaces/shop/services/x/proxy/a';
    await ask(proxied, { headers: { ...AUTH, 'x-http-method-override': 'DELETE' } });
    assert.equal(upstream.got[0]?.headers['x-http-method-override'], 'DELETE');
  });

  it('plain HTTP gets nothing', async () => {
    await assert.rejects(
      new Promise((resolve, reject) => {
        const call = httpRequest(
          { host: '127.0.0.1', port: door.port, path: '/api/v1/pods', headers: AUTH },
          resolve,
        );
        call.on('error', reject);
        call.end();
      }),
    );
    assert.equal(upstream.got.length, 0);
  });

  it('two Content-Lengths, or a length and chunks, are refused (smuggling)', async () => {
    const head = `POST /api/v1/namespaces/shop/pods/a/eviction HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\nAuthorization: Bearer secret-of-prod\r\nConnection: close\r\n`;
    for (const extra of [
      'Content-Length: 2\r\nContent-Length: 3\r\n',
      'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n',
    ]) {
      assert.match(await raw(`${head}${extra}\r\n{}`), /^HTTP\/1\.1 400 /);
    }
    assert.equal(upstream.got.length + judged.length, 0);
  });
});

describe('what passes', () => {
  it('a read goes on with the cluster credentials, not with ours', async () => {
    const answer = await ask(`${contextPrefix('prod')}/api/v1/pods?limit=500`);
    assert.equal(answer.status, 200);
    assert.equal(upstream.got[0]?.url, '/api/v1/pods?limit=500');
    assert.equal(upstream.got[0]?.headers.authorization, 'Bearer the-cluster-token');
    assert.equal(upstream.got[0]?.headers.host, `127.0.0.1:${upstream.port}`);
    assert.equal(judged.length, 0);
  });

  it('headers that would make the request somebody else are dropped', async () => {
    await ask('/api/v1/pods', {
      headers: { ...AUTH, 'x-remote-user': 'root', 'X-Remote-Extra-a': 'b', te: 'trailers' },
    });
    const headers: Record<string, unknown> = upstream.got[0]?.headers ?? {};
    for (const name of ['x-remote-user', 'x-remote-extra-a', 'te']) assert.equal(headers[name], undefined);
  });

  it("a watch's headers and its first event come at once, each by itself", async () => {
    const began = Date.now();
    const times = await new Promise<{ headers: number; event: number; warning: unknown }>(
      (resolve, reject) => {
        const call = httpsRequest(
          { host: '127.0.0.1', port: door.port, path: '/api/v1/pods?watch=true', ca: cert, headers: AUTH },
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
    const answer = await ask('/api/v1/namespaces/shop/configmaps', { method: 'POST', body: '{"a":1}' });
    assert.equal(JSON.parse(answer.body).echoed, '{"a":1}');
    assert.equal(judged.length, 0);
  });

  it('exec becomes a tunnel, with the cluster credentials', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const call = httpsRequest({
        host: '127.0.0.1',
        port: door.port,
        ca: cert,
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
    assert.equal(upstream.upgrades[0]?.headers.authorization, 'Bearer the-cluster-token');
  });

  for (const path of ['/version', '/api/v1/namespaces/shop/pods/a/exec?command=sh']) {
    it(`an upgrade of ${path} that the cluster ignores carries no second request past the guard`, async () => {
      upstream.switches.ignoreUpgrades = true;
      const second = 'DELETE /api/v1/namespaces/shop/pods/a HTTP/1.1\r\nHost: x\r\n\r\n';
      const answer = await raw(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\nAuthorization: Bearer secret-of-prod\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${second}`,
        second,
      );
      upstream.switches.ignoreUpgrades = false;
      assert.match(answer, /^HTTP\/1\.1 (200|400) /);
      assert.deepEqual(
        upstream.got.filter(({ method }) => method === 'DELETE'),
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
        const answer = await raw(
          `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\nAuthorization: Bearer secret-of-prod\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nUpgrade: ${protocol}\r\n\r\n`,
        );
        assert.match(answer, /^HTTP\/1\.1 400 /, path);
        assert.equal(upstream.upgrades.length, 0);
      }
    });
  }

  it('SPDY, as older kubectls ask for it, is passed on as it was written', async () => {
    const socket = await raw(
      `POST /api/v1/namespaces/shop/pods/a/exec?command=sh HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\nAuthorization: Bearer secret-of-prod\r\nConnection: Upgrade\r\nUpgrade: spdy/3.1\r\n\r\n`,
      'ping',
    );
    assert.match(socket, /^HTTP\/1\.1 101 /);
    assert.equal(upstream.upgrades[0]?.headers.upgrade, 'SPDY/3.1');
  });

  it('a DELETE does not slip by as an upgrade', async () => {
    const answer = await raw(
      `DELETE /api/v1/namespaces/shop/pods/a HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\nAuthorization: Bearer secret-of-prod\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.equal(upstream.upgrades.length + upstream.got.length, 0);
  });
});

describe('what is judged', () => {
  it('a DELETE goes to the brain with its body, and out as the brain says', async () => {
    instruction = {
      do: 'forward',
      query: '',
      body: { bytes: new TextEncoder().encode('{"pinned":true}'), type: 'application/json' },
      warnings: ['mind the "gap"'],
    };
    const answer = await ask('/apis/apps/v1/namespaces/shop/statefulsets/kafka?propagationPolicy=Orphan', {
      method: 'DELETE',
      body: '{"kind":"DeleteOptions"}',
      headers: {
        ...AUTH,
        'kubectl-session': 's1',
        'user-agent': 'kubectl/v1.35.2',
        'content-type': 'application/json',
      },
    });
    assert.equal(Buffer.from(judged[0]?.body ?? []).toString(), '{"kind":"DeleteOptions"}');
    assert.equal(judged[0]?.context, 'prod');
    assert.equal(judged[0]?.headers['kubectl-session'], 's1');
    assert.equal(judged[0]?.headers.authorization, undefined);
    assert.equal(upstream.got[0]?.url, '/apis/apps/v1/namespaces/shop/statefulsets/kafka');
    assert.equal(upstream.got[0]?.body, '{"pinned":true}');
    assert.equal(answer.headers.warning, '299 - "mind the \\"gap\\""');
    assert.deepEqual(outcomes, [{ status: 200, said: 'unknown' }], 'its body is no object of Kubernetes');
  });

  it('what the brain wrote anew goes out in place of what came: path, query, body and its headers', async () => {
    const bytes = Buffer.from('{}');
    instruction = {
      do: 'forward',
      path: '/api/v1/namespaces/shop/pods/y',
      query: 'a=b',
      body: { bytes, type: 'application/json' },
      warnings: [],
    };
    await ask('/api/v1/namespaces/shop/pods/%79?a=%62', {
      method: 'DELETE',
      headers: { ...AUTH, 'content-type': 'application/yaml', 'content-encoding': 'identity' },
      body: '{ }',
    });
    const got = upstream.got[0];
    assert.equal(got?.url, '/api/v1/namespaces/shop/pods/y?a=b');
    const {
      'content-type': type,
      'content-encoding': encoding,
      'content-length': length,
    } = got?.headers ?? {};
    assert.deepEqual(
      [type, encoding, length, got?.body.toString()],
      ['application/json', undefined, '2', '{}'],
    );
  });

  it('an answer of the brain goes to the client, and nothing to the cluster', async () => {
    instruction = { do: 'answer', status: 403, body: '{"no":1}', type: 'application/json', warnings: [] };
    const answer = await ask('/api/v1/namespaces/shop', { method: 'DELETE' });
    assert.equal(answer.status, 403);
    assert.equal(answer.body, '{"no":1}');
    assert.equal(upstream.got.length, 0);
  });

  it('an unknown method does not walk past', async () => {
    instruction = { do: 'answer', status: 403, body: '{}', type: 'application/json', warnings: [] };
    await ask('/api/v1/namespaces/shop/pods/a', { method: 'PURGE' });
    assert.equal(judged.length, 1);
    assert.equal(upstream.got.length, 0);
  });

  for (const [what, sent] of [
    ['whole', 4 * 1024 * 1024],
    ['but a part of it', 3.5 * 1024 * 1024],
  ] as const) {
    it(`a body over the limit, ${what}: refused before it is judged, and its connection is closed`, async () => {
      const socket = connect({ host: '127.0.0.1', port: door.port, ca: cert, servername: 'localhost' });
      let text = '';
      socket.on('data', (part) => {
        text += part;
      });
      const head = [
        'DELETE /api/v1/namespaces/shop/pods/a HTTP/1.1',
        `Host: 127.0.0.1:${door.port}`,
        `Authorization: ${AUTH.authorization}`,
        'Content-Type: application/json',
        `Content-Length: ${4 * 1024 * 1024}`,
      ];
      socket.write(`${head.join('\r\n')}\r\n\r\n${'x'.repeat(sent)}`);
      await once(socket, 'close');
      assert.match(text, /^HTTP\/1\.1 413 /);
      assert.match(text, /\r\nconnection: close\r\n/i);
      assert.match(text, /larger than the API server takes/);
      assert.equal(judged.length + upstream.got.length, 0);
    });
  }

  it('a client that goes while it is judged is told to the brain, and nothing is sent', async () => {
    let release: (() => void) | undefined;
    const original = brain.judge;
    brain.judge = async (request) => {
      judged.push(request);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return { do: 'forward', warnings: [] };
    };
    const call = httpsRequest({
      host: '127.0.0.1',
      port: door.port,
      path: '/api/v1/nodes/a',
      method: 'DELETE',
      ca: cert,
      headers: AUTH,
    });
    call.on('error', () => undefined);
    call.end();
    while (judged.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    call.destroy();
    while (gone.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    release?.();
    while (outcomes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    brain.judge = original;
    assert.deepEqual(gone, [judged[0]?.id]);
    assert.equal(upstream.got.length, 0);
    assert.ok('notSent' in (outcomes[0] ?? {}));
  });
});
