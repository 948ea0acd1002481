import { giveFieldsBack } from './field-owners.ts';
import type { Run } from './running.ts';
import type { Result, UndoStep } from './steps.ts';
import { nameOf } from './steps.ts';
import { statusOf } from './wait.ts';

/** Sets a record back to what it was, pinned to what was read, where it still says what the act wrote. */
export async function revertStep(run: Run, step: Extract<UndoStep, { do: 'revert' }>): Promise<Result[]> {
  const { info, snapshot, from } = step;
  const what = nameOf(snapshot);
  const { namespace, name, uid, labels, annotations } = snapshot.metadata;
  for (let attempt = 0; ; attempt++) {
    const now = await run.cluster.get(info, { namespace, name }, run.as);
    if (now?.metadata.uid !== uid || now?.metadata.labels?.status !== from)
      return [{ what, result: 'conflict', note: 'it was written since; it is left as it is' }];
    const metadata = { ...now.metadata, labels, annotations, managedFields: undefined };
    try {
      await run.cluster.replace(info, { ...snapshot, metadata }, {}, run.as);
      await giveFieldsBack(run, info, snapshot, 'all');
      return [{ what, result: 'done', note: `as it was before the act wrote "${from}" into it` }];
    } catch (error) {
      // Somebody wrote in between: look again.
      if (statusOf(error) !== 409 || attempt >= 9) throw error;
    }
  }
}
