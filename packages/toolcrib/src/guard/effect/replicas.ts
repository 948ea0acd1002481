import { mediaTypeOf } from '@toolcrib/kube';
import type { AskedRequest } from '../request.ts';

/** What a write does to the number of replicas: sets it, leaves it, or only the server can say. */
export type AskedReplicas = number | 'unchanged' | 'ask-server';

/**
 * Reads the replicas that a PUT or PATCH asks for.
 *
 * A built-in workload's PUT without `spec.replicas` means the default, 1. So does `replicas: null` in a merge patch
 * (that is what `kubectl apply` sends when the line was taken out of the manifest). On `/scale` both mean 0. A JSON
 * patch, a server-side apply (which gives up a field by leaving it out), a patch with `$patch` directives, and a custom
 * resource whose own default nobody here knows come to what only the server can tell.
 */
export function replicasIn(
  request: Pick<AskedRequest, 'method' | 'headers'>,
  type: { group: string },
  body: Record<string, unknown> | unknown[],
  onScale: boolean,
): AskedReplicas {
  const format = mediaTypeOf(request.headers['content-type']);
  const spec = isObject(body) ? body.spec : undefined;
  const isBuiltIn = !type.group.includes('.');
  if (request.method === 'PUT') {
    if (isObject(spec) && typeof spec.replicas === 'number') return spec.replicas;
    if (onScale) return 0;
    return isBuiltIn ? 1 : 'ask-server';
  }
  if (format === 'application/json-patch+json' || format === 'application/apply-patch+yaml')
    return 'ask-server';
  if (hasDirective(body)) return 'ask-server';
  if (isObject(body) && 'spec' in body && body.spec === null) return onScale ? 0 : 'ask-server';
  if (!isObject(spec) || !('replicas' in spec)) return 'unchanged';
  if (spec.replicas === null) return onScale ? 0 : isBuiltIn ? 1 : 'ask-server';
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
