import { type DeleteOptions, isDryRun, type PropagationPolicy } from '@toolcrib/kube';
import { isNoNumber, type Target } from '@toolcrib/model';
import type { Aim } from '../radius/view.ts';
import { no, readable } from './cautious.ts';
import type { EffectOf } from './effect-kind.ts';
import { goneByNow } from './gone-by-now.ts';

type Deletes = EffectOf<'delete' | 'delete-collection' | 'evict'>;

/** What all that asks to delete has in common: what it names goes when it is carried out, and is made again by an undo. */
export const deletes = {
  mayBe: (method: string) => method === 'DELETE',
  unread: readable,
  beginsUninstall: no,
  targets: 'go' as const,
  refusedBy: (status: number) => isNoNumber(status, false),
  became: goneByNow,
  undo: 'bring-back' as const,
};

/** What is said of options that were understood. */
export function saidBy(options: DeleteOptions): Pick<Deletes, 'options' | 'propagation' | 'dryRun'> {
  return { options, propagation: propagationOf(options), dryRun: isDryRun(options) };
}

function propagationOf(options: DeleteOptions): DeleteOptions['propagationPolicy'] {
  if (options.orphanDependents !== undefined) return options.orphanDependents ? 'Orphan' : 'Background';
  return options.propagationPolicy;
}

/** As the garbage collector takes it: a policy that stood in the request but not in `options` still counts. */
export function optionsInForce({ options, propagation }: Deletes): DeleteOptions {
  return propagation ? { ...options, orphanDependents: undefined, propagationPolicy: propagation } : options;
}

export function aimOfDelete(effect: Deletes, ref: Aim['ref']): Aim {
  const { group, resource } = effect.target;
  return { ref, type: { group, resource }, effect: { does: 'delete', options: optionsInForce(effect) } };
}

/** As the server would read them: where in the request they stood, and in which order, is no matter. */
export function optionsLikeness({ options, propagation, target }: Deletes): string {
  const { gracePeriodSeconds, ignoreStoreReadErrorWithClusterBreakingPotential: breaking } = options;
  const policy = propagation ?? defaultPolicy(target);
  return JSON.stringify([policy, gracePeriodSeconds ?? null, breaking ?? false]);
}

/** helm says Background for the objects of a release and nothing for its records, where it means the same. */
function defaultPolicy({ group, resource }: Target): PropagationPolicy | null {
  return group === '' && (resource === 'secrets' || resource === 'configmaps') ? 'Background' : null;
}

/** The likeness of what helm deletes when it uninstalls. */
export const AS_HELM_DELETES = JSON.stringify(['Background', null, false]);
