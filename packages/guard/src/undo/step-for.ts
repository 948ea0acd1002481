import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import { uidOf } from '@toolcrib/kube';
import { isReleaseRecord } from '@toolcrib/model';
import { remadeByAdopter } from './adopted.ts';
import { difference } from './difference.ts';
import type { PlanFacts } from './facts.ts';
import { kindOf, liveOf } from './live.ts';
import { hasOtherOwners } from './own.ts';
import { goesWithItsNamespace, isAboutToBeCollected } from './passing.ts';
import { isBareDefault, sameIntent } from './prepare.ts';
import type { Left } from './remade.ts';
import { ofAnother, remadeBy } from './remade.ts';
import type { UndoStep } from './steps.ts';
import { isKind, keyOfObject, nameOf, none } from './steps.ts';

/** What one kept object needs, by what stands in its place now; but for what a claim needs around it. */
export function stepFor(facts: PlanFacts, object: KubeObject): UndoStep {
  const what = nameOf(object);
  const { live } = facts;
  const unreadable = live.unreadable[keyOfObject(object)];
  if (unreadable !== undefined)
    return none(what, 'failed', `what stands there now could not be read: ${unreadable}`);
  const info = kindOf(live.kinds, object);
  const definition = definedBy(facts, object);
  if (!info && !definition) return none(what, 'failed', `the cluster serves no ${object.kind} any more`);
  const kind = info ?? definition;
  if (!kind) return none(what, 'failed', 'its kind is not known');
  const now = goesWithItsNamespace(facts, object) ? null : (liveOf(live, object) ?? null);
  const { uid } = object.metadata;
  if (now && now.metadata.uid === uid) {
    const goes = now.metadata.deletionTimestamp !== undefined || isAboutToBeCollected(facts, now);
    const given = facts.disowned.has(uidOf(object.metadata)) && hasOtherOwners(object, now);
    if (!goes && given) return { do: 'own', info: kind, snapshot: object };
    if (!goes) return revertStep(kind, object, now) ?? standsStep(facts, object, now);
    // A claim's data can still be saved; of anything else the end was decided before, and is not waited for.
    const before = object.metadata.deletionTimestamp !== undefined;
    if (before && !isKind(object, '', 'PersistentVolumeClaim'))
      return none(what, 'unchanged', 'it was being deleted before the act, and still is');
    const adopter = remadeByAdopter(facts, object);
    const remade = adopter ?? remadeBy(facts, object);
    if (remade) return leftTo(what, adopter?.object ?? object, remade);
    return { do: 'create', info: kind, snapshot: object, waitGone: uid };
  }
  const another = ofAnother(facts, object);
  if (another) return none(what, 'skipped', another);
  const adopter = remadeByAdopter(facts, object);
  const remade = adopter ?? remadeBy(facts, object);
  if (now) {
    if (remade?.by) return none(what, 'unchanged', 'it has come back by itself');
    if (sameIntent(now, object)) return none(what, 'unchanged', 'the same stands there again');
    if (isBareDefault(object, now)) return { do: 'create', info: kind, snapshot: object };
    return none(what, 'conflict', 'something else stands under its name now; it is left as it is');
  }
  if (remade) return leftTo(what, adopter?.object ?? object, remade);
  return { do: 'create', info: kind, snapshot: object };
}

function leftTo(what: string, object: KubeObject, { result, note, by }: Left): UndoStep {
  return { do: 'none', result: { what, result, note }, ...(by ? { awaited: { object, by } } : {}) };
}

/**
 * The act changed it before it began to destroy (helm writes "uninstalling" into its release): it goes back to what it
 * was before that, where it still says what the act wrote. What somebody wrote since is left.
 */
function revertStep(info: ResourceInfo, object: KubeObject, now: KubeObject): UndoStep | undefined {
  if (!isReleaseRecord(object) || sameIntent(now, object)) return undefined;
  const from = now.metadata.labels?.status ?? '';
  if (!UNINSTALL.has(from) || object.metadata.labels?.status === from) return undefined;
  return { do: 'revert', info, snapshot: object, from };
}

const UNINSTALL = new Set(['uninstalling', 'uninstalled']);

/** It was not taken: compared, so that nothing is claimed of it that is not so. Written back it is never. */
function standsStep({ notUnderstood }: PlanFacts, object: KubeObject, now: KubeObject): UndoStep {
  const what = nameOf(object);
  if (!notUnderstood.has(uidOf(object.metadata))) {
    const changed = difference(object, now);
    const note = changed ? `it stands; changed since it was kept: ${changed}` : 'it stands as it stood';
    return none(what, 'unchanged', note);
  }
  const changed = difference(object, now, true);
  if (!changed) return none(what, 'unchanged', 'it stands, with nothing changed that toolcrib can see');
  const note = `the request was not understood, and it differs from what was kept: ${changed}; undo does not write that back`;
  return none(what, 'conflict', note);
}

/** A definition that comes back serves its kind again, though discovery does not show it now. */
function definedBy({ byUid, created }: PlanFacts, object: KubeObject) {
  for (const uid of created) {
    const crd = byUid.get(uid);
    if (!crd || !isKind(crd, 'apiextensions.k8s.io', 'CustomResourceDefinition')) continue;
    const { group, names, scope } = crd.spec ?? {};
    const [apiGroup, version = ''] = object.apiVersion.split('/');
    if (group !== apiGroup || names?.kind !== object.kind) continue;
    return {
      group,
      version,
      resource: names.plural as string,
      kind: object.kind,
      namespaced: scope === 'Namespaced',
      verbs: [],
      subresources: [],
    };
  }
  return undefined;
}
