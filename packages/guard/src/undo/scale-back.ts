import { describeRef } from '@toolcrib/kube';
import { giveFieldsBack } from './field-owners.ts';
import type { Run } from './running.ts';
import { readSize } from './size.ts';
import type { Result, UndoStep } from './steps.ts';
import { statusOf } from './wait.ts';

async function current(
  run: Run,
  step: Extract<UndoStep, { do: 'scale' }>,
): Promise<{ replicas: number; resourceVersion?: string } | undefined> {
  const { namespace, name, uid } = step.ref;
  if (step.at === 'scale') {
    const scale = await readSize(run.cluster, step.info, { namespace, name }, run.as);
    return scale?.uid === uid ? scale : undefined;
  }
  const now = await run.cluster.get(step.info, { namespace, name }, run.as);
  const { resourceVersion } = now?.metadata ?? {};
  return now?.metadata.uid === uid ? { replicas: now.spec?.replicas ?? 1, resourceVersion } : undefined;
}

/** Sets a size back, where it still stands at what the act set; pinned to what was read. */
export async function scaleStep(run: Run, step: Extract<UndoStep, { do: 'scale' }>): Promise<Result[]> {
  const what = describeRef(step.ref);
  for (let attempt = 0; ; attempt++) {
    const now = await current(run, step);
    if (!now) return [{ what, result: 'conflict', note: 'it is gone or another one now' }];
    const { replicas, resourceVersion } = now;
    if (replicas === step.to)
      return [{ what, result: 'unchanged', note: `it stands at ${step.to} replicas` }];
    if (replicas !== step.from) {
      return [
        {
          what,
          result: 'conflict',
          note: `it was scaled to ${replicas} since; the act had set ${step.from}`,
        },
      ];
    }
    const patch = { metadata: { uid: step.ref.uid, resourceVersion }, spec: { replicas: step.to } };
    const { namespace, name } = step.ref;
    const subresource = step.at === 'scale' ? 'scale' : undefined;
    try {
      await run.cluster.patch(step.info, { namespace, name, subresource }, patch, {}, run.as);
      // In which field the size is, only its definition says: it is all that we have written.
      const own = step.at === 'scale' ? 'all' : [['f:spec', 'f:replicas']];
      const fields = await giveFieldsBack(run, step.info, step.snapshot, own);
      const note = `scaled back from ${step.from} to ${step.to}${fields ? `; ${fields}` : ''}`;
      return [{ what, result: 'done', note }];
    } catch (error) {
      // Somebody wrote in between: look again before it is overwritten.
      if (statusOf(error) !== 409 || attempt >= 9) throw error;
    }
  }
}
