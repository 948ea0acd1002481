import type { KubeObject, ManagedFields, ResourceType } from '@toolcrib/kube';
import { controllerOf, fieldsGivenBack } from '@toolcrib/kube';
import type { As, Cluster, SoftenRecord } from '@toolcrib/model';
import { marks } from '@toolcrib/model';
import { markedBy } from './live.ts';
import { statusOf } from './wait.ts';

/**
 * Takes our marks off what a softened act had left, each once it is somebody's again: until then they are all by which it can
 * be found.
 * @param options.all also off what is nobody's yet
 * @returns how many objects still carry them
 */
export async function unmarkLeft(
  cluster: Cluster,
  record: SoftenRecord,
  options: { as?: As; all?: boolean } = {},
): Promise<number> {
  const { as = record.as, all = false } = options;
  const marked = await markedBy(cluster, record, as);
  for (const object of marked) {
    // A claim is its namespace's own, whatever set uses it.
    const someones = controllerOf(object) !== undefined || object.kind === 'PersistentVolumeClaim';
    if (all || someones) await unmark(cluster, object, as);
  }
  return marked.length === 0 ? 0 : (await markedBy(cluster, record, as)).length;
}

/** Takes our marks off one object, pinned to its UID. @returns false where it is gone or another one now */
export async function unmark(cluster: Cluster, object: KubeObject, as?: As): Promise<boolean> {
  const { uid, namespace, name } = object.metadata;
  const type = await cluster.typeOf(object, as);
  const metadata = {
    uid,
    labels: { [marks.act]: null },
    annotations: { [marks.finishAfter]: null, [marks.softenedFrom]: null },
  };
  try {
    const now = await cluster.patch(type, { namespace, name }, { metadata }, {}, as);
    await disown(cluster, type, now, as);
    return true;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 409) return false;
    throw error;
  }
}

const MAPS = [
  ['f:metadata', 'f:labels'],
  ['f:metadata', 'f:annotations'],
];

/** Where our marks were the first label or annotation, the map itself stays ours once they are gone: it is nobody's. */
async function disown(cluster: Cluster, type: ResourceType, now: KubeObject, as?: As): Promise<void> {
  const { uid, resourceVersion, namespace, name, managedFields = [] } = now.metadata;
  const given = fieldsGivenBack([], managedFields as ManagedFields[], 'toolcrib', { only: MAPS });
  if (given === undefined) return;
  const metadata = { uid, resourceVersion, managedFields: given };
  // Nothing hangs on it: who writes at this moment may go first.
  await cluster.patch(type, { namespace, name }, { metadata }, {}, as).catch(() => undefined);
}
