import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import { controllerOf } from '@toolcrib/kube';
import { isForbidden } from '@toolcrib/model';
import { takenOverBy } from '../look/taken-over.ts';
import type { Run } from './running.ts';
import { nameOf } from './steps.ts';

/**
 * Why a workload is not made: it would take over Pods that are none of its act, and delete what is too many of them. Nobody
 * has kept those, and they are somebody's word that came later.
 * @returns undefined where it takes over no more than it wants, or nothing but what the act left. `note`: with these rights
 *   nobody can look, which is no reason to leave out what wants Pods (as of a create, `look/adopting.ts`)
 * @throws ToolcribError where that can't be looked at
 */
export async function othersTaken(
  run: Run,
  info: ResourceInfo,
  object: KubeObject,
): Promise<{ conflict: string } | { note: string } | undefined> {
  const taken = await takenOverBy(object, info, run.cluster, run.as).catch((error: unknown) => {
    if (isForbidden(error) && object.spec?.replicas !== 0) return 'forbidden' as const;
    throw error;
  });
  if (taken === 'forbidden') return { note: 'whether it takes over Pods of others could not be looked at' };
  if (!taken || taken.gone === 0) return undefined;
  // With what stands again of it, by this run or an earlier one.
  const own = new Set([...run.kept, ...run.uids.values()]);
  const isOwn = (uid: string | undefined) => uid !== undefined && own.has(uid);
  const others = taken.pods.filter((pod) => !isOwn(pod.metadata.uid) && !isOwn(controllerOf(pod)?.uid));
  if (others.length === 0) return undefined;
  const named = others.slice(0, NAMED).map(nameOf).join(', ');
  const more = others.length > NAMED ? ` and ${others.length - NAMED} more` : '';
  const pods = taken.pods.length === 1 ? 'a Pod that runs' : `${taken.pods.length} Pods that run`;
  const conflict = `it would take over ${pods} without a workload, and delete ${taken.gone} of them; not this act's are ${named}${more}. It is not made: delete or relabel them, and undo again`;
  return { conflict };
}

/** So many are told by name. */
const NAMED = 3;
