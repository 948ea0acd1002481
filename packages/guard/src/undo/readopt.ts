import type { KubeObject } from '@toolcrib/kube';
import { controllerOf, describeRef } from '@toolcrib/kube';
import { createStep } from './create.ts';
import { restartsOf } from './readopt-plan.ts';
import type { Run } from './running.ts';
import type { Result, UndoStep } from './steps.ts';
import { unmarkLeft } from './unmark.ts';
import { waitFor } from './wait.ts';

type Readopt = Extract<UndoStep, { do: 'readopt' }>;
type Left = Readopt['record']['left'];

/** The kinds that a controller of this kind takes back by its selector. */
const ADOPTED: Record<string, string[]> = {
  Deployment: ['ReplicaSet'],
  ReplicaSet: ['Pod'],
  StatefulSet: ['Pod', 'ControllerRevision'],
  DaemonSet: ['Pod', 'ControllerRevision'],
};

/**
 * Creates the owner again from its stored, defaulted template, waits until it controls the very same objects (by
 * UID), and then takes the marks off everything that carries the act.
 */
export async function readoptStep(run: Run, step: Readopt): Promise<Result[]> {
  const { record, snapshot, info } = step;
  const [created] = await createStep(run, { do: 'create', info, snapshot, waitGone: record.owner.uid });
  if (!created || !['done', 'unchanged'].includes(created.result)) return created ? [created] : [];
  const owner = run.uids.get(record.owner.uid) ?? '';
  const direct = record.left.filter(({ kind }) => ADOPTED[record.owner.kind]?.includes(kind));
  const gone: Left = [];
  for (const left of direct) {
    const adopted = await waitFor(
      run.waiting,
      `${describeRef(left)} was not taken back by ${describeRef(record.owner)}; its mark stays on`,
      () => adoptedBy(run, left, owner),
    );
    if (adopted === 'gone') gone.push(left);
  }
  const still = await unmarkLeft(run.cluster, record, { as: run.as, all: true });
  if (still > 0) throw new Error(`the marks of the act could not be taken off ${still} objects: ask again`);
  run.softenings.push({ ...record, state: 'undone', note: undefined });
  return [{ ...created, note: await said(run, step, gone) }];
}

async function adoptedBy(run: Run, left: Left[number], owner: string): Promise<'yes' | 'gone' | undefined> {
  const now = await read(run, left);
  if (!now || now.metadata.deletionTimestamp) return 'gone';
  const controller = controllerOf(now);
  if (controller && controller.uid !== owner) return 'gone';
  return controller?.uid === owner ? 'yes' : undefined;
}

async function read(run: Run, left: Left[number]): Promise<KubeObject | undefined> {
  const info = await run.cluster.typeOf(left, run.as);
  const now = await run.cluster.get(info, { namespace: left.namespace, name: left.name }, run.as);
  return now?.metadata.uid === left.uid ? now : undefined;
}

/** How many Pods are the very same, counted at this moment. */
async function said(run: Run, step: Readopt, gone: Left): Promise<string> {
  const pods = step.record.left.filter(({ kind }) => kind === 'Pod');
  let same = 0;
  let restarts = 0;
  for (const pod of pods) {
    const now = await read(run, pod);
    if (!now || now.metadata.deletionTimestamp) continue;
    same++;
    restarts += Math.max(0, restartsOf(now) - (step.restarts[pod.uid] ?? 0));
  }
  const lost = pods.length - same;
  const again = lost > 0 ? `; ${lost} had gone meanwhile and ${lost === 1 ? 'is' : 'are'} made again` : '';
  const others = gone.filter(({ kind }) => kind !== 'Pod').map((left) => `${left.kind} ${left.name}`);
  const besides = others.length > 0 ? `; gone: ${others.join(', ')}` : '';
  return `${same} of ${pods.length} Pods are the same ones, ${restarts} restarts${again}${besides}`;
}
