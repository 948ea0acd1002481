import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { after, before, beforeEach, describe, it } from 'node:test';
import { connect } from 'node:tls';
import { AUTH, openedDoor } from './testing/opened-door.ts';

let at: Awaited<ReturnType<typeof openedDoor>>;
before(async () => {
  at = await openedDoor();
});
after(() => at.close());
beforeEach(() => at.clear());

describe('what is judged', () => {
  it('a DELETE goes to the handler with its body, and out as the handler says', async () => {
    at.said.instruction = {
      do: 'forward',
      query: '',
      body: { bytes: new TextEncoder().encode('{"pinned":true}'), type: 'application/json' },
      warnings: ['mind the "gap"'],
    };
    const answer = await at.ask('/apis/apps/v1/namespaces/shop/statefulsets/kafka?propagationPolicy=Orphan', {
      method: 'DELETE',
      body: '{"kind":"DeleteOptions"}',
      headers: {
        ...AUTH,
        'kubectl-session': 's1',
        'user-agent': 'kubectl/v1.35.2',
        'content-type': 'application/json',
      },
    });
    assert.equal(Buffer.from(at.judged[0]?.body ?? []).toString(), '{"kind":"DeleteOptions"}');
    assert.equal(at.judged[0]?.context, 'prod');
    assert.equal(at.judged[0]?.headers['kubectl-session'], 's1');
    assert.equal(at.judged[0]?.headers.authorization, undefined);
    assert.equal(at.upstream.got[0]?.url, '/apis/apps/v1/namespaces/shop/statefulsets/kafka');
    assert.equal(at.upstream.got[0]?.body, '{"pinned":true}');
    assert.equal(answer.headers.warning, '299 - "mind the \\"gap\\""');
    assert.deepEqual(at.outcomes, [{ status: 200, said: 'unknown' }], 'its body is no object of Kubernetes');
  });

  it('what the handler wrote anew goes out in place of what came: path, query, body and its headers', async () => {
    const bytes = Buffer.from('{}');
    at.said.instruction = {
      do: 'forward',
      path: '/api/v1/namespaces/shop/pods/y',
      query: 'a=b',
      body: { bytes, type: 'application/json' },
      warnings: [],
    };
    await at.ask('/api/v1/namespaces/shop/pods/%79?a=%62', {
      method: 'DELETE',
      headers: { ...AUTH, 'content-type': 'application/yaml', 'content-encoding': 'identity' },
      body: '{ }',
    });
    const got = at.upstream.got[0];
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

  it('an answer of the handler goes to the client, and nothing to the cluster', async () => {
    at.said.instruction = {
      do: 'answer',
      status: 403,
      body: '{"no":1}',
      type: 'application/json',
      warnings: [],
    };
    const answer = await at.ask('/api/v1/namespaces/shop', { method: 'DELETE' });
    assert.equal(answer.status, 403);
    assert.equal(answer.body, '{"no":1}');
    assert.equal(at.upstream.got.length, 0);
  });

  it('an unknown method does not walk past', async () => {
    at.said.instruction = { do: 'answer', status: 403, body: '{}', type: 'application/json', warnings: [] };
    await at.ask('/api/v1/namespaces/shop/pods/a', { method: 'PURGE' });
    assert.equal(at.judged.length, 1);
    assert.equal(at.upstream.got.length, 0);
  });

  for (const [what, sent] of [
    ['whole', 4 * 1024 * 1024],
    ['but a part of it', 3.5 * 1024 * 1024],
  ] as const) {
    it(`a body over the limit, ${what}: refused before it is at.judged, and its connection is closed`, async () => {
      const socket = connect({ host: '127.0.0.1', port: at.door.port, ca: at.cert, servername: 'localhost' });
      let text = '';
      socket.on('data', (part) => {
        text += part;
      });
      const head = [
        'DELETE /api/v1/namespaces/shop/pods/a HTTP/1.1',
        `Host: 127.0.0.1:${at.door.port}`,
        `Authorization: ${AUTH.authorization}`,
        'Content-Type: application/json',
        `Content-Length: ${4 * 1024 * 1024}`,
      ];
      socket.write(`${head.join('\r\n')}\r\n\r\n${'x'.repeat(sent)}`);
      await once(socket, 'close');
      assert.match(text, /^HTTP\/1\.1 413 /);
      assert.match(text, /\r\nconnection: close\r\n/i);
      assert.match(text, /larger than the API server takes/);
      assert.equal(at.judged.length + at.upstream.got.length, 0);
    });
  }

  it('a client that goes while it is judged is told to the handler, and nothing is sent', async () => {
    let release: (() => void) | undefined;
    const original = at.handler.judge;
    at.handler.judge = async (request) => {
      at.judged.push(request);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return { do: 'forward', warnings: [] };
    };
    const call = httpsRequest({
      host: '127.0.0.1',
      port: at.door.port,
      path: '/api/v1/nodes/a',
      method: 'DELETE',
      ca: at.cert,
      headers: AUTH,
    });
    call.on('error', () => undefined);
    call.end();
    while (at.judged.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    call.destroy();
    while (at.gone.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    release?.();
    while (at.outcomes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    at.handler.judge = original;
    assert.deepEqual(at.gone, [at.judged[0]?.id]);
    assert.equal(at.upstream.got.length, 0);
    assert.ok('notSent' in (at.outcomes[0] ?? {}));
  });
});
