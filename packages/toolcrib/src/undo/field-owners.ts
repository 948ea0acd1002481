import type { KubeObject, ManagedFields, ResourceType } from '@toolcrib/kube';
import { fieldsGivenBack } from '@toolcrib/kube';
import type { Run } from './running.ts';
import { statusOf } from './wait.ts';

/** The name under which the API server writes down what we write: our User-Agent. */
const OURS = 'toolcrib';

/**
 * Gives what we own of an object back to whoever owned it before, so that helm, `kubectl apply --server-side` and
 * operators go on without a conflict. Pinned to what was read; whatever stands in the way undoes nothing.
 * @param paths which fields; `all` for an object that we created
 * @returns a note where it could not be done
 */
export async function giveFieldsBack(
  run: Run,
  info: ResourceType & { namespaced?: boolean },
  snapshot: KubeObject,
  paths: 'all' | readonly (readonly string[])[],
  known?: KubeObject,
): Promise<string | undefined> {
  const before = snapshot.metadata.managedFields as ManagedFields[] | undefined;
  if (before === undefined || before.length === 0) return undefined;
  const { namespace, name } = snapshot.metadata;
  const at = { namespace: info.namespaced === false ? undefined : namespace, name };
  try {
    for (let attempt = 0; ; attempt++) {
      const now = attempt === 0 && known ? known : await run.cluster.get(info, at, run.as);
      if (!now) return undefined;
      const { uid, resourceVersion, managedFields = [] } = now.metadata;
      const only = paths === 'all' ? {} : { only: paths };
      const given = fieldsGivenBack(before, managedFields as ManagedFields[], OURS, {
        ...only,
        uids: run.uids,
      });
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
    const why = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    return `its field owners could not be given back (${why})`;
  }
}
