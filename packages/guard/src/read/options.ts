import { type DeleteOptions, effectiveDeleteOptions, readQuery } from '@toolcrib/kube';

/** What DeleteOptions may hold today, with its inner names. Any other could make a delete more, or less, than it seems. */
const KNOWN: Record<string, readonly string[] | undefined> = {
  kind: undefined,
  apiVersion: undefined,
  gracePeriodSeconds: undefined,
  preconditions: ['uid', 'resourceVersion'],
  orphanDependents: undefined,
  propagationPolicy: undefined,
  dryRun: undefined,
  ignoreStoreReadErrorWithClusterBreakingPotential: undefined,
};

/** A query has the preconditions by their own names. */
const OF_THE_QUERY = [...Object.keys(KNOWN), ...(KNOWN.preconditions ?? [])];

/**
 * The options of a delete, where all of them are understood: they are going to be written anew, and what we passed over
 * would be lost.
 *
 * @param body the decoded DeleteOptions; undefined where there was no body, and then the query counts
 * @throws KubeError, Error what can't be understood, also what the API server would refuse
 */
export function certainDeleteOptions(
  body: Record<string, unknown> | undefined,
  query: URLSearchParams,
): DeleteOptions {
  if (body) refuseUnknown(body, Object.keys(KNOWN), 'DeleteOptions');
  for (const [name, inner] of Object.entries(KNOWN)) {
    const value = body?.[name];
    if (inner && typeof value === 'object' && value !== null) refuseUnknown(value, inner, name);
  }
  const options = effectiveDeleteOptions(body, query);
  if (options.orphanDependents !== undefined && options.propagationPolicy !== undefined)
    throw new Error('orphanDependents and propagationPolicy are both set');
  const policy = body ? body.propagationPolicy : query.get('propagationPolicy');
  if (policy === '') throw new Error('propagationPolicy is empty');
  const dryRun = body ? (options.dryRun ?? []) : query.getAll('dryRun');
  if (!dryRun.every((value) => value === 'All'))
    throw new Error(`dryRun is ${JSON.stringify(dryRun)}, not All`);
  return options;
}

/** The parameters of a query that are DeleteOptions: once these stand in the body, the server looks at none of them. */
export function isDeleteParameter(name: string): boolean {
  return OF_THE_QUERY.includes(name);
}

/** True where the server will only pretend, by the query of a write. Values besides `All` it refuses. */
export function isDryRunQuery(query: URLSearchParams): boolean {
  const values = query.getAll('dryRun');
  return values.length > 0 && values.every((value) => value === 'All');
}

/**
 * The same of a query as it stands on the request line, which nobody has read yet: one that the server reads otherwise than
 * its client, or not at all, makes no dry run.
 */
export function isDryRunAsSent(query: string): boolean {
  try {
    return isDryRunQuery(new URLSearchParams(readQuery(query)));
  } catch {
    return false;
  }
}

function refuseUnknown(object: object, known: readonly string[], where: string): void {
  const strange = Object.keys(object).find((name) => !known.includes(name));
  if (strange !== undefined)
    throw new Error(`${where} has the field ${JSON.stringify(strange)}, which is not known`);
}
