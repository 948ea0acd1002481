import { mediaTypeOf } from '@toolcrib/kube';
import type { AskedRequest } from '../request.ts';
import { isBuiltInScalable } from './scalable.ts';

/** What a write does to the number of replicas: sets it, leaves it, or only the server can say. */
export type AskedReplicas = number | 'unchanged' | 'ask-server';

/** What the field of the API holds. Beyond it (4294967296) a strategic merge patch wraps around to 0 at the server. */
const MOST_REPLICAS = 2 ** 31 - 1;

/**
 * Reads the replicas that a PUT in JSON, a merge patch or a strategic merge patch asks for.
 *
 * A built-in workload's PUT without `spec.replicas` means the default, 1. So does `replicas: null` in a merge patch
 * (that is what `kubectl apply` sends when the line was taken out of the manifest). On `/scale` both mean 0. A patch
 * with `$patch` directives, a number that is none of the API's, and a custom resource whose own default nobody here
 * knows come to what only the server can tell.
 *
 * @throws Error for a directive about `spec` or `replicas` themselves: the server takes it and the field in the order of a
 *   Go map, another one each time, so that its answer to a dry run says nothing of the next
 */
export function replicasIn(
  request: Pick<AskedRequest, 'method' | 'headers'>,
  type: { group: string; resource: string },
  body: unknown,
  onScale: boolean,
): AskedReplicas {
  const inRandomOrder = randomDirective(body);
  if (inRandomOrder !== undefined)
    throw new Error(`what ${inRandomOrder} does beside its own field, the server itself decides by chance`);
  if (!isObject(body) || hasDirective(request, body) || hasOtherCase(body)) return 'ask-server';
  const isPut = request.method === 'PUT';
  const whenAbsent = onScale ? 0 : isBuiltInScalable(type) ? 1 : 'ask-server';
  const { spec } = body;
  if (spec === undefined || (spec === null && isPut)) return isPut ? whenAbsent : 'unchanged';
  if (spec === null) return onScale ? 0 : 'ask-server';
  if (!isObject(spec)) return 'ask-server';
  const { replicas } = spec;
  if (replicas === undefined) return isPut ? whenAbsent : 'unchanged';
  if (replicas === null) return whenAbsent;
  return isReplicas(replicas) ? replicas : 'ask-server';
}

function isReplicas(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_REPLICAS;
}

/** `$patch`, `$retainKeys` and their kin at the top or in `spec`, where they could take `replicas` away. */
function hasDirective(request: Pick<AskedRequest, 'headers'>, body: Record<string, unknown>): boolean {
  if (mediaTypeOf(request.headers['content-type']) !== 'application/strategic-merge-patch+json') return false;
  const own = (value: unknown) => isObject(value) && Object.keys(value).some((key) => key.startsWith('$'));
  return own(body) || own(body.spec);
}

/** `$deleteFromPrimitiveList/replicas` and the like. */
function randomDirective(body: unknown): string | undefined {
  const find = (value: unknown, field: string) => {
    const directives = [`$deleteFromPrimitiveList/${field}`, `$setElementOrder/${field}`];
    return isObject(value) ? directives.find((key) => Object.hasOwn(value, key)) : undefined;
  };
  return find(body, 'spec') ?? (isObject(body) ? find(body.spec, 'replicas') : undefined);
}

/** `Spec`, `REPLICAS`: Kubernetes passes over them, an API server of somebody else's may not. */
function hasOtherCase(body: Record<string, unknown>): boolean {
  const has = (value: unknown, name: string, otherwise: RegExp) =>
    isObject(value) && Object.keys(value).some((key) => key !== name && otherwise.test(key));
  return has(body, 'spec', /^spec$/iu) || has(body.spec, 'replicas', /^replicas$/iu);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
