import {
  controllerOf,
  type KubeObject,
  type LabelSelector,
  podOrdinal,
  requirementsOf,
} from '@toolcrib/kube';
import type { As, Cluster } from '@toolcrib/model';
import { isFinished, isPod, selectorOf, wouldAdopt } from '../radius/index.ts';
import { type Adopter, adopterOf } from '../read/adopters.ts';
import { firstOrdinal } from '../read/ordinals.ts';

export const PODS = { group: '', version: 'v1', resource: 'pods' };

/** Metadata only, each kind by the selector. */
export async function candidates(
  created: KubeObject,
  { takes }: Adopter,
  cluster: Cluster,
  as: As | undefined,
): Promise<KubeObject[]> {
  const { namespace } = created.metadata;
  const labelSelector = textOfSelector(selectorOf(created) ?? {});
  const lists = takes.map((type) => cluster.list(type, { namespace, labelSelector, metadata: true }, as));
  return (await Promise.all(lists)).flat();
}

/** What a workload takes over as soon as it stands, and how many of these Pods it deletes. */
export interface TakenOver {
  pods: KubeObject[];
  gone: number;
  /** How large a workload is that has just these. */
  was: number;
}

/**
 * What a workload that is about to be made takes over, whoever makes it.
 * @param type its `group` and plural
 * @returns undefined for what takes over nothing
 * @throws ToolcribError where the cluster does not let that be seen
 */
export async function takenOverBy(
  created: KubeObject,
  type: { group: string; resource: string },
  cluster: Cluster,
  as: As | undefined,
): Promise<TakenOver | undefined> {
  const adopter = adopterOf(type);
  if (!adopter || !usable(created)) return undefined;
  const found = await candidates(created, adopter, cluster, as);
  if (!found.some((object) => wouldAdopt(created, object))) return undefined;
  return takenOf(created, found, await cluster.list(PODS, { namespace: created.metadata.namespace }, as));
}

/** Of what its selector finds. @param pods all of its namespace */
export function takenOf(
  created: KubeObject,
  found: readonly KubeObject[],
  pods: readonly KubeObject[],
): TakenOver {
  const sets = new Set(
    found.filter((one) => !isPod(one) && wouldAdopt(created, one)).map(({ metadata }) => metadata.uid),
  );
  const taken = pods.filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      (sets.has(controllerOf(pod)?.uid) || wouldAdopt(created, pod)),
  );
  const replicas: number = created.spec?.replicas ?? 1;
  const size =
    created.kind === 'StatefulSet' ? byOrdinals(created, replicas, taken) : bySize(replicas, taken);
  return { pods: taken, ...size };
}

function bySize(replicas: number, taken: readonly KubeObject[]): { gone: number; was: number } {
  const live = taken.filter((pod) => !isFinished(pod)).length;
  return { gone: Math.max(0, live - replicas), was: live };
}

/** `was`: the size with which each Pod has its place. */
function byOrdinals(
  created: KubeObject,
  replicas: number,
  taken: readonly KubeObject[],
): { gone: number; was: number } {
  const start = firstOrdinal(created);
  const places = taken.map(({ metadata }) => (podOrdinal(created, metadata.name) ?? start) - start);
  const gone = places.filter((place) => place < 0 || place >= replicas).length;
  return { gone, was: places.reduce((most, place) => Math.max(most, place + 1), replicas) };
}

/** Whether its selector can be asked for; an empty one the server refuses. */
export function usable(created: KubeObject): boolean {
  try {
    return textOfSelector(selectorOf(created) ?? {}) !== '';
  } catch {
    return false;
  }
}

/** A selector as a LIST takes it. @throws KubeError for an operator that there is not */
function textOfSelector(selector: LabelSelector): string {
  return requirementsOf(selector)
    .map((one) => {
      if (one.operator === 'Exists') return one.key;
      if (one.operator === 'DoesNotExist') return `!${one.key}`;
      const values = 'values' in one ? one.values.join(',') : '';
      return `${one.key} ${one.operator === 'In' ? 'in' : 'notin'} (${values})`;
    })
    .join(',');
}
