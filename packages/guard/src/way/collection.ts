// Step: forward
import type { KubeObject } from '@toolcrib/kube';
import { apiVersionOf } from '@toolcrib/kube';
import { type As, type Cluster, certainlyNotDone, type Target, ToolcribError } from '@toolcrib/model';
import type { Lease } from '../lease/lease.ts';
import { leasedCluster } from '../lease/leased-cluster.ts';
import type { Instruction } from '../request.ts';
import { answer, failure } from '../status.ts';
import { type Denials, noMeanwhile, type Yes } from './ended.ts';
import type { OnTheWay } from './on-the-way.ts';
import { type RecordingUnsure, record, recordUnsure } from './recording.ts';
import type { StandingOwners } from './standing.ts';
import type { Step } from './step.ts';

export type OneByOne = RecordingUnsure &
  Denials & {
    onTheWay: Pick<OnTheWay, 'hasClientLeft' | 'of'>;
    lease: Lease;
    owners: Pick<StandingOwners, 'mayFall'>;
  };

/**
 * A collection delete goes out as single deletes, each pinned to the UID that was kept: one `preconditions.uid` would
 * go to every item. Every failure is told; none is skipped in silence.
 * @param guard as which it was kept
 */
export async function releaseCollection(
  deps: OneByOne,
  step: Step,
  yes: Yes,
  warnings: string[],
  guard: string,
): Promise<Instruction> {
  const { request, as, subject } = step;
  // What could not be written down nobody else knows of, so nobody has taken it over.
  const written = deps.onTheWay.of(request.id) !== undefined;
  const cluster = written ? leasedCluster(step.cluster, deps.lease, guard) : step.cluster;
  if (!('options' in subject.effect)) throw new Error('nothing that is deleted one by one');
  const { target, options } = subject.effect;
  const failures: { object: KubeObject; why: string }[] = [];
  let unsure = 0;
  for (const object of subject.objects) {
    const { namespace, name, uid } = object.metadata;
    // A precondition of the client's own holds for every item, as on the server.
    const preconditions = { ...options.preconditions, uid: options.preconditions?.uid ?? uid };
    if (deps.onTheWay.hasClientLeft(request.id)) {
      failures.push({ object, why: 'the client went; it was not sent' });
      continue;
    }
    const no = noMeanwhile(deps, step, yes);
    if (no !== undefined) {
      failures.push({ object, why: `${no}; it was not sent` });
      continue;
    }
    // One after another they may take longer than what was said before the first of them.
    deps.owners.mayFall();
    try {
      await cluster.delete(target, { namespace, name }, { ...options, preconditions }, as);
    } catch (error) {
      if (!(error instanceof ToolcribError)) throw error;
      failures.push({ object, why: error.message });
      if (!certainlyNotDone(error)) unsure++;
    }
  }
  const done = subject.objects.length - failures.length;
  if (failures.length === 0) {
    await record(deps, step, 'answered', { status: 200, note: `${done} deleted one by one` });
    const apiVersion = apiVersionOf(target);
    const kind = `${subject.objects[0]?.kind ?? (await kindOf(target, cluster, as))}List`;
    const list = { apiVersion, kind, metadata: {}, items: subject.objects };
    return { do: 'answer', status: 200, body: JSON.stringify(list), type: 'application/json', warnings };
  }
  const causes = failures.map(({ object, why }) => ({
    reason: 'DeleteFailed',
    field: object.metadata.name,
    message: why,
  }));
  const note = `${done} of ${subject.objects.length} deleted; failed: ${causes.map((cause) => cause.field).join(', ')}`;
  if (unsure > 0) await recordUnsure(deps, step, `${note}; of ${unsure} it is not certain`, { status: 500 });
  else await record(deps, step, 'answered', { status: 500, note });
  return answer(failure(500, `toolcrib: ${note}. ${failures[0]?.why ?? ''}`, { causes }), warnings);
}

/** Also where nothing of it is there. */
async function kindOf({ group, resource }: Target, cluster: Cluster, as: As | undefined): Promise<string> {
  const { resources } = await cluster.resources(as);
  return resources.find((one) => one.group === group && one.resource === resource)?.kind ?? '';
}
