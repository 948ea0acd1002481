import { type KubeObject, parseRequestPath, queryText, readQuery } from '@toolcrib/kube';
import {
  type As,
  answeredObject,
  answeredStatus,
  type Cluster,
  type ClusterResponse,
  isAbsent,
} from '@toolcrib/model';
import { isBuiltInScalable, isOnScale } from '../read/scalable.ts';
import type { AskedRequest, Instruction } from '../request.ts';

/**
 * What the server says of the write itself, and so of the same write without `dryRun`. Not of the moment (408, 429, 5xx).
 */
export const REFUSALS = new Set([400, 401, 403, 404, 405, 409, 413, 415, 422]);

/** What is known of the object that is meant. */
type Named = { metadata: Pick<KubeObject['metadata'], 'name' | 'uid'> };

const JSON_ONLY = { accept: 'application/json' };

function onScale(request: AskedRequest): boolean {
  const path = parseRequestPath(request.path);
  return path.type === 'resource' && isOnScale(path);
}

function isBuiltIn(request: AskedRequest): boolean {
  const path = parseRequestPath(request.path);
  return path.type === 'resource' && isBuiltInScalable(path);
}

/**
 * How many replicas there are meant to be now; undefined where a custom resource has no such number, and so can't be scaled
 * down by a write to it. On `/scale` the subresource itself is asked: a custom resource may keep them in any field, also
 * where it has a `spec.replicas`, so where its scale does not say, nobody knows. A built-in workload says it itself.
 */
export async function replicasNow(
  request: AskedRequest,
  object: KubeObject,
  cluster: Cluster,
  as: As | undefined,
): Promise<number | 'unknown' | undefined> {
  const own = replicasOf(object);
  if (isBuiltIn(request)) return own ?? 'unknown';
  if (!onScale(request)) return own;
  const response = await cluster.request({ method: 'GET', path: request.path, headers: JSON_ONLY, as });
  // It has gone since it was read a moment ago.
  if (isAbsent(response)) return undefined;
  const scale = scaleOf(response, object.metadata.name);
  return scale ? (replicasOf(scale) ?? 0) : 'unknown';
}

/** @param name of what is scaled: another one's size says nothing */
function scaleOf(response: ClusterResponse, name: string): KubeObject | undefined {
  const scale = answeredObject(response);
  return scale?.kind === 'Scale' && scale.metadata.name === name ? scale : undefined;
}

/** What the server would make of it: by another UID it would be another object. */
function sameOf(response: ClusterResponse, { metadata }: Named): KubeObject | undefined {
  const result = answeredObject(response);
  if (metadata.uid === undefined) return result?.metadata.name === metadata.name ? result : undefined;
  return result?.metadata.uid === metadata.uid ? result : undefined;
}

/** How many replicas a write leaves, by the server's answer to its dry run; `none` where the result has no such number. */
export function replicasAfter(
  request: AskedRequest,
  result: Awaited<ReturnType<typeof dryRunOf>>,
): number | 'none' | 'unknown' | { refused: Instruction } {
  if (result === 'unknown' || 'refused' in result) return result;
  // `replicas: 0` is left out of a Scale's JSON.
  return replicasOf(result.object) ?? (onScale(request) ? 0 : 'none');
}

/**
 * What a write comes to: the server is asked with `dryRun=All`, which changes nothing. The request must be in its
 * canonical form: it goes out later in the very same bytes, but for `dryRun` in its query.
 *
 * @param object as it was read; without a UID where these rights may not read it, and then only its name tells that it is meant
 * @returns the object that it would leave; the server's own answer, word for word, where it refuses the write for what it is
 *   (a conflict with another field manager, no right to patch, an invalid object); `unknown` for everything else, such as a
 *   webhook that timed out or that only refuses dry runs
 */
export async function dryRunOf(
  request: AskedRequest,
  object: Named,
  cluster: Cluster,
  as: As | undefined,
): Promise<{ object: KubeObject } | 'unknown' | { refused: Instruction }> {
  const response = await cluster.request({
    method: request.method,
    path: `${request.path}?${dryRunQuery(request.query)}`,
    headers: { ...JSON_ONLY, 'content-type': request.headers['content-type'] ?? 'application/json' },
    body: request.body,
    as,
  });
  const result = onScale(request) ? scaleOf(response, object.metadata.name) : sameOf(response, object);
  if (result) return { object: result };
  const { status, headers, body } = response;
  const forDryRun = /dry.?run/i.test(new TextDecoder().decode(body));
  // A page of somebody in between says nothing of the write.
  if (!REFUSALS.has(status) || forDryRun || !answeredStatus(response)) return 'unknown';
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
