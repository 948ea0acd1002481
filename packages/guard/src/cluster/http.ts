import type { KubeList, KubeObject, Status } from '@toolcrib/kube';
import {
  type ApiFailure,
  type AskedFor,
  answeredObject,
  type ClusterResponse,
  isAskedFor,
  nameText,
  shellWord,
  ToolcribError,
} from '@toolcrib/model';
import type { Upstream } from './upstream.ts';

export interface HttpRequest {
  method: string;
  /** Path with query, below the cluster's own. */
  path: string;
  headers?: Record<string, string | string[]>;
  body?: Uint8Array | string;
  signal?: AbortSignal;
  /** Milliseconds for the whole exchange; 0 for none. */
  timeout: number;
}

/** Codes of a connection that went away under a request. */
const RESET = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
const READS = new Set(['GET', 'HEAD']);

/**
 * One whole exchange with a cluster. A read whose connection was reset is sent once more, and so is one that
 * was refused for stale credentials; a write never: nobody knows whether the first one arrived.
 * @throws ToolcribError `unreachable`, `credentials` (none could be made)
 */
export async function exchange(upstream: Upstream, request: HttpRequest): Promise<ClusterResponse> {
  const again = READS.has(request.method);
  let answer: ClusterResponse;
  try {
    answer = await once(upstream, request);
  } catch (error) {
    if (!again || request.signal?.aborted || !wasReset(error)) throw error;
    answer = await once(upstream, request);
  }
  if (answer.status !== 401 || !upstream.rejected() || !again) return answer;
  return once(upstream, request);
}

async function once(upstream: Upstream, request: HttpRequest): Promise<ClusterResponse> {
  const { timeout, signal } = request;
  const headers = { ...request.headers, ...(await upstream.headers()) };
  const late = timeout > 0 ? AbortSignal.timeout(timeout) : undefined;
  const signals = [signal, late].filter((item) => item !== undefined);
  try {
    const answer = await upstream.agent.request({
      origin: upstream.url.origin,
      path: `${upstream.url.pathname.replace(/\/$/, '')}${request.path}`,
      method: request.method as 'GET',
      headers,
      // undici would give up its connection after each DELETE with a body; an API server reads it to its end.
      ...(request.method === 'DELETE' ? { reset: false } : {}),
      body: request.body === undefined ? null : Buffer.from(request.body as Uint8Array),
      signal: signals.length > 0 ? AbortSignal.any(signals) : undefined,
    });
    const body = new Uint8Array(await answer.body.arrayBuffer());
    return { status: answer.statusCode, headers: answer.headers, body };
  } catch (cause) {
    throw noAnswer(upstream.url, cause, late?.aborted ? timeout : undefined, signal?.aborted === true);
  }
}

function wasReset(error: unknown): boolean {
  const cause = (error as ToolcribError).cause as { code?: string } | undefined;
  return RESET.has(cause?.code ?? '');
}

function noAnswer(url: URL, cause: unknown, timeout: number | undefined, aborted: boolean): ToolcribError {
  if (cause instanceof ToolcribError) return cause;
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const why = aborted
    ? 'the request was given up'
    : timeout !== undefined
      ? `no answer within ${timeout / 1000} s`
      : message || code;
  const next = /CERT|SIGNED|TLS|SSL|ALTNAME/.test(code)
    ? 'Check certificate-authority(-data) and tls-server-name of this cluster in your kubeconfig.'
    : 'Check the network, a VPN, and the address in your kubeconfig.';
  return new ToolcribError('unreachable', `The cluster at ${url.host} gave no answer: ${why}.`, {
    next,
    cause,
  });
}

