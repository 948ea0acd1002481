import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import { notFound, tooManyRequests } from '../apimachinery/api-error.ts';
import { errorReply, PAGE_NOT_FOUND, type Reply, sendReply } from './reply.ts';

/** What is written to the socket for a reply. */
function sent(
  reply: Reply,
  { method = 'GET', encoding = 'json' as 'json' | 'yaml', headersSent = false } = {},
) {
  const written: {
    status?: number;
    headers?: Record<string, string | string[]>;
    body?: unknown;
    ended: number;
  } = { ended: 0 };
  const response = {
    headersSent,
    writeHead(status: number, headers: Record<string, string>) {
      Object.assign(written, { status, headers });
    },
    end(body?: unknown) {
      written.ended++;
      written.body = body;
    },
  } as unknown as ServerResponse;
  sendReply({ method } as IncomingMessage, response, reply, encoding);
  assert.equal(written.ended, 1);
  return written;
}

test('a reply is JSON with a line end, and nobody may keep it', () => {
  assert.deepEqual(sent({ status: 201, body: { a: 'ü' } }), {
    ended: 1,
    status: 201,
    headers: {
      'cache-control': 'no-cache, private',
      'content-type': 'application/json',
      'content-length': '11',
    },
    body: '{"a":"ü"}\n',
  });
});

test('a reply may be YAML, or text that is ready', () => {
  const yaml = sent({ status: 200, body: { a: 1 } }, { encoding: 'yaml' });
  assert.deepEqual([yaml.headers?.['content-type'], yaml.body], ['application/yaml', 'a: 1\n']);
  const raw = sent(
    { status: 200, body: { a: 1 }, raw: { contentType: 'text/plain', body: 'ok' } },
    { encoding: 'yaml' },
  );
  assert.deepEqual(
    [raw.headers?.['content-type'], raw.headers?.['content-length'], raw.body],
    ['text/plain', '2', 'ok'],
  );
});

test('headers and warnings of a reply', () => {
  const { headers } = sent({ status: 200, body: 1, headers: { vary: 'Accept' }, warnings: ['a "b"', 'c'] });
  assert.equal(headers?.vary, 'Accept');
  assert.deepEqual(headers?.warning, ['299 - "a \\"b\\""', '299 - "c"']);
  assert.equal('warning' in (sent({ status: 200, body: 1, warnings: [] }).headers ?? {}), false);
});

test('HEAD has no body; what has begun is only ended', () => {
  const head = sent({ status: 200, body: 1 }, { method: 'HEAD' });
  assert.deepEqual([head.body, head.headers?.['content-length']], [undefined, '2']);
  assert.deepEqual(sent({ status: 200, body: 1 }, { headersSent: true }), { ended: 1, body: undefined });
});

test('an error is its Status, with when to come again', () => {
  const error = notFound({ group: '', resource: 'pods' }, 'a');
  assert.deepEqual(errorReply(error), { status: 404, body: error.status });
  assert.deepEqual(errorReply(tooManyRequests('m', 10)).headers, { 'retry-after': '10' });
  assert.equal(errorReply(tooManyRequests('m', 0)).headers, undefined);
  assert.deepEqual([PAGE_NOT_FOUND.status, PAGE_NOT_FOUND.raw?.body], [404, '404 page not found\n']);
});
