import type { Status } from '@toolcrib/kube';
import type { Instruction } from './request.ts';

const REASONS: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  408: 'Timeout',
  409: 'Conflict',
  413: 'RequestEntityTooLarge',
  429: 'TooManyRequests',
  500: 'InternalError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** A refusal in the form that every Kubernetes client shows: a Status whose message is for a person. */
export function failure(code: number, message: string, details?: Status['details']): Status {
  const reason = REASONS[code] ?? 'InternalError';
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    details,
    code,
  };
}

/** An answer of the guard's own. */
export function answer(status: Status, warnings: string[] = []): Extract<Instruction, { do: 'answer' }> {
  return {
    do: 'answer',
    status: status.code ?? 200,
    body: JSON.stringify(status),
    type: 'application/json',
    warnings,
  };
}
