import { describeRef, selectorMatches } from '@toolcrib/kube';
import type { As, Cluster, SoftenRecord } from '@toolcrib/model';
import { ToolcribError } from '@toolcrib/model';
import { markLeft } from './mark.ts';
import { callBack, carryOn, ownerAt, stillOpen } from './orphan-first.ts';
import { isHeld, readOwner } from './owner.ts';
import type { SoftenProgress, Timing } from './parts.ts';
import { DEPENDENT_TYPES, defaultTiming, leftOf, RESOURCE_OF_KIND, selectorOf } from './parts.ts';

/**
 * Carries an orphan-first softening that was cut off at any point to a safe end: called back where the delete had not
 * begun, else completed. What it finds done it does not do again, so it may itself be cut off and resumed. A `failed` one
 * is looked at too, for as long as our finalizer is on its owner.
 * @param options.mayArrive what was sent for it may still be carried out: where the owner stands it is left `started`
 * @throws ToolcribError `unreachable`, `api`, `credentials` where the owner can't be read; nothing has changed then
 */
export async function resume(
  cluster: Cluster,
  record: SoftenRecord,
  options: { as?: As; progress?: SoftenProgress; timing?: Partial<Timing>; mayArrive?: boolean } = {},
): Promise<SoftenRecord> {
  if (record.state !== 'started' && record.state !== 'failed') return record;
  const { as = record.as, progress = () => {} } = options;
  const resource = RESOURCE_OF_KIND[record.owner.kind];
  if (resource === undefined)
    return { ...record, state: 'failed', note: 'Its kind is not one that is softened.' };
  const at = ownerAt(record, resource, as);
  const owner = await readOwner(cluster, at);
  if (record.state === 'failed' && !(owner && isHeld(owner))) return record;
  const timing = { ...defaultTiming, ...options.timing };
  const failed = async (note: string): Promise<SoftenRecord> => {
    const end: SoftenRecord = { ...record, state: 'failed', note };
    await progress({ step: 'failed', record: end, text: note });
    return end;
  };
  const what = describeRef(record.owner);
  if (!owner && !record.held) {
    return failed(`${what} is gone, but not by this act: it was cut off before anything was sent.`);
  }
  if (!owner) {
    await markLeft(cluster, record, as);
    const end: SoftenRecord = { ...record, state: 'softened', note: undefined };
    await progress({ step: 'done', record: end, text: 'it was done already' });
    return end;
  }
  if (!owner.metadata.deletionTimestamp && options.mayArrive) {
    return { ...record, state: 'started', note: stillOpen(record, 'It was cut off.') };
  }
  if (!owner.metadata.deletionTimestamp) {
    const cut = new ToolcribError('conflict', 'It was cut off before the delete.');
    return callBack(cluster, at, record, progress, cut, timing);
  }
  if (!isHeld(owner) && !record.held) return failed(`${what} is being deleted, but not by this act.`);
  // Dependents made after the record was written have lost their reference by now: the selector still finds them.
  const known = new Set(record.left.map(({ uid }) => uid));
  const late = await Promise.all(
    (DEPENDENT_TYPES[resource] ?? []).map((type) => cluster.list(type, { namespace: at.namespace }, as)),
  );
  const more = late.flat().filter((object) => {
    const { uid = '', labels, ownerReferences } = object.metadata;
    const free = !ownerReferences?.some((reference) => reference.controller);
    return (
      free &&
      object.kind !== 'PersistentVolumeClaim' &&
      !known.has(uid) &&
      selectorMatches(selectorOf(owner), labels)
    );
  });
  const whole = { ...record, left: [...record.left, ...more.map(leftOf)] };
  return carryOn(cluster, at, whole, progress, timing);
}
