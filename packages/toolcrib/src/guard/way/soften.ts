import { type SoftenRecord, ToolcribError } from '../../model/index.ts';
import { failure } from '../door/status.ts';
import type { Instruction } from '../request.ts';
import { orphanFirst } from '../soften/index.ts';
import { answer, goneStatus } from './answers.ts';
import type { WayDeps } from './deps.ts';
import { impersonation } from './impersonation.ts';
import type { Step } from './judge.ts';
import { record } from './seen.ts';

/**
 * Carries a delete out in softened form: the workload goes, its Pods keep running until the window ends. Never
 * silent: the answer says what still runs, until when, how to finish now and how to undo.
 */
export async function soften(deps: WayDeps, step: Step, warnings: string[]): Promise<Instruction> {
  const { request, subject, seen, live } = step;
  const [target] = subject.objects;
  if (subject.effect.verb !== 'delete' || !target || !seen.softening?.possible) {
    const why =
      seen.softening && !seen.softening.possible ? seen.softening.why : 'this can only go as it was sent';
    await record(deps, step, 'refused', { note: `can't be softened: ${why}`, status: 403 });
    return answer(
      failure(
        403,
        `toolcrib: this can't be softened: ${why}. Nothing was sent; send it again to decide anew.`,
      ),
    );
  }
  const { apiVersion, kind, metadata } = target;
  const { name, namespace, uid = '' } = metadata;
  const finishAfter = deps.clock.now() + deps.policy().softenMs;
  const started: SoftenRecord = {
    actId: live.act.id,
    requestId: request.id,
    context: request.context,
    owner: { apiVersion, kind, namespace, name, uid },
    left: [],
    gracePeriodSeconds: subject.effect.options.gracePeriodSeconds,
    finishAfter,
    state: 'started',
  };
  await deps.journal.saveSoften(started);
  try {
    const cluster = await deps.clusterFor(request.context);
    const done = await orphanFirst(cluster, {
      target,
      actId: live.act.id,
      requestId: request.id,
      finishAfter,
      options: subject.effect.options,
      as: impersonation(request.headers),
    });
    await deps.journal.saveSoften({ ...done, state: 'softened' });
    const pods = done.left.filter((ref) => ref.kind === 'Pod').length;
    const until = new Date(finishAfter).toISOString().slice(0, 16).replace('T', ' ');
    const note = `${kind} ${name} is gone, ${pods} Pods keep running until ${until} UTC`;
    await record(deps, step, 'softened', { status: 200, note });
    deps.notifier.tell({ kind: 'softened', title: `Softened: ${live.act.title}`, text: note });
    const told = `toolcrib softened this: ${note}. Finish now: toolcrib finish ${live.act.id}. Undo: toolcrib undo ${live.act.id}`;
    return answer(goneStatus(subject.effect.target, uid), [...warnings, told]);
  } catch (error) {
    if (!(error instanceof ToolcribError)) throw error;
    await deps.journal
      .saveSoften({ ...started, state: 'failed', note: error.message })
      .catch(() => undefined);
    await record(deps, step, 'failed', { note: `softening failed: ${error.message}`, status: 500 });
    const next = error.next ? ` ${error.next}` : '';
    return answer(
      failure(
        500,
        `toolcrib could not soften this: ${error.message}${next} See: toolcrib log ${live.act.id}`,
      ),
    );
  }
}
