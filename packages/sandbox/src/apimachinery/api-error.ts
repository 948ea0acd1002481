import type { Status } from '@toolcrib/kube';

/** An error with the Status that the API server would answer; `code` is its HTTP status. */
export class ApiError extends Error {
  readonly status: Status;
  constructor(status: Status, options?: { cause?: unknown }) {
    super(status.message ?? status.reason ?? 'error', options);
    this.name = 'ApiError';
    this.status = status;
  }
  get code(): number {
    return this.status.code ?? 500;
  }
  get reason(): string {
    return this.status.reason ?? '';
  }
}

/** One fault of a 422: `type` is the cause's reason, `body` what follows the field's path in the message. */
export interface FieldFault {
  type: string;
  field: string;
  body: string;
}

type Named = { group: string; resource: string };
type Details = NonNullable<Status['details']>;

function failure(code: number, reason: string, message: string, details?: Details): ApiError {
  return new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details ? { details } : {}),
    code,
  });
}

/** `deployments.apps`, or `pods` for the core group. */
export function qualified(type: Named): string {
  return type.group === '' ? type.resource : `${type.resource}.${type.group}`;
}

function detailsOf(type: Named, name: string): Details {
  return {
    ...(name === '' ? {} : { name }),
    ...(type.group === '' ? {} : { group: type.group }),
    kind: type.resource,
  };
}

export function notFound(type: Named, name: string): ApiError {
  return failure(404, 'NotFound', `${qualified(type)} "${name}" not found`, detailsOf(type, name));
}

/** The answer to a path that is not served at all. */
export function pathNotFound(): ApiError {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function alreadyExists(type: Named, name: string): ApiError {
  return failure(409, 'AlreadyExists', `${qualified(type)} "${name}" already exists`, detailsOf(type, name));
}

export function conflict(type: Named, name: string, why: string): ApiError {
  return failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${why}`,
    detailsOf(type, name),
  );
}

export const STALE_VERSION =
  'the object has been modified; please apply your changes to the latest version and try again';

/** Server-side apply: fields owned by others, one cause for each. */
export function applyConflict(message: string, causes: Details['causes']): ApiError {
  return failure(409, 'Conflict', message, { causes });
}

export function invalid(kind: { group: string; kind: string }, name: string, faults: FieldFault[]): ApiError {
  const texts = [...new Set(faults.map((fault) => `${fault.field}: ${fault.body}`))];
  const said = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const qualifiedKind = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  const message = `${qualifiedKind} "${name}" is invalid${faults.length === 0 ? '' : `: ${said}`}`;
  return failure(422, 'Invalid', message, {
    ...(name === '' ? {} : { name }),
    ...(kind.group === '' ? {} : { group: kind.group }),
    ...(kind.kind === '' ? {} : { kind: kind.kind }),
    causes: faults.map((fault) => ({ reason: fault.type, message: fault.body, field: fault.field })),
  });
}

export function badRequest(message: string): ApiError {
  return failure(400, 'BadRequest', message);
}

/** An error without a reason, as the server makes of one that it did not expect. */
export function plainError(code: number, message: string): ApiError {
  return new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code });
}

export function unauthorized(): ApiError {
  return failure(401, 'Unauthorized', 'Unauthorized');
}

export function forbidden(type: Named, name: string, why: string, causes?: Details['causes']): ApiError {
  const what = name === '' ? qualified(type) : `${qualified(type)} "${name}"`;
  return failure(403, 'Forbidden', `${what} is forbidden: ${why}`, {
    ...detailsOf(type, name),
    ...(causes ? { causes } : {}),
  });
}

export function methodNotAllowed(): ApiError {
  return failure(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

export function expired(message: string): ApiError {
  return failure(410, 'Expired', message);
}

export function unsupportedMediaType(message: string, details?: Details): ApiError {
  return failure(415, 'UnsupportedMediaType', message, details);
}

/** @param knownMedia the media type would do, and only the view of the object that was asked for is not served */
export function notAcceptable(accepted: string[], knownMedia = false): ApiError {
  if (knownMedia) {
    const message = `only the following media types are accepted: ${accepted.join(', ')}`;
    return failure(406, 'NotAcceptable', message);
  }
  return failure(
    406,
    'NotAcceptable',
    `406: Not Acceptable\n\nAvailable representations: ${accepted.join(', ')}`,
    {},
  );
}

/** @param retryAfter seconds, also sent as `Retry-After` */
export function tooManyRequests(message: string, retryAfter: number, causes?: Details['causes']): ApiError {
  return failure(429, 'TooManyRequests', message, {
    ...(causes ? { causes } : {}),
    ...(retryAfter > 0 ? { retryAfterSeconds: retryAfter } : {}),
  });
}

export function internalError(message: string): ApiError {
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

/** What this sandbox leaves out, said as such. */
export function notImplemented(what: string): ApiError {
  return failure(501, 'NotImplemented', `the sandbox does not serve ${what}`, {});
}

/** The client asks for a version that is not there yet. */
export function tooLargeVersion(asked: number, current: number): ApiError {
  return failure(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}
