import type { KubeObject, ResourceType } from '@toolcrib/kube';
import { resourcePath } from '@toolcrib/kube';
import { type As, answeredObject, type Cluster, isAbsent } from '@toolcrib/model';

/** The size of an object before an act, and where it is read and set: in the object itself, or at its `/scale`. */
export interface Size {
  before: number;
  at: 'object' | 'scale';
}

/**
 * The size before the act. A custom resource may keep it in any field: what `/scale` said then counts.
 * @param was as it was written down with the request; older records have none
 * @returns undefined where nobody knows it
 */
export function sizeBefore({ spec }: KubeObject, was: number | undefined): Size | undefined {
  const replicas: unknown = spec?.replicas;
  if (typeof replicas === 'number' && (was === undefined || was === replicas))
    return { before: replicas, at: 'object' };
  return was === undefined ? undefined : { before: was, at: 'scale' };
}

/**
 * What `/scale` says now; undefined where what it is of is not there.
 * @throws ToolcribError, Error where it can't be read
 */
export async function readSize(
  cluster: Cluster,
  type: ResourceType,
  { namespace, name }: { namespace?: string; name: string },
  as?: As,
): Promise<{ uid?: string; resourceVersion?: string; replicas: number } | undefined> {
  const path = `${resourcePath(type, { namespace, name })}/scale`;
  const headers = { accept: 'application/json' };
  const answer = await cluster.request({ method: 'GET', path, headers, as });
  if (isAbsent(answer)) return undefined;
  const scale = answeredObject(answer);
  if (scale?.kind !== 'Scale') throw new Error(`its scale can't be read (${answer.status})`);
  const { metadata, spec } = scale;
  // `replicas: 0` is left out of a Scale's JSON.
  return { uid: metadata.uid, resourceVersion: metadata.resourceVersion, replicas: spec?.replicas ?? 0 };
}
