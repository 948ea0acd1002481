// Step: record
import {
  type Clock,
  type Journal,
  notYetKnown,
  type RequestRecord,
  type RequestState,
} from '@toolcrib/model';
import type { GuardPolicy } from '../policy/policy.ts';
import { notInTheNet } from '../radius/index.ts';
import type { Acts } from './act-registry.ts';
import type { LetGo } from './let-go.ts';
import type { Log } from './log.ts';
import type { OnTheWay } from './on-the-way.ts';
import type { Step } from './step.ts';

/** Where it is written down what became of a request. */
export interface Recording {
  acts: Pick<Acts, 'save'>;
  journal: Pick<Journal, 'saveRequest'>;
  onTheWay: Pick<OnTheWay, 'of' | 'ended'>;
  letGo: Pick<LetGo, 'forget'>;
  clock: Pick<Clock, 'now'>;
  log: Log;
}

/** The same where nobody knows yet. */
export interface RecordingUnsure extends Recording {
  policy(): GuardPolicy;
  /** The journal has a request of which nobody knows what became: the cluster is to be asked, in time. */
  lookLater(): void;
}

/** A request as it is written down. @param more `at`: when, in milliseconds since 1970 */
export function requestRecord(
  step: Step,
  state: RequestState,
  more: Partial<Pick<RequestRecord, 'note' | 'status' | 'snapshotId' | 'unsure' | 'ahead'>> & { at: number },
): RequestRecord {
  const { request, as, subject, live, decision } = step;
  const { at, ...rest } = more;
  const unseen = notInTheNet(step.seen.radius);
  return {
    id: request.id,
    actId: live.act.id,
    at,
    method: request.method,
    path: request.query ? `${request.path}?${request.query}` : request.path,
    effect: subject.effect,
    decision,
    state,
    targetUids: subject.objects.flatMap((object) => object.metadata.uid ?? []),
    ...(unseen.length === 0 ? {} : { unseen }),
    ...(as === undefined ? {} : { as }),
    ...rest,
  };
}

/** Writes down what became of a request. A journal that can't be written stops no refusal: it is logged. */
export async function record(
  deps: Recording,
  step: Step,
  state: RequestState,
  more: Partial<Pick<RequestRecord, 'note' | 'status' | 'unsure'>> = {},
): Promise<void> {
  if (state === 'held' || state === 'refused') deps.letGo.forget(step.request.id);
  try {
    await deps.acts.save(step.live);
    const { id } = step.request;
    const snapshotId = deps.onTheWay.of(id)?.snapshotId;
    await deps.journal.saveRequest(
      requestRecord(step, state, { ...more, at: deps.clock.now(), ...(snapshotId ? { snapshotId } : {}) }),
    );
    // Only `kept` is on its way; any other state is an end, or not yet a beginning.
    deps.onTheWay.ended(id);
  } catch (error) {
    deps.log('the journal could not be written', { state, why: String(error) });
  }
}

/** Writes down that nobody knows yet what became of a request, and sees to it that the cluster is asked. */
export async function recordUnsure(
  deps: RecordingUnsure,
  step: Step,
  why: string,
  more: { status: number },
): Promise<void> {
  const until = deps.clock.now() + deps.policy().mayArriveMs(step.request.context);
  await record(deps, step, 'unsettled', {
    ...more,
    unsure: { why, until },
    note: `${why}; ${notYetKnown(until)}`,
  });
  deps.lookLater();
}
