import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  apiFailureOf,
  certainlyNotDone,
  isCertainNo,
  isForbidden,
  isNoNumber,
  neverConnected,
} from './certain.ts';
import { ToolcribError } from './errors.ts';

const said = (status: number, reason?: string, more: object = {}) => ({
  status,
  reason,
  message: '',
  ...more,
});
const api = (cause: unknown) => new ToolcribError('api', 'no', { cause });

test('a number is no certain no without the reason that a server gives with it', () => {
  for (const [status, reason] of [
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
    assert.equal(isCertainNo(said(status, reason)), true, `${status} ${reason}`);
    assert.equal(isCertainNo(said(status)), false, `${status} alone`);
    assert.equal(isCertainNo(said(status, 'Timeout')), false, `${status} with another reason`);
  }
  for (const status of [200, 408, 500, 503, 504]) assert.equal(isCertainNo(said(status, 'Forbidden')), false);
  assert.equal(isCertainNo(said(429, 'TooManyRequests')), false);
  assert.equal(isCertainNo(said(429, 'TooManyRequests', { causes: ['DisruptionBudget'] })), true);
});

test('by the number alone: what a server turns down, and of an eviction what its budget says', () => {
  for (const eviction of [true, false]) {
    for (const status of [400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422])
      assert.equal(isNoNumber(status, eviction), true, `${status}`);
    for (const status of [200, 408, 500, 503, 504])
      assert.equal(isNoNumber(status, eviction), false, `${status}`);
  }
  assert.deepEqual([isNoNumber(429, true), isNoNumber(429, false)], [true, false]);
});

test('whether it is the cluster that forbids', () => {
  assert.equal(isForbidden(api(said(403, 'Forbidden'))), true);
  assert.equal(isForbidden(api(said(403))), false, 'a proxy says it');
  assert.equal(isForbidden(api(said(404, 'NotFound'))), false);
  assert.equal(isForbidden(new Error('Forbidden', { cause: said(403, 'Forbidden') })), false);
  assert.equal(apiFailureOf(api({ code: 'ECONNREFUSED' })), undefined);
  assert.equal(apiFailureOf(api(undefined)), undefined);
  assert.equal(apiFailureOf(api(said(404)))?.status, 404);
});

test('what certainly was not done', () => {
  assert.equal(certainlyNotDone(api(said(403, 'Forbidden'))), true);
  assert.equal(certainlyNotDone(api(said(500))), false);
  assert.equal(certainlyNotDone(api(undefined)), false);
  const unreachable = (cause: unknown) => new ToolcribError('unreachable', 'no', { cause });
  assert.equal(certainlyNotDone(unreachable({ code: 'ECONNREFUSED' })), true);
  assert.equal(certainlyNotDone(unreachable({ code: 'ECONNRESET' })), false);
  assert.equal(certainlyNotDone(new ToolcribError('credentials', 'no')), true);
  assert.equal(certainlyNotDone(new ToolcribError('unsettled', 'no')), false);
  assert.equal(certainlyNotDone(new Error('no')), false);
  assert.equal(neverConnected({ cause: { code: 'ENOTFOUND' } }), true);
  assert.equal(neverConnected(undefined), false);
});
