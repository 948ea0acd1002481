import type { KubeObject, ManagedFields, ResourceType } from '@toolcrib/kube';
import { fieldsAsBefore, fieldsGivenBack } from '@toolcrib/kube';
import { messageOf } from '@toolcrib/model';
import type { Run } from './running.ts';
import { statusOf } from './wait.ts';

/** The name under which the API server writes down what we write: our User-Agent. */
const OURS = 'toolcrib';

/** What is to be given back: everything of an object that we made again, or what we own of one that stood. */
type Which = 'made' | 'all' | readonly (readonly string[])[];

/**
 * Gives what we own of an object back to whoever owned it before, so that helm, `kubectl apply --server-side` and
 * operators go on without a conflict. Pinned to what was read; whatever stands in the way undoes nothing.
 * @param which `made`: the entries of before as they were; else what we own of it at all, or at these paths
 * @returns a note where it could not be done
 */
export async function giveFieldsBack(
  run: Run,
  info: ResourceType & { namespaced?: boolean },
  snapshot: KubeObject,
  which: Which,
  known?: KubeObject,
): Promise<string | undefined> {
  const { namespace, name } = snapshot.metadata;
  const at = { namespace: info.namespaced === false ? undefined : namespace, name };
  try {
    for (let attempt = 0; ; attempt++) {
      const now = attempt === 0 && known ? known : await run.cluster.get(info, at, run.as);
      if (!now) return undefined;
      const { uid, resourceVersion } = now.metadata;
      const given = entries(run, snapshot, now, which);
      if (given === undefined) return undefined;
      const patch = { metadata: { uid, resourceVersion, managedFields: given } };
      try {
        await run.cluster.patch(info, at, patch, {}, run.as);
        return undefined;
      } catch (error) {
        // Its controller wrote in between: look again.
        if (statusOf(error) !== 409 || attempt >= 9) throw error;
      }
    }
  } catch (error) {
    const why = messageOf(error).replace(/\.$/, '');
    return `its field owners could not be given back (${why})`;
  }
}

function entries(run: Run, snapshot: KubeObject, now: KubeObject, which: Which): ManagedFields[] | undefined {
  if (which === 'made') return fieldsAsBefore(snapshot, now, OURS, run.uids);
  const before = (snapshot.metadata.managedFields ?? []) as ManagedFields[];
  if (before.length === 0) return undefined;
  const only = which === 'all' ? {} : { only: which };
  const standing = (now.metadata.managedFields ?? []) as ManagedFields[];
  return fieldsGivenBack(before, standing, OURS, { ...only, uids: run.uids });
}
