// Step: forward
import { groupVersionOf, type KubeObject } from '@toolcrib/kube';
import { certainlyNotDone, type SoftenRecord, ToolcribError } from '@toolcrib/model';
import type { EffectOf } from '../effects/effect-kind.ts';
import { deleteIn, kindOf } from '../effects/index.ts';
import type { Lease } from '../lease/lease.ts';
import { leasedCluster } from '../lease/leased-cluster.ts';
import type { GuardPolicy } from '../policy/policy.ts';
import type { Instruction } from '../request.ts';
import { isPreconditionFailure, orphanFirst, type Retained, retainFirst } from '../soften/index.ts';
import { answer, failure } from '../status.ts';
import type { Ahead } from './ahead.ts';
import { goneStatus } from './answers.ts';
import type { OnTheWay } from './on-the-way.ts';
import { type RecordingUnsure, record, recordUnsure } from './recording.ts';
import { type Claims, settleClaim } from './retained.ts';
import { saveSoftening } from './softening-records.ts';
import type { Step } from './step.ts';

/** What softening takes. */
export type SoftenDeps = RecordingUnsure &
  Claims & {
    policy(): GuardPolicy;
    lease: Lease;
    onTheWay: Pick<OnTheWay, 'ifDeleted'>;
    ahead: Pick<Ahead, 'recallAll'>;
    /** Something was softened: from now on CREATEs into its window are judged. Resolves once the door knows. */
    windowOpened(): Promise<void>;
  };

/**
 * Carries a delete out in softened form. Never silent: the answer says what still runs or stays, until when, how to
 * finish now and how to undo.
 * @param guard as which this one has kept it: gone on as another, it changes nothing by it
 */
