import { groupVersionOf, type KubeObject, type Status } from '@toolcrib/kube';
import type { ClusterResponse } from './ports.ts';

/**
 * The object that an answer holds. A 2xx alone is no yes: somebody between here and the API server may have said it, around a
 * log-in page or a Status of failure, and carry the request out later.
 * @returns undefined where it is no 2xx, or something else than an object of Kubernetes (a Status too)
 */
export function answeredObject({ status, body }: ClusterResponse): KubeObject | undefined {
  if (status < 200 || status >= 300) return undefined;
  const found = parsed(body) as Partial<KubeObject> | null | undefined;
  const whole = typeof found?.metadata === 'object' && found.metadata !== null && found.kind !== 'Status';
  return whole ? (found as KubeObject) : undefined;
}

/** What was asked for by its path. */
export interface AskedFor {
  group: string;
  name?: string;
  namespace?: string;
}

/** Whether an object is the one that was asked for, and not what somebody in between has said in its place. */
export function isAskedFor(
  { apiVersion, metadata }: KubeObject,
  { group, name, namespace }: AskedFor,
): boolean {
  if (typeof apiVersion !== 'string' || groupVersionOf(apiVersion).group !== group) return false;
  return metadata.name === name && metadata.namespace === namespace;
}

/** The Status that an answer holds, as an API server says what went wrong. */
export function answeredStatus({ body }: ClusterResponse): Status | undefined {
  const found = parsed(body) as Partial<Status> | null | undefined;
  return found?.kind === 'Status' ? (found as Status) : undefined;
}

/**
 * The object is not there. Not every 404 says so: a kind that is not served, a wrong address and somebody in between give
 * one too, and to take that for "gone" would be to answer a question that was not asked.
 */
export function isAbsent(answer: ClusterResponse): boolean {
  if (answer.status !== 404) return false;
  const status = answeredStatus(answer);
  return status?.reason === 'NotFound' && Boolean(status.details?.name);
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
