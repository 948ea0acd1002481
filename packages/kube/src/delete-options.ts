import { KubeError } from './errors.ts';

export type PropagationPolicy = 'Orphan' | 'Background' | 'Foreground';

/** meta/v1 DeleteOptions. `gracePeriodSeconds` in seconds. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
  orphanDependents?: boolean;
  propagationPolicy?: PropagationPolicy;
  dryRun?: string[];
  ignoreStoreReadErrorWithClusterBreakingPotential?: boolean;
}

/**
 * The options that the API server will obey: **the body when it is not empty, the query only when the body
 * is empty** (apiserver pkg/endpoints/handlers/delete.go). Who reads only one of the two can be bypassed.
 *
 * @param decodedBody the body's decoded DeleteOptions, or undefined when the body was empty
 * @throws KubeError `bad-options` for what can't be understood; `unknown is never yes`
 */
export function effectiveDeleteOptions(
  decodedBody: Record<string, unknown> | undefined,
  query: URLSearchParams,
): DeleteOptions {
  return decodedBody === undefined ? fromQuery(query) : fromBody(decodedBody);
}

const BREAKING = 'ignoreStoreReadErrorWithClusterBreakingPotential';
const POLICIES = ['Orphan', 'Background', 'Foreground'];

function fromBody(body: Record<string, unknown>): DeleteOptions {
  if (body.kind !== undefined && body.kind !== 'DeleteOptions') {
    throw bad(`the body is a ${String(body.kind)}, not DeleteOptions`);
  }
  const grace = body.gracePeriodSeconds ?? undefined;
  if (grace !== undefined && !Number.isSafeInteger(grace))
    throw bad('gracePeriodSeconds is not a whole number');
  const orphan = body.orphanDependents ?? undefined;
  if (orphan !== undefined && typeof orphan !== 'boolean') throw bad('orphanDependents is not true or false');
  const dryRun = body.dryRun ?? undefined;
  if (dryRun !== undefined && !(Array.isArray(dryRun) && dryRun.every((item) => typeof item === 'string'))) {
    throw bad('dryRun is not a list of strings');
  }
  return {
    gracePeriodSeconds: grace as number | undefined,
    orphanDependents: orphan,
    propagationPolicy: policyOf(body.propagationPolicy ?? undefined),
    dryRun: dryRun as string[] | undefined,
    preconditions: preconditionsOf(body.preconditions ?? undefined),
    ...(body[BREAKING] === true ? { [BREAKING]: true } : {}),
  };
}

function fromQuery(query: URLSearchParams): DeleteOptions {
  const grace = query.get('gracePeriodSeconds');
  if (grace !== null && !(/^[-+]?\d+$/.test(grace) && Number.isSafeInteger(Number(grace))))
    throw bad('gracePeriodSeconds is not a whole number');
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  return {
    gracePeriodSeconds: grace === null ? undefined : Number(grace),
    orphanDependents: boolOf(query, 'orphanDependents'),
    propagationPolicy: policyOf(query.get('propagationPolicy') ?? undefined),
    dryRun: dryRun.length > 0 ? dryRun : undefined,
    ...preconditionsOfQuery(query),
    ...(boolOf(query, BREAKING) ? { [BREAKING]: true } : {}),
  };
}

/** By names of their own, `uid` and `resourceVersion`; empty ones are none (meta/v1 conversion.go). */
function preconditionsOfQuery(query: URLSearchParams): Pick<DeleteOptions, 'preconditions'> {
  const [uid, resourceVersion] = [query.get('uid') || undefined, query.get('resourceVersion') || undefined];
  return uid === undefined && resourceVersion === undefined
    ? {}
    : { preconditions: { uid, resourceVersion } };
}

/** As Go's conversion has it: the first value counts, and everything but `0` and `false` is true. */
function boolOf(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name);
  return value === null ? undefined : !/^(0|false)$/i.test(value);
}

function policyOf(value: unknown): PropagationPolicy | undefined {
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string' && POLICIES.includes(value)) return value as PropagationPolicy;
  throw bad(`propagationPolicy ${JSON.stringify(value)} is none of ${POLICIES.join(', ')}`);
}

function preconditionsOf(value: unknown): DeleteOptions['preconditions'] {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null) throw bad('preconditions is not an object');
  const { uid, resourceVersion } = value as Record<string, unknown>;
  for (const item of [uid, resourceVersion]) {
    if (item !== undefined && item !== null && typeof item !== 'string')
      throw bad('a precondition is not a string');
  }
  return { uid: (uid as string) ?? undefined, resourceVersion: (resourceVersion as string) ?? undefined };
}

/** True where the server will only pretend. A DELETE with any body ignores a `dryRun` in the query. */
export function isDryRun(options: DeleteOptions): boolean {
  return options.dryRun?.includes('All') === true;
}

/** Kinds whose deletion orphans when nobody says otherwise (`group/resource`). */
const ORPHAN_BY_DEFAULT = new Set(['batch/jobs', '/replicationcontrollers']);

/**
 * The propagation policy that will apply (registry/generic/registry/store.go): orphanDependents, then
 * propagationPolicy, then a finalizer that is already there, then the kind's own default.
 */
export function effectivePropagation(
  options: DeleteOptions,
  type: { group: string; resource: string },
  finalizers: readonly string[] = [],
): PropagationPolicy {
  if (options.orphanDependents !== undefined) return options.orphanDependents ? 'Orphan' : 'Background';
  if (options.propagationPolicy) return options.propagationPolicy;
  if (finalizers.includes('orphan')) return 'Orphan';
  if (finalizers.includes('foregroundDeletion')) return 'Foreground';
  return ORPHAN_BY_DEFAULT.has(`${type.group}/${type.resource}`) ? 'Orphan' : 'Background';
}

/** The options as a JSON body, `orphanDependents` unset where a policy is named (both set is a 422). */
export function deleteOptionsBody(options: DeleteOptions): Record<string, unknown> {
  const { orphanDependents, ...rest } = options;
  return {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    ...rest,
    ...(rest.propagationPolicy === undefined && orphanDependents !== undefined ? { orphanDependents } : {}),
  };
}

function bad(why: string): KubeError {
  return new KubeError('bad-options', `The DeleteOptions can't be understood: ${why}.`);
}
