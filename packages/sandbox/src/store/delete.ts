import type { DeleteOptions, KubeObject, ResourceType } from '@toolcrib/kube';
import { isDryRun } from '@toolcrib/kube';
import { cloneJson, equalJson } from '../apimachinery/json.ts';
import { checkPreconditions, deletionStep } from './deletion.ts';
import { deleteNamespace, isNamespace } from './namespace-rules.ts';
import { remove, type Writing } from './writing.ts';

/**
 * Deletes as the API server does.
 * @returns a copy of what stands now, or of what went (`gone`)
 * @throws ApiError 403, 404, 409
 */
export function deleteObject(
  writing: Writing,
  type: ResourceType,
  { namespace, name }: { namespace: string | undefined; name: string },
  options: DeleteOptions = {},
): { object: KubeObject; gone: boolean } {
  const { contents, clock } = writing;
  const info = contents.infoOf(type);
  const strategy = writing.strategyOf(info);
  const old = contents.existing(info, namespace, name);
  checkPreconditions(info, old, options);
  const copy = cloneJson(old);
  const step =
    (isNamespace(info) ? deleteNamespace(copy, options, clock.now()) : undefined) ??
    strategy.beginDeletion?.(copy, clock.now()) ??
    deletionStep(info, strategy, copy, options, clock.now());
  const dryRun = isDryRun(options);
  if (step.do === 'nothing') return { object: cloneJson(old), gone: false };
  if (step.do === 'update') {
    if (!dryRun && !equalJson(step.object, old)) contents.commit('MODIFIED', info, step.object, old);
    return { object: cloneJson(step.object), gone: false };
  }
  const gone = dryRun ? step.object : remove(writing, info, strategy, { object: step.object, previous: old });
  return { object: cloneJson(gone), gone: true };
}
