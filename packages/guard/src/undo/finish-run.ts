import type { KubeObject } from '@toolcrib/kube';
import { controllerOf, describeRef } from '@toolcrib/kube';
import type { As, Cluster, SoftenRecord, UndoRecord } from '@toolcrib/model';
import { messageOf, ToolcribError } from '@toolcrib/model';
import { isStillLeft, lookAtClaims, userOfClaim } from './claim-use.ts';
import type { FinishPlan, FinishStep } from './finish-plan.ts';
import { carries, isClaim, volumeResult } from './finish-plan.ts';
import type { Result } from './steps.ts';
import { nameOf } from './steps.ts';
import { unmark } from './unmark.ts';
import type { Waiting } from './wait.ts';
import { defaultWaiting, statusOf } from './wait.ts';

/**
 * Carries out a finish. Each object is read again right before its delete, and the delete is pinned to its UID and
 * that reading's resourceVersion: whoever adopts it in between wins. Run again, it ends the same.
 * @param options.confirmed a person said yes to a plan with `askFirst`
 * @param options.goOn asked right before each write, once its object was read: whether it is still to go
 * @throws ToolcribError `overdue` for an overdue plan that nobody confirmed
 */
export async function runFinish(
  cluster: Cluster,
  plan: FinishPlan,
  progress: (news: { done: number; of: number; result: Result }) => unknown,
  options: {
    id: string;
    by: string;
    as?: As;
    confirmed?: boolean;
    goOn?: () => Promise<boolean>;
    waiting?: Partial<Waiting>;
  },
): Promise<{ record: UndoRecord; softening: SoftenRecord }> {
  if (plan.askFirst && !options.confirmed) {
    const due = new Date(plan.record.finishAfter).toISOString();
    throw new ToolcribError(
      'overdue',
      `${describeRef(plan.record.owner)} should have been finished by ${due}.`,
      {
        next: 'That is long ago: look at what still runs, then confirm the finish or undo the act.',
      },
    );
  }
  const waiting = { ...defaultWaiting, ...options.waiting };
  const at = waiting.now();
  const results: Result[] = [];
  let calledBack = false;
  const goOn = async (): Promise<boolean> => {
    calledBack ||= (await options.goOn?.()) === false;
    return !calledBack;
  };
  for (const [index, step] of plan.steps.entries()) {
    const result = await outcome(cluster, plan.record, step, goOn, options.as);
    results.push(result);
    await progress({ done: index + 1, of: plan.steps.length, result });
  }
  const { actId } = plan.record;
  const failed = results.some(({ result }) => result === 'failed');
  const ended = plan.record.state === 'softened' && !failed && !calledBack;
  return {
    record: { id: options.id, actId, at, by: options.by, kind: 'finish', results },
    softening: ended ? { ...plan.record, state: 'finished', note: undefined } : plan.record,
  };
}

const CALLED_BACK = 'it was called back meanwhile, and stays';

async function outcome(
  cluster: Cluster,
  record: SoftenRecord,
  step: FinishStep,
  goOn: () => Promise<boolean>,
  as?: As,
): Promise<Result> {
  if (step.do === 'none') return step.result;
  const what = step.do === 'reclaim' ? `PersistentVolume ${step.name}` : nameOf(step.object);
  try {
    if (!(await goOn())) return { what, result: 'skipped', note: CALLED_BACK };
    if (step.do === 'unmark') {
      const there = await unmark(cluster, step.object, as);
      return {
        what,
        result: there ? 'skipped' : 'unchanged',
        note: `${step.note ?? 'it is somebody’s again'}; its marks are off`,
      };
    }
    if (step.do === 'reclaim') return await reclaim(cluster, step, goOn, as);
    return await remove(cluster, record, step, goOn, as);
  } catch (error) {
    return { what, result: 'failed', note: messageOf(error) };
  }
}

async function remove(
  cluster: Cluster,
  record: SoftenRecord,
  step: Extract<FinishStep, { do: 'delete' }>,
  goOn: () => Promise<boolean>,
  as?: As,
): Promise<Result> {
  const what = nameOf(step.object);
  const { namespace, name, uid } = step.object.metadata;
  for (let attempt = 0; ; attempt++) {
    const now = await cluster.get(step.info, { namespace, name }, as);
    if (!now || now.metadata.uid !== uid) return { what, result: 'unchanged', note: 'it is gone already' };
    if (now.metadata.deletionTimestamp)
      return { what, result: 'unchanged', note: 'it is being deleted already' };
    if (controllerOf(now)) {
      await unmark(cluster, now, as);
      return { what, result: 'skipped', note: 'it was adopted meanwhile; its marks are off' };
    }
    if (!carries(record, now)) return { what, result: 'skipped', note: 'somebody took the mark off' };
    const kept = isClaim(now) ? await whyKept(cluster, record, now, as) : undefined;
    if (kept?.result === 'skipped') await unmark(cluster, now, as);
    if (kept) return { what, ...kept };
    const { resourceVersion } = now.metadata;
    if (!(await goOn())) return { what, result: 'skipped', note: CALLED_BACK };
    try {
      const options = { ...step.options, preconditions: { uid, resourceVersion } };
      await cluster.delete(step.info, { namespace, name }, options, as);
      return { what, result: 'done' };
    } catch (error) {
      // It was written since it was read, perhaps by who adopts it: look again.
      if (statusOf(error) !== 409 || attempt >= 9) throw error;
    }
  }
}

/**
 * Whoever uses a claim again writes nothing on it, and so no precondition of the delete can tell: it is looked for right
 * before. The Pods of the act are on their way out by now, or the claim waits for them.
 */
async function whyKept(
  cluster: Cluster,
  record: SoftenRecord,
  claim: KubeObject,
  as?: As,
): Promise<Pick<Result, 'result' | 'note'> | undefined> {
  const use = await lookAtClaims(cluster, record, as);
  const user = userOfClaim(claim, use, (pod) => isStillLeft(record, pod));
  if (user) return { result: 'skipped', note: `${user}; its marks are off` };
  const isGoing = (pod: KubeObject) => pod.metadata.deletionTimestamp !== undefined;
  const runs = userOfClaim(claim, use, isGoing);
  return runs ? { result: 'failed', note: `${runs}, and was to go first` } : undefined;
}

async function reclaim(
  cluster: Cluster,
  { name, uid, to }: Extract<FinishStep, { do: 'reclaim' }>,
  goOn: () => Promise<boolean>,
  as?: As,
): Promise<Result> {
  const what = `PersistentVolume ${name}`;
  const type = { group: '', version: 'v1', resource: 'persistentvolumes' };
  const volume = await cluster.get(type, { name }, as);
  const already = volumeResult(name, volume?.metadata.uid === uid ? volume : undefined);
  if (already) return already;
  if (!(await goOn())) return { what, result: 'skipped', note: CALLED_BACK };
  const { resourceVersion } = volume?.metadata ?? {};
  const patch = { metadata: { uid, resourceVersion }, spec: { persistentVolumeReclaimPolicy: to } };
  await cluster.patch(type, { name }, patch, {}, as);
  return { what, result: 'done', note: `reclaim policy ${to} again` };
}
