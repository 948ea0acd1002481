import type { KubeObject } from '@toolcrib/kube';
import type { As, Cluster, SoftenRecord } from '@toolcrib/model';
import { ToolcribError } from '@toolcrib/model';
import { statusOf } from './parts.ts';

const VOLUMES = { group: '', version: 'v1', resource: 'persistentvolumes' };
const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' };
const CLAIMS = { group: '', version: 'v1', resource: 'persistentvolumeclaims' };

export type Retained = NonNullable<SoftenRecord['volumes']>;

/**
 * Sets volumes to Retain, and reads each back before it returns: the one data undo there is, short of a snapshot.
 * The claim's delete is forwarded as sent afterwards; whether it went decides what becomes of the record (`settleRetained`).
 * @param options.save told, before each volume is written to, of all that were or are about to be: durable once it
 *   resolves, so that a guard that is killed in between can put them back
 * @returns what each had before, for the undo
 * @throws ToolcribError `not-kept` where one is not to be had, `unsettled` where one was written to and does not show it: it
 *   may still come to. Then the claim's delete must not go out
 */
export async function retainFirst(
  cluster: Cluster,
  volumes: readonly { name: string; uid: string }[],
  options: { as?: As; save?: (sofar: Retained) => unknown } = {},
): Promise<Retained> {
  const { as, save } = options;
  const before: Retained = [];
  for (const { name, uid } of volumes) {
    const volume = await cluster.get(VOLUMES, { name }, as);
    if (volume?.metadata.uid !== uid) throw notKept(name, 'it is another one now, or gone');
    if (volume.metadata.deletionTimestamp) throw notKept(name, 'it is being deleted already');
    const reclaimPolicy: string = volume.spec?.persistentVolumeReclaimPolicy ?? 'Delete';
    before.push({ name, uid, reclaimPolicy });
    if (reclaimPolicy !== 'Retain') {
      await save?.(before);
      const patch = { metadata: { uid }, spec: { persistentVolumeReclaimPolicy: 'Retain' } };
      await cluster.patch(VOLUMES, { name }, patch, {}, as);
    }
    const after = await cluster.get(VOLUMES, { name }, as);
    if (after?.metadata.uid !== uid) throw notKept(name, 'it is another one now, or gone');
    // What we have written may come to be so all the same: taken for a no, the volume would stay on Retain unseen.
    if (after.spec?.persistentVolumeReclaimPolicy !== 'Retain')
      throw notKept(name, 'it did not read back as Retain', 'unsettled');
  }
  return before;
}

/**
 * How a retain-first softening ended, by looking: the claim is gone or on its way out: `softened`, its data kept. It
 * stands: nothing was deleted, its volumes get their own policies back, and the record is `failed` with `why`.
 * May be done again after an error.
 * @param mayArrive the claim's delete may still be carried out: where the claim stands the volumes stay on Retain, and the
 *   record `started`
 * @throws ToolcribError where the cluster can't be asked or written to: the record stays as it was
 */
export async function settleRetained(
  cluster: Cluster,
  record: SoftenRecord,
  why: string,
  mayArrive = false,
): Promise<SoftenRecord> {
  if (record.how !== 'retain-first' || record.state !== 'started') return record;
  const { kind, namespace, name, uid } = record.owner;
  // A claim, or the Namespace of all of them.
  const type = kind === 'Namespace' ? NAMESPACES : CLAIMS;
  const stands = async () => {
    const claim = await cluster.get(type, { namespace, name }, record.as);
    return claim?.metadata.uid === uid && claim.metadata.deletionTimestamp === undefined;
  };
  const softened: SoftenRecord = { ...record, state: 'softened', note: undefined };
  if (!(await stands())) return softened;
  if (mayArrive)
    return {
      ...record,
      note: `${why} Whether the ${kind === 'Namespace' ? 'Namespace' : 'claim'} goes is not known yet.`,
    };
  const kept: string[] = [];
  for (const volume of record.volumes ?? []) {
    // Looked at again right before: what goes now, whoever sent it, goes with its data.
    if (!(await stands())) return softened;
    if (!(await putBack(cluster, volume, record.owner, record.as))) kept.push(volume.name);
  }
  const still = kept.length > 0 ? ` ${kept.join(', ')} keeps Retain: it is not bound to this claim.` : '';
  return { ...record, state: 'failed', note: `Nothing was deleted: ${why}${still}` };
}

/** Only while the volume is bound to the claim that stands: a released one with policy Delete is gone with its data. */
async function putBack(
  cluster: Cluster,
  { name, uid, reclaimPolicy }: Retained[number],
  owner: SoftenRecord['owner'],
  as?: As,
): Promise<boolean> {
  if (reclaimPolicy === 'Retain') return true;
  for (let attempt = 0; ; attempt++) {
    const volume = await cluster.get(VOLUMES, { name }, as);
    if (volume?.metadata.uid !== uid) return true;
    if (volume.spec?.persistentVolumeReclaimPolicy !== 'Retain') return true;
    if (!isBoundTo(volume, owner)) return false;
    const { resourceVersion } = volume.metadata;
    const patch = {
      metadata: { uid, resourceVersion },
      spec: { persistentVolumeReclaimPolicy: reclaimPolicy },
    };
    try {
      await cluster.patch(VOLUMES, { name }, patch, {}, as);
      return true;
    } catch (error) {
      if (statusOf(error) !== 409 || attempt >= 9) throw error;
    }
  }
}

function isBoundTo({ status, spec }: KubeObject, { kind, name, uid }: SoftenRecord['owner']): boolean {
  const { claimRef } = spec ?? {};
  const own = kind === 'Namespace' ? claimRef?.namespace === name : claimRef?.uid === uid;
  return status?.phase === 'Bound' && own;
}

function notKept(name: string, why: string, code: 'not-kept' | 'unsettled' = 'not-kept'): ToolcribError {
  return new ToolcribError(code, `Volume ${name} could not be set to Retain: ${why}.`, {
    next: 'The claim was not deleted. Look at the volume, then ask again.',
  });
}
