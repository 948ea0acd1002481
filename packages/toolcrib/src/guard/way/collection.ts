import type { KubeObject } from '@toolcrib/kube';
import { apiVersionOf } from '@toolcrib/kube';
import { ToolcribError } from '../../model/index.ts';
import { failure } from '../door/status.ts';
import type { Instruction } from '../request.ts';
import { answer } from './answers.ts';
import type { WayDeps } from './deps.ts';
import { impersonation } from './impersonation.ts';
import type { Step } from './judge.ts';
import { record } from './seen.ts';

/**
 * A collection delete goes out as single deletes, each pinned to the UID that was kept: one `preconditions.uid` would
 * go to every item. Every failure is told; none is skipped in silence.
 */
export async function releaseCollection(deps: WayDeps, step: Step, warnings: string[]): Promise<Instruction> {
  const { request, subject } = step;
  if (subject.effect.verb !== 'delete-collection') throw new Error('not a collection');
  const { target, options } = subject.effect;
  const cluster = await deps.clusterFor(request.context);
  const as = impersonation(request.headers);
  const failures: { object: KubeObject; why: string }[] = [];
  for (const object of subject.objects) {
    const { namespace, name, uid } = object.metadata;
    const preconditions = { ...options.preconditions, uid };
    try {
      await cluster.delete(target, { namespace, name }, { ...options, preconditions }, as);
    } catch (error) {
      if (!(error instanceof ToolcribError)) throw error;
      failures.push({ object, why: error.message });
    }
  }
  const done = subject.objects.length - failures.length;
  if (failures.length === 0) {
    await record(deps, step, 'answered', { status: 200, note: `${done} deleted one by one` });
    const apiVersion = apiVersionOf(target);
    const kind = `${subject.objects[0]?.kind ?? ''}List`;
    const list = { apiVersion, kind, metadata: {}, items: subject.objects };
    return { do: 'answer', status: 200, body: JSON.stringify(list), type: 'application/json', warnings };
  }
  const causes = failures.map(({ object, why }) => ({
    reason: 'DeleteFailed',
    field: object.metadata.name,
    message: why,
  }));
  const note = `${done} of ${subject.objects.length} deleted; failed: ${causes.map((cause) => cause.field).join(', ')}`;
  await record(deps, step, 'answered', { status: 500, note });
  return answer(failure(500, `toolcrib: ${note}. ${failures[0]?.why ?? ''}`, { causes }), warnings);
}
