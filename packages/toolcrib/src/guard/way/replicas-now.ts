import { type KubeObject, parseRequestPath, queryText, readQuery } from '@toolcrib/kube';
import { type As, answeredObject, type Cluster } from '../../model/index.ts';
import { isOnScale } from '../effect/scalable.ts';
import type { AskedRequest, Instruction } from '../request.ts';

/**
 * What the server says of the write itself, and so of the same write without `dryRun`. Not of the moment (408, 429, 5xx).
 */
export const REFUSALS = new Set([400, 401, 403, 404, 405, 409, 413, 415, 422]);

const JSON_ONLY = { accept: 'application/json' };

function onScale(request: AskedRequest): boolean {
  const path = parseRequestPath(request.path);
  return path.type === 'resource' && isOnScale(path);
}

/**
 * How many replicas there are meant to be now; undefined where the object has no such number, and so can't be scaled
 * down by a write to it. On `/scale` the subresource itself is asked: a custom resource may keep them in any field, and
 * where it does not say, nobody knows.
 */
export async function replicasNow(
  request: AskedRequest,
  object: KubeObject,
  cluster: Cluster,
  as: As | undefined,
): Promise<number | 'unknown' | undefined> {
  const own = replicasOf(object);
  if (!onScale(request)) return own;
  const response = await cluster.request({ method: 'GET', path: request.path, headers: JSON_ONLY, as });
  const scale = answeredObject(response);
  if (scale) return replicasOf(scale) ?? 0;
  return own ?? (response.status === 404 ? undefined : 'unknown');
}

/**
 * What a write comes to: the server is asked with `dryRun=All`, which changes nothing. The request must be in its
 * canonical form: it goes out later in the very same bytes, but for `dryRun` in its query.
 *
 * @returns the replicas; `none` where the result has no such number; the server's own answer, word for word, where it
 *   refuses the write for what it is (a conflict with another field manager, no right to patch, an invalid object);
 *   `unknown` for everything else, such as a webhook that timed out or that only refuses dry runs
 */
export async function replicasByDryRun(
  request: AskedRequest,
  cluster: Cluster,
  as: As | undefined,
): Promise<number | 'none' | 'unknown' | { refused: Instruction }> {
  const response = await cluster.request({
    method: request.method,
    path: `${request.path}?${dryRunQuery(request.query)}`,
    headers: { ...JSON_ONLY, 'content-type': request.headers['content-type'] ?? 'application/json' },
    body: request.body,
    as,
  });
  const result = answeredObject(response);
  // `replicas: 0` is left out of a Scale's JSON.
  if (result) return replicasOf(result) ?? (onScale(request) ? 0 : 'none');
  const { status, headers, body } = response;
  const forDryRun = /dry.?run/i.test(new TextDecoder().decode(body));
  if (!REFUSALS.has(status) || forDryRun) return 'unknown';
  // Answered here instead of sent to be refused again: by then it might be let in, and nobody has looked at it.
  const type = String(headers['content-type'] ?? 'application/json');
  return { refused: { do: 'answer', status, body, type, warnings: [] } };
}

/** A query with `dryRun=All` in it, and else the same. */
export function dryRunQuery(query: string): string {
  return queryText([...readQuery(query).filter(([name]) => name !== 'dryRun'), ['dryRun', 'All']]);
}

function replicasOf({ spec }: KubeObject): number | undefined {
  return typeof spec?.replicas === 'number' ? spec.replicas : undefined;
}