/** @throws ToolcribError `credentials` for 401, `api` for any other status than 2xx (`cause` is an ApiFailure) */
export function mustBeOk(context: string, what: string, answer: ClusterResponse): void {
  if (answer.status >= 200 && answer.status < 300) return;
  const failure = failureOf(answer);
  if (answer.status === 401) {
    throw new ToolcribError(
      'credentials',
      `The cluster of context ${nameText(context)} does not accept its credentials (401).`,
      {
        next: `Log in again; kubectl --context ${shellWord(context)} auth whoami shows whether it worked.`,
        cause: failure,
      },
    );
  }
  throw new ToolcribError(
    'api',
    `${what}: the cluster of context ${nameText(context)} said ${failure.status}: ${failure.message}`,
    {
      next:
        answer.status === 403
          ? 'The person has no right to do this; an administrator of the cluster can give it.'
          : undefined,
      cause: failure,
    },
  );
}

function failureOf(answer: ClusterResponse): ApiFailure {
  const text = Buffer.from(answer.body).toString('utf8');
  try {
    const status = JSON.parse(text) as Partial<Status>;
    if (status.kind === 'Status') {
      const causes = status.details?.causes?.flatMap(({ reason }) => reason ?? []) ?? [];
      return {
        status: answer.status,
        reason: status.reason,
        message: status.message ?? status.reason ?? 'no reason given',
        ...(causes.length > 0 ? { causes } : {}),
      };
    }
  } catch {
    // A load balancer's page, most likely: its text is all there is.
  }
  return { status: answer.status, message: text.trim().slice(0, 300) || 'no reason given' };
}

/** @throws ToolcribError `api` for a body that is no JSON object */
export function jsonOf(context: string, what: string, answer: ClusterResponse): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(answer.body).toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  const failure: ApiFailure = { status: answer.status, message: 'the answer is no JSON object' };
  throw new ToolcribError(
    'api',
    `${what}: the cluster of context ${nameText(context)} answered with something that is no JSON object.`,
    {
      next: 'Is its address that of a Kubernetes API? A proxy or log-in page may be in between.',
      cause: failure,
    },
  );
}

/**
 * The object that a cluster answered with.
 * @param options.orSuccess a Status that says Success will do (a DELETE's)
 * @param options.asked another object than this one will not do
 * @throws ToolcribError as `mustBeOk`; `api` where it is no object
 */
export function objectOf(
  context: string,
  what: string,
  answer: ClusterResponse,
  options: { orSuccess?: boolean; asked?: AskedFor } = {},
): KubeObject {
  mustBeOk(context, what, answer);
  const said = jsonOf(context, what, answer);
  const found = answeredObject(answer);
  if (found && (!options.asked || isAskedFor(found, options.asked))) return found;
  if (options.orSuccess && said.kind === 'Status' && said.status === 'Success')
    return said as unknown as KubeObject;
  throw somethingElse(context, what, answer, 'what was asked for');
}

/** The same of one page of a list; a server may write an empty one as null. */
export function listOf(context: string, what: string, answer: ClusterResponse): KubeList {
  mustBeOk(context, what, answer);
  const found = jsonOf(context, what, answer);
  const { kind, items } = found;
  if (kind !== 'Status' && (items === null || Array.isArray(items))) return found as unknown as KubeList;
  throw somethingElse(context, what, answer, 'a list');
}

/** A list of another kind than the one that was asked for. */
export function listOfOthers(context: string, path: string, kind: string): ToolcribError {
  return new ToolcribError(
    'api',
    `GET ${path}: the cluster of context ${nameText(context)} answered with a ${kind}, which is not what was asked for.`,
    { cause: { status: 200, message: `a ${kind}` } satisfies ApiFailure },
  );
}

function somethingElse(context: string, what: string, answer: ClusterResponse, asked: string): ToolcribError {
  const { status, message } = failureOf(answer);
  return new ToolcribError(
    'api',
    `${what}: the cluster of context ${nameText(context)} said ${status}, and its answer is not ${asked}: ${message}`,
    // Without a reason: whatever the number, it is neither a certain yes nor a certain no.
    { cause: { status, message } satisfies ApiFailure },
  );
}
