import { ToolcribError } from './errors.ts';
import type { ApiFailure } from './ports.ts';

/**
 * Statuses with which an API server turns a request down before it writes anything, and the reasons that it gives in its
 * own Status then (k8s.io/apimachinery/pkg/apis/meta/v1, StatusReason). A load balancer may say the same numbers, and
 * nobody knows what the server behind it does: without the reason a number is no certain no.
 */
const REASONS: Record<number, readonly string[]> = {
  400: ['BadRequest'],
  401: ['Unauthorized'],
  403: ['Forbidden'],
  404: ['NotFound'],
  405: ['MethodNotAllowed'],
  406: ['NotAcceptable'],
  409: ['Conflict', 'AlreadyExists'],
  410: ['Gone', 'Expired'],
  413: ['RequestEntityTooLarge'],
  415: ['UnsupportedMediaType'],
  422: ['Invalid'],
};

/**
 * Whether the cluster has certainly not carried a request out, and never will. Not 408, 5xx, or a 429: whoever is asked to
 * come again may have been heard all the same. The one 429 that is certain is an eviction's, said by the handler that looked
 * at the disruption budget before it would have deleted the Pod.
 */
export function isCertainNo({ status, reason, causes }: ApiFailure): boolean {
  if (status === 429) return causes?.includes('DisruptionBudget') === true;
  return reason !== undefined && REASONS[status]?.includes(reason) === true;
}

/** The same by the number alone, for what was written down as `answered` (a certain yes or no; older journals: any). */
export function isNoNumber(status: number, eviction: boolean): boolean {
  return status in REASONS || (eviction && status === 429);
}

/** Node's and undici's codes of a connection that never came about: no byte of the request has left. */
const NEVER_CONNECTED = new Set<string | undefined>([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** @param error as the HTTP client threw it */
export function neverConnected(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: string; cause?: { code?: string } };
  return NEVER_CONNECTED.has(code) || NEVER_CONNECTED.has(cause?.code);
}

/** What the cluster's API said in the place of an answer, if an error of a {@link Cluster} method is that. */
export function apiFailureOf(error: unknown): ApiFailure | undefined {
  const cause = error instanceof ToolcribError ? (error.cause as Partial<ApiFailure> | undefined) : undefined;
  return cause?.status === undefined ? undefined : (cause as ApiFailure);
}

/** Whether the cluster itself says that this person may not: of any other 403 nobody knows who said it, and why. */
export function isForbidden(error: unknown): boolean {
  const said = apiFailureOf(error);
  return said?.status === 403 && isCertainNo(said);
}

/** Whether an error of a {@link Cluster} method says for certain that nothing was carried out. */
export function certainlyNotDone(error: unknown): boolean {
  if (!(error instanceof ToolcribError)) return false;
  const said = apiFailureOf(error);
  if (said) return isCertainNo(said);
  if (error.code === 'unreachable') return neverConnected(error.cause);
  // Credentials that could not be made, and our own checks: all others of them before anything is sent.
  return error.code !== 'api' && error.code !== 'unsettled';
}
