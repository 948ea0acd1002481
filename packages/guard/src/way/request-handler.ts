// Step: door
import { describeRef } from '@toolcrib/kube';
import {
  asUnsure,
  type Clock,
  type Journal,
  type Notifier,
  type RequestRecord,
  SENDING,
  type SoftenRecord,
} from '@toolcrib/model';
import type { SessionLists } from '../act/sessions.ts';
import type { HoldDesk } from '../hold/desk.ts';
import type { Lease } from '../lease/lease.ts';
import { STOOD_STILL, stillOurs } from '../lease/leased-cluster.ts';
import type { GuardPolicy } from '../policy/policy.ts';
import type { Hosted } from '../port/host.ts';
import { createWatchKey } from '../port/messages.ts';
import type { AskedRequest, Outcome, RequestHandler } from '../request.ts';
import type { Ahead } from './ahead.ts';
import { stoodStillAnswer } from './answers.ts';
import type { EarlyLooks } from './early.ts';
import type { GoingOut } from './going.ts';
import { type JudgeDeps, judge } from './judge.ts';
import type { LetGo } from './let-go.ts';
import type { LiveAct } from './live-act.ts';
import type { Log } from './log.ts';
import type { OnTheWay, WhenCreated } from './on-the-way.ts';
import { type Claims, isUnsure, settleClaim } from './retained.ts';
import { saveSoftening } from './softening-records.ts';

/** What following a request to its end takes. */
export interface Following extends Claims {
  journal: Pick<Journal, 'act' | 'saveRequest' | 'together' | 'softenings' | 'saveSoften'>;
  onTheWay: OnTheWay;
  ahead: Pick<Ahead, 'settled'>;
  going: Pick<GoingOut, 'settled'>;
  letGo: Pick<LetGo, 'forget'>;
  clock: Pick<Clock, 'now'>;
  policy(): GuardPolicy;
  /** Completes a softened delete now (the undo capability's work; injected, since capabilities never import each other). */
  finish(softened: SoftenRecord, why: string): Promise<void>;
  /** The journal has a request of which nobody knows what became: the cluster is to be asked, in time. */
  lookLater(): void;
  log: Log;
}

/** Judging, following, and what the door tells besides. */
export type RequestHandlerDeps = JudgeDeps &
  Following & {
    desk: Pick<HoldDesk, 'gone' | 'close'>;
    sessions: Pick<SessionLists, 'notice'>;
    early: Pick<EarlyLooks, 'begin'>;
    ahead: Pick<Ahead, 'recall' | 'recallAll'>;
    clock: Clock;
    lease: Lease;
  };

/** The thinking part, behind the port: judges, and follows what becomes of what it let go. */
export function requestHandler(deps: RequestHandlerDeps): Omit<RequestHandler, 'watchesCreates' | 'left'> &
  Pick<Hosted, 'passed' | 'left' | 'close'> & {
    /** It was sent with a pass, and nothing is known of it yet. */
    late(id: string, context: string): void;
  } {
  const underWay = new Set<Promise<unknown>>();
  const follow = <T>(work: Promise<T>): Promise<T> => {
    const done = work.finally(() => underWay.delete(done)) as Promise<T>;
    underWay.add(done);
    return done;
  };
  const patient = new Map<string, () => void>();
  const settled = (id: string, outcome: Outcome): void => {
    patient.get(id)?.();
    patient.delete(id);
    follow(settle(deps, id, outcome)).catch((error: unknown) => {
      // The row stays `kept`; the next start asks the cluster what became of it.
      deps.log('an outcome could not be written down', { id, why: String(error) });
    });
  };
  /** A connection that lives on without a word (a suspended machine, a lost route): nobody waits for its end. */
  const patience = (id: string, context: string): void => {
    const wait = deps.policy().mayArriveMs(context) + SENDING;
    const late = () => settled(id, { failed: `none within ${Math.round(wait / 1000)} s` });
    patient.set(id, deps.clock.after(wait, late));
  };
  return {
    judge: async (request: AskedRequest) => {
      const guard = deps.lease.guard();
      const instruction = await follow(judge(deps, request)).finally(() => deps.onTheWay.judged(request.id));
      // What could not be written down nobody else knows of, so nobody has taken it over.
      if (instruction.do !== 'forward' || !deps.onTheWay.of(request.id)) return instruction;
      if (!(await stillOurs(deps.lease, guard))) {
        settled(request.id, { notSent: STOOD_STILL });
        return stoodStillAnswer();
      }
      patience(request.id, request.context);
      return { ...instruction, lease: { guard, until: deps.lease.until() } };
    },
    settled,
    passed(all) {
      follow(settlePassed(deps, all)).catch((error: unknown) => {
        deps.log('outcomes could not be written down', { ids: all.map(({ id }) => id), why: String(error) });
      });
      for (const { id } of all) {
        patient.get(id)?.();
        patient.delete(id);
      }
    },
    late: (id, context) => {
      if (deps.onTheWay.of(id)) patience(id, context);
    },
    left(actIds) {
      for (const id of actIds) void follow(deps.ahead.recall(id));
    },
    gone(id) {
      deps.onTheWay.clientLeft(id);
      deps.desk.gone(id);
    },
    noticed(read) {
      deps.sessions.notice(read);
      deps.early.begin(read);
    },
    async close() {
      deps.desk.close();
      await deps.ahead.recallAll();
      for (const cancel of patient.values()) cancel();
      await Promise.allSettled(underWay);
    },
  };
}

