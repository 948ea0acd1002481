import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as errors from './api-error.ts';

const PODS = { group: '', resource: 'pods' };
const DEPLOYMENTS = { group: 'apps', resource: 'deployments' };

/** A Status as it is sent, without what every one of them has. */
function status(error: errors.ApiError): Record<string, unknown> {
  const { kind, apiVersion, metadata, status: outcome, ...rest } = error.status;
  assert.deepEqual([kind, apiVersion, metadata, outcome], ['Status', 'v1', {}, 'Failure']);
  assert.equal(error.code, rest.code);
  return rest;
}

test('an error tells the code, reason and message of its Status', () => {
  const error = errors.notFound(PODS, 'a');
  assert.ok(error instanceof Error);
  assert.deepEqual([error.name, error.code, error.reason], ['ApiError', 404, 'NotFound']);
  assert.equal(error.message, 'pods "a" not found');
  const cause = new Error('why');
  const bare = new errors.ApiError(
    { ...error.status, code: undefined, reason: undefined, message: undefined },
    { cause },
  );
  assert.deepEqual([bare.code, bare.reason, bare.message, bare.cause], [500, '', 'error', cause]);
  assert.equal(new errors.ApiError({ ...error.status, message: undefined, reason: 'Gone' }).message, 'Gone');
});

test('a resource is named with its group, unless it is of the core group', () => {
  assert.equal(errors.qualified(PODS), 'pods');
  assert.equal(errors.qualified(DEPLOYMENTS), 'deployments.apps');
});

test('404: an object, or a path that nobody serves', () => {
  assert.deepEqual(status(errors.notFound(DEPLOYMENTS, 'web')), {
    code: 404,
    reason: 'NotFound',
    message: 'deployments.apps "web" not found',
    details: { name: 'web', group: 'apps', kind: 'deployments' },
  });
  assert.deepEqual(errors.notFound(PODS, '').status.details, { kind: 'pods' });
  assert.deepEqual(status(errors.pathNotFound()), {
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
    details: {},
  });
});

test('409: what is there already, what has changed, whose fields they are', () => {
  assert.deepEqual(status(errors.alreadyExists(PODS, 'a')), {
    code: 409,
    reason: 'AlreadyExists',
    message: 'pods "a" already exists',
    details: { name: 'a', kind: 'pods' },
  });
  assert.deepEqual(status(errors.conflict(PODS, 'a', 'because')), {
    code: 409,
    reason: 'Conflict',
    message: 'Operation cannot be fulfilled on pods "a": because',
    details: { name: 'a', kind: 'pods' },
  });
  const causes = [{ reason: 'FieldManagerConflict', message: 'm', field: '.spec' }];
  assert.deepEqual(status(errors.applyConflict('said', causes)), {
    code: 409,
    reason: 'Conflict',
    message: 'said',
    details: { causes },
  });
});

test('422: one fault is told plainly, several in a list, the same one once', () => {
  const fault = (field: string, body = 'no') => ({ type: 'FieldValueInvalid', field, body });
  assert.deepEqual(status(errors.invalid({ group: 'apps', kind: 'Deployment' }, 'web', [fault('spec.a')])), {
    code: 422,
    reason: 'Invalid',
    message: 'Deployment.apps "web" is invalid: spec.a: no',
    details: {
      name: 'web',
      group: 'apps',
      kind: 'Deployment',
      causes: [{ reason: 'FieldValueInvalid', message: 'no', field: 'spec.a' }],
    },
  });
  const said = (...faults: errors.FieldFault[]) =>
    errors.invalid({ group: '', kind: 'Pod' }, 'a', faults).message;
  assert.equal(said(fault('a'), fault('b')), 'Pod "a" is invalid: [a: no, b: no]');
  assert.equal(said(fault('a'), fault('a')), 'Pod "a" is invalid: a: no');
  assert.equal(said(), 'Pod "a" is invalid');
  assert.deepEqual(errors.invalid({ group: '', kind: '' }, '', [fault('a'), fault('a')]).status.details, {
    causes: [
      { reason: 'FieldValueInvalid', message: 'no', field: 'a' },
      { reason: 'FieldValueInvalid', message: 'no', field: 'a' },
    ],
  });
});

test('400, 401, 403 and 405', () => {
  assert.deepEqual(status(errors.badRequest('m')), { code: 400, reason: 'BadRequest', message: 'm' });
  assert.deepEqual(status(errors.unauthorized()), {
    code: 401,
    reason: 'Unauthorized',
    message: 'Unauthorized',
  });
  assert.deepEqual(status(errors.forbidden(DEPLOYMENTS, 'web', 'no')), {
    code: 403,
    reason: 'Forbidden',
    message: 'deployments.apps "web" is forbidden: no',
    details: { name: 'web', group: 'apps', kind: 'deployments' },
  });
  const causes = [{ message: 'c' }];
  const all = errors.forbidden(PODS, '', 'no', causes);
  assert.equal(all.message, 'pods is forbidden: no');
  assert.deepEqual(all.status.details, { kind: 'pods', causes });
  assert.deepEqual(status(errors.methodNotAllowed()), {
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
    details: {},
  });
});

test('406: nothing of what is accepted, or not that view of it', () => {
  assert.deepEqual(status(errors.notAcceptable(['a/b', 'c/d'])), {
    code: 406,
    reason: 'NotAcceptable',
    message: '406: Not Acceptable\n\nAvailable representations: a/b, c/d',
    details: {},
  });
  assert.deepEqual(status(errors.notAcceptable(['a/b', 'c/d'], true)), {
    code: 406,
    reason: 'NotAcceptable',
    message: 'only the following media types are accepted: a/b, c/d',
  });
});

test('410, 415 and 429', () => {
  assert.deepEqual(status(errors.expired('m')), { code: 410, reason: 'Expired', message: 'm' });
  assert.deepEqual(status(errors.unsupportedMediaType('m')), {
    code: 415,
    reason: 'UnsupportedMediaType',
    message: 'm',
  });
  assert.deepEqual(errors.unsupportedMediaType('m', {}).status.details, {});
  const causes = [{ reason: 'DisruptionBudget', message: 'c' }];
  assert.deepEqual(status(errors.tooManyRequests('m', 10, causes)), {
    code: 429,
    reason: 'TooManyRequests',
    message: 'm',
    details: { causes, retryAfterSeconds: 10 },
  });
  assert.deepEqual(errors.tooManyRequests('m', 1).status.details, { retryAfterSeconds: 1 });
  assert.deepEqual(errors.tooManyRequests('m', 0).status.details, {});
});

test('5xx: what went wrong, what is left out, what is not there yet', () => {
  assert.deepEqual(status(errors.plainError(500, 'm')), { code: 500, message: 'm' });
  assert.deepEqual(status(errors.internalError('m')), {
    code: 500,
    reason: 'InternalError',
    message: 'Internal error occurred: m',
    details: { causes: [{ message: 'm' }] },
  });
  assert.deepEqual(status(errors.notImplemented('x')), {
    code: 501,
    reason: 'NotImplemented',
    message: 'the sandbox does not serve x',
    details: {},
  });
  assert.deepEqual(status(errors.tooLargeVersion(9, 3)), {
    code: 504,
    reason: 'Timeout',
    message: 'Timeout: Too large resource version: 9, current: 3',
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });
});