export async function soften(
  deps: SoftenDeps,
  judged: Step,
  warnings: string[],
  guard: string,
): Promise<Instruction> {
  const step = { ...judged, cluster: leasedCluster(judged.cluster, deps.lease, guard) };
  const { subject, seen } = step;
  const [target] = subject.objects;
  const effect = deleteIn(subject.effect);
  if (!effect || !target || !seen.softening?.possible) {
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
  try {
    return seen.softening.how === 'retain-first'
      ? await softenClaim(deps, { ...step, effect }, target, warnings)
      : await softenWorkload(deps, { ...step, effect }, target, warnings);
  } catch (error) {
    if (!(error instanceof ToolcribError)) throw error;
    if (isPreconditionFailure(error)) return unmet(deps, step, target, error.message);
    return softenFailed(deps, step, [error.message, error.next].filter(Boolean).join(' '));
  }
}

/** Orphan-first: the workload goes, its Pods keep running until the window ends. */
async function softenWorkload(
  deps: SoftenDeps,
  step: Step & { effect: EffectOf<'delete'> },
  target: KubeObject,
  warnings: string[],
): Promise<Instruction> {
  const { request, as, cluster, effect, live } = step;
  const { name, namespace = '', uid = '' } = target.metadata;
  const { group, version, resource } = effect.target;
  deps.softenings.underWay.add(request.id);
  const done = await orphanFirst(
    cluster,
    {
      target: { group, version, resource, namespace, name },
      uid,
      act: live.act.id,
      requestId: request.id,
      finishAfter: deps.clock.now() + deps.policy().softenMs,
      options: effect.options,
      as,
    },
    async ({ record: now }) => {
      await saveSoftening(deps.journal, now);
      // What its Pods need from here on is not asked about where it was judged before.
      await deps.ahead.recallAll();
    },
  ).finally(() => deps.softenings.underWay.delete(request.id));
  await saveSoftening(deps.journal, done);
  await deps.windowOpened();
  if (done.state === 'started') return notYetSoftened(deps, step, done.note ?? 'it has not come to its end.');
  if (done.state !== 'softened') return softenFailed(deps, step, done.note ?? 'it did not come to its end');
  const pods = done.left.filter((ref) => ref.kind === 'Pod').length;
  const until = new Date(done.finishAfter).toISOString().slice(0, 16).replace('T', ' ');
  const note = `${target.kind} ${name} is gone, ${pods} Pods keep running until ${until} UTC`;
  return softened(deps, step, note, warnings, uid);
}

/** Retain-first: the volume's reclaim policy is set to Retain and read back; only then the claim's delete goes out. */
async function softenClaim(
  deps: SoftenDeps,
  step: Step & { effect: EffectOf<'delete'> },
  target: KubeObject,
  warnings: string[],
): Promise<Instruction> {
  const { request, as, cluster, effect, seen, live } = step;
  const volumes = seen.radius.members
    .filter((member) => member.ref.kind === 'PersistentVolume' && member.loss === 'lost')
    .map((member) => ({ name: member.ref.name, uid: member.ref.uid ?? '' }));
  const { apiVersion, kind, metadata } = target;
  const started: SoftenRecord = {
    actId: live.act.id,
    requestId: request.id,
    context: request.context,
    owner: { apiVersion, kind, namespace: metadata.namespace, name: metadata.name, uid: metadata.uid ?? '' },
    left: [],
    finishAfter: deps.clock.now() + deps.policy().softenMs,
    how: 'retain-first',
    ...(as === undefined ? {} : { as }),
    state: 'started',
  };
  deps.softenings.underWay.add(request.id);
  let now = started;
  const save = (sofar: Retained) => {
    now = { ...started, volumes: structuredClone(sofar) };
    return deps.journal.saveSoften(now);
  };
  try {
    await deps.journal.saveSoften(now);
    await save(await retainFirst(cluster, volumes, { as, save }));
  } catch (error) {
    if (!certainlyNotDone(error) && error instanceof ToolcribError) {
      // Set to Retain a volume may still be: given back now, it would stay so unseen.
      deps.softenings.underWay.delete(request.id);
      return notYetSoftened(deps, step, `${error.message} ${kind} ${metadata.name} was not deleted.`);
    }
    await settleClaim(deps, now, { notSent: error instanceof Error ? error.message : String(error) });
    throw error;
  }
  // Softened it is only once the cluster has taken the claim's delete: `settled` says.
  deps.onTheWay.ifDeleted(request.id, now);
  const names = volumes.map(({ name }) => name).join(', ');
  const { id } = live.act;
  const told = [
    `toolcrib has set ${names} to Retain first: the data stays when ${target.kind} ${metadata.name} goes`,
    `toolcrib undo ${id}   takes it back`,
    `toolcrib finish ${id}   gives the data up`,
  ];
  return {
    do: 'forward',
    ...kindOf(effect).pinned(effect, request, target),
    warnings: [...warnings, ...told],
  };
}

async function softened(
  deps: SoftenDeps,
  step: Step,
  note: string,
  warnings: string[],
  uid: string,
): Promise<Instruction> {
  const { id, title } = step.live.act;
  await record(deps, step, 'softened', { status: 200, note });
  deps.notifier.tell({ kind: 'softened', title: `Softened: ${title}`, text: note });
  const told = [
    `toolcrib softened this: ${note}`,
    `toolcrib undo ${id}   takes it back`,
    `toolcrib finish ${id}   finishes it now`,
  ];
  const target = step.subject.effect.target;
  return answer(goneStatus(target ?? { group: '', resource: '' }, uid), [...warnings, ...told]);
}

/** The client's own precondition is not met: the cluster's answer to the delete as it was sent. Nothing was written. */
async function unmet(
  deps: SoftenDeps,
  step: Step,
  target: KubeObject,
  message: string,
): Promise<Instruction> {
  await record(deps, step, 'refused', { note: message, status: 409 });
  const { group } = groupVersionOf(target.apiVersion);
  const details = { name: target.metadata.name, ...(group ? { group } : {}), kind: target.kind };
  return answer(failure(409, message, details));
}

/** The cluster's answer to one of our writes told nothing for certain: nothing is called back, and it is gone on with later. */
async function notYetSoftened(deps: SoftenDeps, step: Step, why: string): Promise<Instruction> {
  await recordUnsure(deps, step, `softening: ${why.replace(/\.$/, '')}`, { status: 504 });
  deps.notifier.tell({ kind: 'failed', title: `Not softened yet: ${step.live.act.title}`, text: why });
  const { id } = step.live.act;
  return answer(
    failure(504, `toolcrib does not know yet whether this was softened: ${why} See:\n  toolcrib log ${id}`),
  );
}

async function softenFailed(deps: SoftenDeps, step: Step, why: string): Promise<Instruction> {
  await record(deps, step, 'failed', { note: `softening: ${why}`, status: 500 });
  deps.notifier.tell({ kind: 'failed', title: `Not softened: ${step.live.act.title}`, text: why });
  return answer(
    failure(500, `toolcrib could not soften this: ${why} See:\n  toolcrib log ${step.live.act.id}`),
  );
}