async function settle(deps: Following, id: string, outcome: Outcome): Promise<void> {
  // An eviction that a budget refuses takes nothing.
  if ('notSent' in outcome || ('said' in outcome && outcome.said === 'no')) deps.letGo.forget(id);
  const then = deps.onTheWay.takeIfCreated(id);
  if (then && 'status' in outcome && outcome.said === 'yes') await created(deps, then);
  const retained = deps.onTheWay.takeIfDeleted(id);
  deps.going.settled(id, 'status' in outcome && outcome.said === 'yes');
  const request = deps.onTheWay.ended(id);
  try {
    if (request) await writeDown(deps, request, outcome);
  } finally {
    if (retained) await settleClaim(deps, retained, outcome);
  }
}

/** The cluster has taken a create in a softened act's window. */
async function created(
  { journal, finish, notifier }: Pick<Following, 'journal' | 'finish'> & { notifier: Notifier },
  { adopted, ends }: WhenCreated,
): Promise<void> {
  for (const record of adopted) await saveSoftening(journal, record);
  for (const record of ends) {
    await finish(record, 'created again with another selector').catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      const title = `Not finished: ${describeRef(record.owner)}`;
      const text = `It was created again, and what was left still runs beside it: ${why} Again: toolcrib finish ${record.actId}`;
      notifier.tell({ kind: 'failed', title, text });
    });
  }
}

/** What a moment has brought, in one transaction; what nobody knows yet is followed one by one, as anything else. */
async function settlePassed(
  deps: Following,
  all: readonly { id: string; outcome: Outcome }[],
): Promise<void> {
  const certain: RequestRecord[] = [];
  const rest: (typeof all)[number][] = [];
  let live: LiveAct | undefined;
  for (const { id, outcome } of all) {
    live = deps.ahead.settled(id) ?? live;
    const request = deps.onTheWay.of(id);
    if (!request || isUnsure(outcome) || 'failed' in outcome) {
      rest.push({ id, outcome });
      continue;
    }
    deps.onTheWay.ended(id);
    deps.going.settled(id, 'said' in outcome && outcome.said === 'yes');
    const { ahead: _ahead, ...was } = request;
    certain.push({ ...was, ...endOf(outcome) });
  }
  if (certain.length > 0)
    await deps.journal.together({ requests: certain, ...(live ? { act: live.act } : {}) });
  for (const { id, outcome } of rest) await settle(deps, id, outcome);
}

async function writeDown(deps: Following, request: RequestRecord, outcome: Outcome): Promise<void> {
  if (!isUnsure(outcome) && !('failed' in outcome))
    return deps.journal.saveRequest({ ...request, ...endOf(outcome) });
  const { context = '' } = (await deps.journal.act(request.actId)) ?? {};
  const until = deps.clock.now() + deps.policy().mayArriveMs(context);
  const status = 'status' in outcome ? { status: outcome.status } : {};
  await deps.journal.saveRequest({ ...asUnsure(request, whyUnsure(outcome), until), ...status });
  deps.lookLater();
}

function whyUnsure(outcome: Outcome): string {
  if ('status' in outcome)
    return `the answer was ${outcome.status}, which is neither a certain yes nor a certain no`;
  return `no answer came (${'failed' in outcome ? outcome.failed : outcome.notSent})`;
}

const CHANGED = 'it had changed since it was seen, so it was judged anew, and nobody was told of this';

function endOf(
  outcome: Exclude<Outcome, { failed: string }>,
): Pick<RequestRecord, 'state' | 'status' | 'note'> {
  if ('untold' in outcome) return { state: 'answered', status: outcome.status, note: CHANGED };
  if ('status' in outcome) return { state: 'answered', status: outcome.status };
  return { state: 'not-sent', note: outcome.notSent };
}

/** The types and namespaces in which a CREATE must be judged: where softened acts wait to be finished. */
export function createWatches(
  softened: readonly SoftenRecord[],
  resourceOf: (record: SoftenRecord) => string,
): string[] {
  return softened.map((record) => {
    const { context, owner } = record;
    const group = owner.apiVersion.includes('/') ? owner.apiVersion.split('/')[0] : '';
    return createWatchKey(context, group ?? '', resourceOf(record), owner.namespace);
  });
}
