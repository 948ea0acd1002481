import type { AskedRequest } from '../request.ts';

/** What a write does to the number of replicas: sets it, leaves it, or only the server can say. */
export type AskedReplicas = number | 'unchanged' | 'ask-server';

/**
 * Reads the replicas that a PUT or PATCH asks for.
 *
 * A PUT without `spec.replicas` means the default, 1. So does `replicas: null` in a merge patch (that is what
 * `kubectl apply` sends when the line was taken out of the manifest). A JSON patch, a server-side apply (which gives
 * up a field by leaving it out) and a patch with `$patch` directives come to what only the server can tell.
 */
export function replicasIn(
  request: Pick<AskedRequest, 'method' | 'headers'>,
  type: { group: string },
  body: Record<string, unknown> | unknown[],
  scaleSubresource: boolean,
): AskedReplicas {
  const format = (request.headers['content-type'] ?? '').split(';')[0]?.trim();
  if (request.method === 'PATCH' && format === 'application/json-patch+json') return 'ask-server';
  const spec = isObject(body) ? body.spec : undefined;
  const isBuiltIn = !type.group.includes('.');
  if (request.method === 'PUT') {
    if (isObject(spec) && typeof spec.replicas === 'number') return spec.replicas;
    return isBuiltIn || scaleSubresource ? (scaleSubresource ? 0 : 1) : 'unchanged';
  }
  if (format === 'application/apply-patch+yaml' || format === 'application/apply-patch+cbor') {
    return isBuiltIn ? 'ask-server' : replicasOf(spec);
  }
  if (isBuiltIn && hasDirective(body)) return 'ask-server';
  if (isObject(body) && 'spec' in body && body.spec === null) return 'ask-server';
  return replicasOf(spec);
}

function replicasOf(spec: unknown): AskedReplicas {
  if (!isObject(spec) || !('replicas' in spec)) return 'unchanged';
  if (spec.replicas === null) return 1;
  return typeof spec.replicas === 'number' ? spec.replicas : 'ask-server';
}

/** `$patch`, `$retainKeys` and their kin at the top or in `spec`, where they could take `replicas` away. */
function hasDirective(body: unknown): boolean {
  if (!isObject(body)) return false;
  const own = (value: unknown) =>
    isObject(value) && Object.keys(value).some((key) => key === '$patch' || key === '$retainKeys');
  return own(body) || own(body.spec);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
