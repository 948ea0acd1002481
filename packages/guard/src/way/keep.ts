// Step: keep
import {
  type Clock,
  type Journal,
  type Promised,
  type Radius,
  type Snapshot,
  ToolcribError,
} from '@toolcrib/model';
import { kindOf } from '../effects/index.ts';
import { partOf } from '../radius/index.ts';
import type { JudgedAhead } from './offered.ts';
import type { OnTheWay } from './on-the-way.ts';
import { type JudgingAhead, nextOnes } from './read-ahead.ts';
import { type Recording, requestRecord } from './recording.ts';
import type { Form, Step } from './step.ts';
import { wholeObjects } from './whole-objects.ts';
import { isAnothers } from './without-net.ts';

/** Where something is kept before it goes. */
export interface Keeping {
  journal: Pick<Journal, 'keep' | 'together'>;
  onTheWay: Pick<OnTheWay, 'handedOver'>;
  clock: Pick<Clock, 'now'>;
  /** What the rules' file is now. */
  rules(): string;
}

interface KeptFor {
  /** Why not, where it was not; an error where another guard may have it by now. */
  kept: 'kept' | string | ToolcribError;
  /** What was kept with it, since its act will come to it. */
  ahead: JudgedAhead[];
}

/** The request, and what can be read ahead of its act, in one transaction. */
export async function keep(
  deps: Keeping & JudgingAhead & Recording,
  step: Step,
  form: Form,
): Promise<KeptFor> {
  const { request, subject, live } = step;
  if (form.because !== undefined) return { kept: reasonOf(form.because), ahead: [] };
  if (subject.blind !== undefined) return { kept: subject.blind, ahead: [] };
  try {
    const takenAt = deps.clock.now();
    const rules = deps.rules();
    const next = form.as === 'as-sent' && form.approvedAt === undefined ? await step.next : undefined;
    const ahead = next ? nextOnes(deps, step, next) : [];
    const own = await snapshotOf(step, takenAt, ahead.length > 0 ? request.id : undefined);
    const kept = requestRecord(step, 'kept', { at: takenAt, snapshotId: own.id });
    const also = await Promise.all(
      ahead.map(async (one): Promise<JudgedAhead> => {
        const snapshot = await snapshotOf(one, takenAt, request.id, true);
        const record = requestRecord(one, 'kept', { at: takenAt, snapshotId: snapshot.id, ahead: true });
        return { step: one, snapshot, record, rules };
      }),
    );
    const first = { snapshot: own, request: kept };
    if (also.length === 0) {
      await deps.acts.save(live);
      await deps.journal.keep(own, kept);
    } else {
      const rest = also.map(({ snapshot, record }) => ({ snapshot, request: record }));
      await deps.journal.together({ act: live.act, keep: [first, ...rest] });
    }
    deps.onTheWay.handedOver(kept);
    return { kept: 'kept', ahead: also };
  } catch (error) {
    if (!(error instanceof ToolcribError)) throw error;
    deps.log('not kept', { path: request.path, why: error.message });
    if (isAnothers(error)) return { kept: error, ahead: [] };
    return { kept: reasonOf(error), ahead: [] };
  }
}

/**
 * @param piece the request with whose snapshot it lies in one piece; undefined where it lies by itself
 * @param judgedAhead only what goes by itself is
 */
async function snapshotOf(
  { request, as, cluster, subject, seen, live }: Step,
  takenAt: number,
  piece: string | undefined,
  judgedAhead = false,
): Promise<Snapshot> {
  // What only begins a command takes nothing itself; each request that follows keeps what it takes.
  // Of what its whole act will go through, each request keeps the part that hangs on its own targets.
  const uids = new Set(subject.objects.flatMap(({ metadata }) => metadata.uid ?? []));
  const members = kindOf(subject.effect).begins
    ? []
    : judgedAhead
      ? (seen.own?.members ?? [])
      : partOf(seen.radius, uids);
  const radius = { ...seen.radius, members };
  return {
    id: piece === undefined ? `snap-${request.id}` : `snap-${piece}/${request.id}`,
    actId: live.act.id,
    requestId: request.id,
    takenAt,
    context: request.context,
    objects: await wholeObjects(cluster, radius, [...subject.objects, ...(subject.also ?? [])], as),
    promised: promisedOf(radius),
  };
}

/** What was said of each object that goes: an undo keeps to it, whatever stands by then. */
function promisedOf(radius: Radius): Promised[] {
  return radius.members
    .filter(({ fate }) => fate === 'deleted')
    .map(({ ref: { uid = '' }, loss }) => ({ uid, loss }));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}
