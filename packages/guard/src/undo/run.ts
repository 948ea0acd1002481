import type { KubeObject } from '@toolcrib/kube';
import { describeRef, uidOf } from '@toolcrib/kube';
import type { As, Cluster, SoftenRecord, UndoRecord } from '@toolcrib/model';
import { messageOf } from '@toolcrib/model';
import { createStep } from './create.ts';
import { stillMissing } from './made.ts';
import { ownStep } from './own.ts';
import { readoptStep } from './readopt.ts';
import { awaitBoundStep, reclaimStep, retainStep } from './rebind.ts';
import { relinkStep } from './relink.ts';
import { revertStep } from './revert.ts';
import type { Run } from './running.ts';
import { scaleStep } from './scale-back.ts';
import type { Result, UndoPlan, UndoStep } from './steps.ts';
import { nameOf } from './steps.ts';
import { waitsForItsNamespace } from './still-going.ts';
import type { Waiting } from './wait.ts';
import { defaultWaiting } from './wait.ts';

export interface RunOptions {
  /** Of the record. */
  id: string;
  /** Who asked for it. */
  by: string;
  as?: As;
  waiting?: Partial<Waiting>;
  /** Told what is waited for, where that takes longer than a moment. */
  tell?: (text: string) => void;
}

export type UndoProgress = (news: { done: number; of: number; result: Result }) => unknown;

/**
 * Carries out a plan, one step after another. It creates what is absent and writes to nothing that the plan does not
 * name by UID; what has taken a name meanwhile stays as it is. A step that fails is reported, and the rest goes on,
 * except for what would hang on it. Run again, it ends the same.
 *
 * All writes are made with the caller's own rights: RBAC objects come back only to those who may create them.
 * @returns the record, and the softenings that are undone now (to be saved)
 */
export async function runUndo(
  cluster: Cluster,
  plan: UndoPlan,
  progress: UndoProgress,
  options: RunOptions,
): Promise<{ record: UndoRecord; softenings: SoftenRecord[] }> {
  const waiting = { ...defaultWaiting, ...options.waiting };
  const run: Run = {
    cluster,
    as: options.as,
    waiting,
    tell: options.tell ?? (() => {}),
    uids: new Map(Object.entries(plan.again)),
    made: new Map(),
    kept: new Set(plan.kept),
    missing: new Set(),
    unmade: new Set(),
    missingVolumes: new Set(),
    closed: new Set(),
    softenings: [],
    coming: new Set(
      plan.steps.flatMap((step) =>
        step.do === 'create' || step.do === 'readopt' ? [uidOf(step.snapshot.metadata)] : [],
      ),
    ),
    unnamed: new Map(),
  };
  const at = waiting.now();
  const results: Result[] = [];
  const left: { result: Result; object: KubeObject; by: KubeObject }[] = [];
  const waitingFor = new Map<Result, number>();
  for (const [index, step] of plan.steps.entries()) {
    const closed = waitsForItsNamespace(run, step, results);
    if (closed) {
      waitingFor.set(closed, (waitingFor.get(closed) ?? 0) + 1);
      continue;
    }
    const unmade = notMade(run, step);
    for (const result of unmade ? [unmade] : await outcome(run, step)) {
      results.push(result);
      if (step.do === 'none' && step.awaited && !unmade) left.push({ result, ...step.awaited });
      await progress({ done: index + 1, of: plan.steps.length, result });
    }
  }
  for (const [closed, count] of waitingFor) {
    const rest = count === 1 ? 'one more of the act waits' : `${count} more of the act wait`;
    results[results.indexOf(closed)] = { ...closed, note: `${closed.note ?? ''}; in it ${rest} for that` };
  }
  // What was left to a controller was promised all the same: whether it came is looked at.
  for (const { result, note } of await stillMissing(run, left)) {
    const at = results.indexOf(result);
    results[at] = { ...result, result: 'failed', note };
    await progress({ done: plan.steps.length, of: plan.steps.length, result: results[at] });
  }
  for (const one of [...run.unnamed.values()].flat()) {
    const note = `it is back, but its owner ${one.reference.kind} ${one.reference.name} is not: it names none`;
    results.push({ what: describeRef(one.ref), result: 'failed', note });
  }
  // What was kept is whole without them: they are told, and hold up nothing.
  const told = [...results, ...plan.unseen];
  const record: UndoRecord = {
    id: options.id,
    actId: plan.actId,
    at,
    by: options.by,
    kind: 'undo',
    results: told,
    ...(run.made.size > 0 ? { made: [...run.made].map(([was, now]) => ({ was, now })) } : {}),
  };
  const whole = results.every(
    ({ result }) => result === 'done' || result === 'unchanged' || result === 'skipped',
  );
  const retained = whole ? plan.retained.map((one) => ({ ...one, state: 'undone' as const })) : [];
  return { record, softenings: [...run.softenings, ...retained] };
}

/** What was left to one that is not made: nothing is waited for. */
function notMade(run: Run, step: UndoStep): Result | undefined {
  if (step.do !== 'none' || !step.awaited) return undefined;
  const { object, by } = step.awaited;
  if (!run.unmade.has(uidOf(by.metadata))) return undefined;
  run.unmade.add(uidOf(object.metadata));
  return {
    ...step.result,
    result: 'skipped',
    note: `${by.kind} ${by.metadata.name} is not made, which makes it`,
  };
}

async function outcome(run: Run, step: UndoStep): Promise<Result[]> {
  try {
    return await carryOut(run, step);
  } catch (error) {
    if (step.do === 'create' || step.do === 'readopt') {
      run.missing.add(uidOf(step.snapshot.metadata));
      run.coming.delete(uidOf(step.snapshot.metadata));
    }
    const note = messageOf(error);
    return [{ what: whatOf(step), result: 'failed', note }];
  }
}

function carryOut(run: Run, step: UndoStep): Promise<Result[]> | Result[] {
  switch (step.do) {
    case 'none':
      return [step.result];
    case 'create':
      return createStep(run, step);
    case 'readopt':
      return readoptStep(run, step);
    case 'retain':
      return retainStep(run, step);
    case 'await-bound':
      return awaitBoundStep(run, step);
    case 'reclaim':
      return reclaimStep(run, step);
    case 'scale':
      return scaleStep(run, step);
    case 'relink':
      return relinkStep(run, step);
    case 'revert':
      return revertStep(run, step);
    case 'own':
      return ownStep(run, step);
  }
}

function whatOf(step: UndoStep): string {
  switch (step.do) {
    case 'none':
      return step.result.what;
    case 'create':
    case 'readopt':
    case 'revert':
    case 'own':
      return nameOf(step.snapshot);
    case 'retain':
    case 'reclaim':
      return `PersistentVolume ${step.volume.name}`;
    case 'await-bound':
      return `PersistentVolumeClaim ${step.claim.namespace}/${step.claim.name}`;
    case 'scale':
    case 'relink':
      return describeRef(step.ref);
  }
}
