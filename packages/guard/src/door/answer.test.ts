import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { answerStatus, answerWith, returnedHeaders, unreachable } from './answer.ts';

/** A response, as far as it is written to. */
function responding(more: Partial<ServerResponse> = {}) {
  const got: { status?: number; headers: Record<string, unknown>; body?: string } = { headers: {} };
  const response = {
    headersSent: false,
    destroyed: false,
    setHeader: (name: string, value: unknown) => {
      got.headers[name] = value;
    },
    writeHead: (status: number, headers: object) => {
      got.status = status;
      Object.assign(got.headers, headers);
    },
    end: (body: Buffer) => {
      got.body = body.toString();
    },
    ...more,
  } as unknown as ServerResponse;
  return { response, got };
}
const whole = { status: 403, body: 'n\u00f6', type: 'text/plain' };

test('an answer is whole: its status, its length in bytes, its warnings', () => {
  const { response, got } = responding();
  answerWith(response, whole, ['a "b" \\ c\nd']);
  assert.deepEqual(got, {
    status: 403,
    headers: { warning: ['299 - "a \\"b\\" \\\\ c d"'], 'content-type': 'text/plain', 'content-length': 3 },
    body: 'n\u00f6',
  });
  const plain = responding();
  answerWith(plain.response, whole, []);
  assert.equal('warning' in plain.got.headers, false);
});

test('what was answered already, or has nobody to answer, is left', () => {
  for (const more of [{ headersSent: true }, { destroyed: true }]) {
    const { response, got } = responding(more);
    answerWith(response, whole, ['x']);
    assert.deepEqual(got, { headers: {} });
  }
});

test('a Status goes out with its own code; one without is the guard’s fault', () => {
  const { response, got } = responding();
  answerStatus(response, { kind: 'Status', apiVersion: 'v1', code: 404 } as never);
  assert.deepEqual(
    [got.status, got.headers['content-type'], JSON.parse(got.body ?? '').code],
    [404, 'application/json', 404],
  );
  const none = responding();
  answerStatus(none.response, { kind: 'Status', apiVersion: 'v1' } as never);
  assert.equal(none.got.status, 500);
});

test('on the way back only what ends at the door is left out, and our warnings stand beside the cluster’s', () => {
  const headers = {
    'content-type': 'a/b',
    Connection: 'close',
    'keep-alive': 'x',
    'proxy-connection': 'x',
    'transfer-encoding': 'chunked',
    upgrade: 'x',
    absent: undefined,
    'set-cookie': ['a', 'b'],
    warning: '299 - "theirs"',
  };
  const kept = { 'content-type': 'a/b', 'set-cookie': ['a', 'b'], warning: '299 - "theirs"' };
  assert.deepEqual(returnedHeaders(headers, []), kept);
  assert.deepEqual(returnedHeaders(headers, ['ours']), {
    ...kept,
    warning: ['299 - "theirs"', '299 - "ours"'],
  });
  assert.deepEqual(returnedHeaders({ warning: ['a', 'b'] }, ['c']), { warning: ['a', 'b', '299 - "c"'] });
  assert.deepEqual(returnedHeaders({}, ['c']), { warning: ['299 - "c"'] });
  const [long] = returnedHeaders({}, ['x'.repeat(5_000)]).warning ?? [];
  assert.equal(long?.length, 1_000 + '299 - ""'.length);
});

test('a cluster that does not answer is told as text, which client-go shows', () => {
  const { status, type, body } = unreachable(new URL('https://a.example:6443/x'), 'refused');
  assert.deepEqual([status, type], [502, 'text/plain; charset=utf-8']);
  assert.match(String(body), /cluster at https:\/\/a\.example:6443 did not answer \(refused\)/);
});
