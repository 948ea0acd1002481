import type { KubeObject } from '@toolcrib/kube';
import { createStep } from './create.ts';
import { giveFieldsBack } from './field-owners.ts';
import type { Run } from './running.ts';
import type { Result, UndoStep } from './steps.ts';
import { nameOf } from './steps.ts';
import { statusOf } from './wait.ts';

/** Whether its owners are others than they were when it was kept. */
export function hasOtherOwners(before: KubeObject, now: KubeObject): boolean {
  const uids = ({ metadata }: KubeObject) =>
    (metadata.ownerReferences ?? []).map(({ kind, name, uid }) => JSON.stringify([kind, name, uid])).sort();
  return JSON.stringify(uids(before)) !== JSON.stringify(uids(now));
}

/**
 * Gives an object its owners of before back, pinned to what was read. Where the collector was faster it is waited for, and
 * the object made again.
 */
export async function ownStep(run: Run, step: Extract<UndoStep, { do: 'own' }>): Promise<Result[]> {
  const { info, snapshot } = step;
  const what = nameOf(snapshot);
  const { namespace, name, uid, ownerReferences } = snapshot.metadata;
  for (let attempt = 0; ; attempt++) {
    const now = await run.cluster.get(info, { namespace, name }, run.as);
    if (!now || now.metadata.uid !== uid || now.metadata.deletionTimestamp !== undefined)
      return createStep(run, { do: 'create', info, snapshot, waitGone: uid });
    if (!hasOtherOwners(snapshot, now))
      return [{ what, result: 'unchanged', note: 'it stands, with the owners that it had' }];
    const { resourceVersion } = now.metadata;
    const patch = { metadata: { uid, resourceVersion, ownerReferences: ownerReferences ?? null } };
    try {
      await run.cluster.patch(info, { namespace, name }, patch, {}, run.as);
      await giveFieldsBack(run, info, snapshot, [['f:metadata', 'f:ownerReferences']]);
      return [{ what, result: 'done', note: 'it has the owners that it had before the act' }];
    } catch (error) {
      // Written in between, or collected: look again.
      if (![404, 409].includes(statusOf(error) ?? 0) || attempt >= 9) throw error;
    }
  }
}
