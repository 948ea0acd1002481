import type { As, Cluster, SoftenRecord } from '../../model/index.ts';
import { ToolcribError } from '../../model/index.ts';

const VOLUMES = { group: '', version: 'v1', resource: 'persistentvolumes' };

/**
 * Sets volumes to Retain, and reads each back before it returns: the one data undo there is, short of a snapshot.
 * The claim's delete is forwarded as sent afterwards.
 * @returns what each had before, for the undo
 * @throws ToolcribError `not-kept` where one could not be confirmed: then the claim's delete must not go out
 */
export async function retainFirst(
  cluster: Cluster,
  volumes: readonly { name: string; uid: string }[],
  as?: As,
): Promise<NonNullable<SoftenRecord['volumes']>> {
  const before: NonNullable<SoftenRecord['volumes']> = [];
  for (const { name, uid } of volumes) {
    const volume = await cluster.get(VOLUMES, { name }, as);
    if (volume?.metadata.uid !== uid) throw notKept(name, 'it is another one now, or gone');
    if (volume.metadata.deletionTimestamp) throw notKept(name, 'it is being deleted already');
    const reclaimPolicy: string = volume.spec?.persistentVolumeReclaimPolicy ?? 'Delete';
    if (reclaimPolicy !== 'Retain') {
      const patch = { metadata: { uid }, spec: { persistentVolumeReclaimPolicy: 'Retain' } };
      await cluster.patch(VOLUMES, { name }, patch, {}, as);
    }
    const after = await cluster.get(VOLUMES, { name }, as);
    if (after?.metadata.uid !== uid || after.spec?.persistentVolumeReclaimPolicy !== 'Retain') {
      throw notKept(name, 'it did not read back as Retain');
    }
    before.push({ name, uid, reclaimPolicy });
  }
  return before;
}

function notKept(name: string, why: string): ToolcribError {
  return new ToolcribError('not-kept', `Volume ${name} could not be set to Retain: ${why}.`, {
    next: 'The claim was not deleted. Look at the volume, then ask again.',
  });
}
