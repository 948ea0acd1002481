import { describeRef } from '@toolcrib/kube';
import { giveFieldsBack } from './field-owners.ts';
import { addOwners, stands } from './owners.ts';
import type { Run } from './running.ts';
import type { Result, UndoStep } from './steps.ts';

/** Names owners that are back in what they owned; none that does not stand: the collector would take it at once. */
export async function relinkStep(run: Run, step: Extract<UndoStep, { do: 'relink' }>): Promise<Result[]> {
  const what = describeRef(step.ref);
  const owners = step.references.map((one) => ({ ...one, uid: run.uids.get(one.uid) ?? one.uid }));
  const there = await Promise.all(owners.map((owner) => stands(run, owner, step.ref.namespace)));
  const standing = owners.filter((_, index) => there[index]);
  const gone = owners.filter((_, index) => !there[index]).map(({ kind, name }) => `${kind} ${name}`);
  const without = gone.length > 0 ? `${gone.join(', ')} did not come back, and is not named` : undefined;
  const added = await addOwners(run, step.info, step.ref, standing);
  if (added === 'gone') return [{ what, result: 'conflict', note: 'it is gone or another one now' }];
  if (added > 0) await giveFieldsBack(run, step.info, step.snapshot, [['f:metadata', 'f:ownerReferences']]);
  if (without) return [{ what, result: 'skipped', note: `its owner ${without}` }];
  if (added === 0) return [{ what, result: 'unchanged', note: 'it names its owner' }];
  const named = standing.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  return [{ what, result: 'done', note: `names its owner ${named} again` }];
}
