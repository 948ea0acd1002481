import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { failure } from '../status.ts';
import { ENOUGH, saidBy } from './said.ts';

const JSON_TYPE = 'application/json';
const said = (
  status: number,
  body: unknown,
  more: { type?: string; encoding?: string; whole?: boolean } = {},
) => {
  const bytes = Buffer.from(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  const { type: contentType = JSON_TYPE, encoding, whole = true } = more;
  return saidBy({ status, contentType, encoding }, bytes, whole);
};
/** As the API server writes it. */
const status = (code: number, reason: string, more: object = {}) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'it says why',
  reason,
  code,
  ...more,
});

test("a certain no is the API server's own Status, with the reason that goes with its number", () => {
  for (const [code, reason] of [
    [400, 'BadRequest'],
    [401, 'Unauthorized'],
    [403, 'Forbidden'],
    [404, 'NotFound'],
    [405, 'MethodNotAllowed'],
    [406, 'NotAcceptable'],
    [409, 'Conflict'],
    [409, 'AlreadyExists'],
    [410, 'Gone'],
    [410, 'Expired'],
    [413, 'RequestEntityTooLarge'],
    [415, 'UnsupportedMediaType'],
    [422, 'Invalid'],
  ] as const) {
    assert.equal(said(code, status(code, reason)), 'no', String(code));
    assert.equal(said(code, status(code, 'Timeout')), 'unknown', 'another reason');
    assert.equal(said(code, status(code, reason, { reason: undefined })), 'unknown', 'no reason');
    assert.equal(said(code, status(500, reason)), 'unknown', 'another number');
    assert.equal(said(code, status(code, reason), { whole: false }), 'unknown', 'cut off');
    assert.equal(said(code, '<html>no</html>', { type: 'text/html' }), 'unknown', 'a load balancer');
  }
});

test('what may pass is never a no, however well it is written', () => {
  for (const [code, reason] of [
    [408, 'Timeout'],
    [429, 'TooManyRequests'],
    [500, 'InternalError'],
    [500, 'ServerTimeout'],
    [502, 'BadGateway'],
    [503, 'ServiceUnavailable'],
    [504, 'Timeout'],
    [307, 'NotFound'],
  ] as const)
    assert.equal(said(code, status(code, reason)), 'unknown', String(code));
  for (let code = 100; code < 600; code++) {
    if (code >= 200 && code < 300) continue;
    assert.notEqual(said(code, failure(code, 'x')), 'yes', String(code));
    assert.equal(said(code, ''), 'unknown');
  }
});

test("of 429 only an eviction's, which its disruption budget has refused before the Pod was touched", () => {
  const budget = { details: { causes: [{ reason: 'DisruptionBudget', message: 'needs 2' }] } };
  assert.equal(said(429, status(429, 'TooManyRequests', budget)), 'no');
  assert.equal(said(429, 'Too many requests, please try again later.\n', { type: 'text/plain' }), 'unknown');
});

test('a yes is an object or a Status of Kubernetes; its beginning is enough', () => {
  const pod = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'web' }, status: { phase: 'Running' } };
  assert.equal(said(200, pod), 'yes');
  assert.equal(said(202, { ...status(202, ''), status: 'Success' }), 'yes');
  assert.equal(said(200, JSON.stringify(pod, null, 2).slice(0, 40), { whole: false }), 'yes');
  assert.equal(
    said(200, `{"apiVersion":"v1","kind":"ConfigMap","data":{"a":"${'x'.repeat(ENOUGH)}`, { whole: false }),
    'yes',
  );
  assert.equal(said(200, gzipSync(JSON.stringify(pod)), { encoding: 'gzip' }), 'yes');
  assert.equal(said(404, gzipSync(JSON.stringify(status(404, 'NotFound'))), { encoding: 'gzip' }), 'no');
  assert.equal(said(200, 'apiVersion: v1\nkind: Pod\n', { type: 'application/yaml' }), 'yes');
  assert.equal(said(200, Buffer.from('k8s\0\n'), { type: 'application/vnd.kubernetes.protobuf' }), 'yes');
  for (const body of ['', '{}', '{"ok":true}', '<html>log in</html>', status(200, 'Forbidden')])
    assert.equal(said(200, body), 'unknown', JSON.stringify(body));
  assert.equal(said(200, '<html>log in</html>', { type: 'text/html' }), 'unknown');
  assert.equal(said(204, ''), 'unknown');
});

test('packed in a way that is not read, or broken, it says nothing', () => {
  const pod = JSON.stringify({ kind: 'Pod', apiVersion: 'v1' });
  assert.equal(said(200, pod, { encoding: 'br' }), 'unknown');
  assert.equal(said(200, pod, { encoding: 'gzip' }), 'unknown');
  assert.equal(said(200, pod, { encoding: 'identity' }), 'yes');
});

test('of what is packed and cut off its beginning is enough for a yes, and never for a no', () => {
  const noise = Array.from({ length: 2_000 }, (_, i) => Math.sin(i)).join();
  const cut = (body: object) => gzipSync(JSON.stringify(body)).subarray(0, 600);
  const packed = { encoding: 'gzip', whole: false };
  assert.equal(said(200, cut({ kind: 'Pod', apiVersion: 'v1', noise }), packed), 'yes');
  assert.equal(said(404, cut(status(404, 'NotFound', { noise })), packed), 'unknown');
  // Whole as it came, and cut in its packing.
  assert.equal(said(404, cut(status(404, 'NotFound', { noise })), { encoding: 'gzip' }), 'unknown');
  assert.equal(
    said(404, gzipSync(JSON.stringify(status(404, 'NotFound'))), packed),
    'unknown',
    'unpacked whole, and something of it is missing',
  );
  assert.equal(said(200, cut({ ok: true, noise }), packed), 'unknown');
});

test('a yes in CBOR begins with its tag, one in JSON with an object of a kind', () => {
  const cbor = (...bytes: number[]) => said(200, Buffer.from(bytes), { type: 'application/cbor' });
  assert.equal(cbor(0xd9, 0xd9, 0xf7, 0xa0), 'yes');
  for (const bytes of [[], [0xd9], [0xd9, 0xd9], [0xd9, 0xd9, 0xf6], [0, 0xd9, 0xd9, 0xf7]])
    assert.equal(cbor(...bytes), 'unknown', bytes.join());
  const begins = (text: string) => said(200, text, { whole: false });
  assert.equal(begins(' {"kind" : "Pod", '), 'yes');
  assert.equal(begins('["kind":"Pod", '), 'unknown');
  assert.equal(begins('{"kind":"pod", '), 'unknown');
  assert.equal(begins('{"Kind":"Pod", '), 'unknown');
  assert.equal(said(200, 'x kind: Pod\n', { type: 'application/yaml' }), 'unknown');
});

test('causes without a reason are none', () => {
  const causes = [{ message: 'needs 2' }, { reason: 'DisruptionBudget' }];
  assert.equal(said(429, status(429, 'TooManyRequests', { details: { causes } })), 'no');
  assert.equal(said(429, status(429, 'TooManyRequests', { details: { causes: [{}] } })), 'unknown');
  assert.equal(said(429, status(429, 'TooManyRequests', { details: {} })), 'unknown');
});

test('what was packed and is cut off is not whole, however much of it can be read', () => {
  const packed = gzipSync(JSON.stringify(status(403, 'Forbidden')));
  const more = { encoding: 'gzip' };
  assert.equal(said(403, packed, more), 'no');
  // All but its own sum at the end.
  assert.equal(said(403, packed.subarray(0, -8), more), 'unknown');
});
