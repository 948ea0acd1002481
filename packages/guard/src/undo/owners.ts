import type { KubeObject, OwnerReference, ResourceInfo } from '@toolcrib/kube';
import { describeRef } from '@toolcrib/kube';
import { messageOf } from '@toolcrib/model';
import { giveFieldsBack } from './field-owners.ts';
import type { Run } from './running.ts';
import type { Result } from './steps.ts';
import { isKind } from './steps.ts';
import { statusOf } from './wait.ts';

/**
 * References rewritten to the UIDs of now. What would dangle is left out: the garbage collector would delete the
 * restored object for it; an owner that is still to come is named once it is there. A claim's reference to its set is
 * the set's to write again.
 */
export async function withOwners(
  run: Run,
  object: KubeObject,
): Promise<{ object: KubeObject; dropped?: string; later: OwnerReference[] }> {
  const before = object.metadata.ownerReferences ?? [];
  delete object.metadata.ownerReferences;
  const after: OwnerReference[] = [];
  const later: OwnerReference[] = [];
  const dropped: string[] = [];
  for (const owner of before) {
    if (isKind(object, '', 'PersistentVolumeClaim') && isKind(owner, 'apps', 'StatefulSet')) continue;
    if (run.coming.has(owner.uid)) {
      later.push(owner);
      continue;
    }
    const renewed = { ...owner, uid: run.uids.get(owner.uid) ?? owner.uid };
    const there = !run.missing.has(owner.uid) && (await stands(run, renewed, object.metadata.namespace));
    if (there) after.push(renewed);
    else dropped.push(`${owner.kind} ${owner.name}`);
  }
  if (after.length > 0) object.metadata.ownerReferences = after;
  return {
    object,
    later,
    dropped: dropped.length > 0 ? `without its owner ${dropped.join(', ')}, which is gone` : undefined,
  };
}

/** Asked right before it is named: whoever has gone since would take the restored object along. */
export async function stands(
  run: Run,
  owner: OwnerReference,
  namespace: string | undefined,
): Promise<boolean> {
  const type = await run.cluster.typeOf(owner, run.as).catch(() => undefined);
  if (!type) return false;
  const at = { namespace: type.namespaced ? namespace : undefined, name: owner.name };
  return (await run.cluster.get(type, at, run.as))?.metadata.uid === owner.uid;
}

const OWNERS = [['f:metadata', 'f:ownerReferences']];

/** Writes an owner that has just come into what came before it. @returns what did not work */
export async function nameOwner(run: Run, was: string): Promise<Result[]> {
  const results: Result[] = [];
  for (const { info, ref, reference, snapshot } of run.unnamed.get(was) ?? []) {
    try {
      await addOwners(run, info, ref, [{ ...reference, uid: run.uids.get(was) ?? '' }]);
      await giveFieldsBack(run, info, snapshot, OWNERS);
    } catch (error) {
      const why = messageOf(error);
      const note = `it is back, but could not name its owner ${reference.kind} ${reference.name}: ${why}`;
      results.push({ what: describeRef(ref), result: 'failed', note });
    }
  }
  run.unnamed.delete(was);
  return results;
}

/** Adds owners to an object, pinned to its UID; those that it names already are left. @returns how many were added */
export async function addOwners(
  run: Run,
  info: ResourceInfo,
  ref: { namespace?: string; name: string; uid: string },
  owners: readonly OwnerReference[],
): Promise<number | 'gone'> {
  const at = { namespace: info.namespaced ? ref.namespace : undefined, name: ref.name };
  for (let attempt = 0; ; attempt++) {
    const now = await run.cluster.get(info, at, run.as);
    if (!now || now.metadata.uid !== ref.uid) return 'gone';
    const { uid, resourceVersion, ownerReferences = [] } = now.metadata;
    const missing = owners.filter((owner) => !ownerReferences.some((one) => one.uid === owner.uid));
    if (missing.length === 0) return 0;
    const patch = { metadata: { uid, resourceVersion, ownerReferences: [...ownerReferences, ...missing] } };
    try {
      await run.cluster.patch(info, at, patch, {}, run.as);
      return missing.length;
    } catch (error) {
      // Somebody wrote in between: look again.
      if (statusOf(error) !== 409 || attempt >= 9) throw error;
    }
  }
}
