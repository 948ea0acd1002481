import { type KubeObject, parseRequestPath } from '@toolcrib/kube';
import type { As, Cluster } from '../../model/index.ts';
import type { AskedRequest } from '../request.ts';

const JSON_ONLY = { accept: 'application/json' };

function onScale(request: AskedRequest): boolean {
  const path = parseRequestPath(request.path);
  return path.type === 'resource' && path.subresource === 'scale';
}

/**
 * How many replicas there are meant to be now; undefined where the object has no such number, and so can't be scaled
 * down by a write to it. On `/scale` the subresource itself is asked: a custom resource may keep them in any field.
 */
export async function replicasNow(
  request: AskedRequest,
  object: KubeObject,
  cluster: Cluster,
  as: As | undefined,
): Promise<number | undefined> {
  if (onScale(request)) {
    const response = await cluster.request({ method: 'GET', path: request.path, headers: JSON_ONLY, as });
    if (response.status === 200) return replicasOf(response.body) ?? 0;
  }
  const replicas: unknown = object.spec?.replicas;
  return typeof replicas === 'number' ? replicas : undefined;
}

/**
 * What a write comes to: the server is asked with `dryRun=All`, which changes nothing.
 * @returns the replicas; `none` where the result has no such number or the server refuses the write for what it is
 *   (it will refuse it without `dryRun` too); `unknown` for everything else, such as a webhook that timed out
 */
export async function replicasByDryRun(
  request: AskedRequest,
  cluster: Cluster,
  as: As | undefined,
): Promise<number | 'none' | 'unknown'> {
  const query = new URLSearchParams(request.query);
  query.set('dryRun', 'All');
  const response = await cluster.request({
    method: request.method,
    path: `${request.path}?${query}`,
    headers: { ...JSON_ONLY, 'content-type': request.headers['content-type'] ?? 'application/json' },
    body: request.body,
    as,
  });
  if (response.status < 300) {
    // `replicas: 0` is left out of a Scale's JSON.
    return replicasOf(response.body) ?? (onScale(request) ? 0 : 'none');
  }
  const refused = [400, 404, 415, 422].includes(response.status);
  const forDryRun = /dry.?run/i.test(new TextDecoder().decode(response.body));
  return refused && !forDryRun ? 'none' : 'unknown';
}

function replicasOf(body: Uint8Array): number | undefined {
  const { spec } = JSON.parse(new TextDecoder().decode(body)) as { spec?: { replicas?: unknown } };
  return typeof spec?.replicas === 'number' ? spec.replicas : undefined;
}
