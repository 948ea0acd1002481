// Step: forward
import {
  type Clock,
  type Hold,
  type Journal,
  type Net,
  NOT_KEPT,
  netOf,
  type Promised,
  type Radius,
  type Snapshot,
  ToolcribError,
} from '@toolcrib/model';
import { beginsUninstall, kindOf } from '../effects/index.ts';
import type { HoldDesk } from '../hold/desk.ts';
import { asSentOnly } from '../hold/needs-name.ts';
import type { Lease } from '../lease/lease.ts';
import { notInTheNet, partOf } from '../radius/index.ts';
import type { Instruction } from '../request.ts';
import { answer, failure } from '../status.ts';
import type { Ahead } from './ahead.ts';
import { notKeptAnswer } from './answers.ts';
import { begunByYes, type Yeses } from './begun-uninstalls.ts';
import { type OneByOne, releaseCollection } from './collection.ts';
import { type Ending, stoppedMeanwhile } from './ended.ts';
import { type GoingOut, sentBy } from './going.ts';
import { type Holding, holdFor, nameOf } from './new-hold.ts';
import { type Forgetting, forget, type JudgedAhead, offered } from './offered.ts';
import type { OnTheWay } from './on-the-way.ts';
import { type JudgingAhead, mayOffer, nextOnes } from './read-ahead.ts';
import { type Recording, record, requestRecord } from './recording.ts';
import { type SoftenDeps, soften } from './soften-delete.ts';
import type { Step } from './step.ts';
import { beginUninstall, stopUninstall } from './stopped-uninstalls.ts';
import { wholeObjects } from './whole-objects.ts';
import { isAnothers, recordWithoutNet, refusedAsAnothers } from './without-net.ts';

/** Where something is kept before it goes. */
interface Keeping {
  journal: Pick<Journal, 'keep' | 'together'>;
  onTheWay: Pick<OnTheWay, 'handedOver'>;
  clock: Pick<Clock, 'now'>;
  /** What the rules' file is now. */
  rules(): string;
}

/** What letting go takes: keeping, the last look whether anybody has said no, and what it goes out by. */
export type ReleaseDeps = Keeping &
  JudgingAhead &
  Forgetting &
  Ending &
  Yeses &
  Holding &
  OneByOne &
  SoftenDeps & {
    ahead: Pick<Ahead, 'begin'>;
    going: Pick<GoingOut, 'sent'>;
    desk: Pick<HoldDesk, 'openFor' | 'isOutOfReach' | 'void' | 'requireName' | 'place'>;
  };

/** In which form a request goes on. */
export interface Form {
  as: 'as-sent' | 'softened';
  /** What a person was shown and said yes to by its name: a net with holes, or none. Absent: a whole one, or not at all. */
  withoutNet?: Net;
  /** When a person said yes to it. Milliseconds since 1970. */
  approvedAt?: number;
  /** The code of that yes. */
  code?: string;
  /** The journal is known to be unwritable: don't try, say why. */
  because?: unknown;
}

/**
 * Keeps what a request would destroy, and then lets it go. **Nothing is destroyed before it is kept**: the snapshot is
 * durable before this returns `forward`. What can't be kept is refused with a code, and may go only when a person was
 * told that *nothing* of it is kept and has typed its name: a yes to what could not be seen is not that.
 */
export async function release(deps: ReleaseDeps, step: Step, form: Form): Promise<Instruction> {
  const guard = deps.lease.guard();
  const { kept, ahead } = await keep(deps, step, form);
  if (typeof kept === 'object') return refusedAsAnothers(deps, step, kept);
  if (kept !== 'kept' && form.withoutNet !== 'none') return notKept(deps, step, form, kept);
  const another = kept === 'kept' ? undefined : await recordWithoutNet(deps, step, kept);
  if (another) return another;
  if (ahead.length > 0 && !mayOffer(deps, step)) await forget(deps, ahead.splice(0));
  const stopped = stoppedMeanwhile(deps, step, form);
  if (stopped) {
    await forget(deps, ahead);
    return stopped;
  }
  deps.owners.mayFall();
  beginUninstall(step.live, step.subject.effect);
  begunByYes(deps, step.live, step.subject, form.code);
  const warnings = warningsOf(step, kept === 'kept' ? undefined : kept);
  warnings.push(...throughWrite(step, kept === 'kept'));
  if (kept === 'kept' && form.as === 'as-sent')
    warnings.push(...wayBack(step, form.approvedAt !== undefined));
  if (kept === 'kept') warnings.push(...withUnseen(deps, step));
  if (form.as === 'softened') return soften(deps, step, warnings, guard);
  if (step.subject.kind === 'not-understood') return { do: 'forward', warnings };
  const { effect } = step.subject;
  const kind = kindOf(effect);
  if (kind.oneByOne) return releaseCollection(deps, step, form, warnings);
  const [target] = step.subject.objects;
  const deletes = kind.asDelete(effect);
  if (deletes && step.seen.own)
    deps.going.sent(step.request.id, sentBy(step, step.live.act.id, deletes), step.seen.own);
  // What nobody could read has no UID to be pinned to: a person has let it go all the same, by its name.
  if (!target && step.subject.blind === undefined)
    return answer(failure(500, 'toolcrib: there is nothing to send.'));
  // Before the answer to this one: what comes next finds its pass.
  if (ahead.length > 0) offer(deps, step, ahead);
  return { do: 'forward', ...kind.pinned(effect, step.request, target), warnings };
}

interface KeptFor {
  /** Why not, where it was not; an error where another guard may have it by now. */
  kept: 'kept' | string | ToolcribError;
  /** What was kept with it, since its act will come to it. */
  ahead: JudgedAhead[];
}

/** The request, and what can be read ahead of its act, in one transaction. */
async function keep(deps: Keeping & JudgingAhead & Recording, step: Step, form: Form): Promise<KeptFor> {
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

/** Gives the door what was judged ahead. Nothing was awaited since it was asked whether it may have it. */
function offer(
  deps: { ahead: Pick<Ahead, 'begin'>; lease: Pick<Lease, 'guard' | 'until'> },
  step: Step,
  ahead: readonly JudgedAhead[],
): void {
  // By this lease they were kept.
  const lease = { guard: deps.lease.guard(), until: deps.lease.until() };
  const given = offered(step, ahead, lease, (one) => [...warningsOf(one, undefined), ...wayBack(one, false)]);
  deps.ahead.begin(
    step.live,
    { ...given, until: Math.min(given.until, lease.until) },
    ahead.map(({ record }) => record),
  );
}

async function notKept(deps: ReleaseDeps, step: Step, form: Form, why: string): Promise<Instruction> {
  // helm goes on to delete all the same: by a yes that was for the whole of it nothing may go on.
  stopUninstall(deps, step, { why: `it could not be kept: ${why}` });
  if (beginsUninstall(step.subject.effect) && form.code !== undefined) deps.desk.void(form.code);
  const name = nameOf(step.subject);
  const open = openHold(deps, step);
  const { needed } = step.seen;
  const decision = {
    ...asSentOnly(step.decision),
    then: 'hold' as const,
    rule: NOT_KEPT,
    reason: `it could not be kept: ${why}${needed === undefined ? '' : `; and ${needed}`}`,
  };
  const hold = open ?? { ...holdFor(deps, { ...step, decision }), needsName: name, net: 'none' as const };
  if (open) deps.desk.requireName(open.code, name, why);
  else void deps.desk.place(hold, 0);
  await record(deps, { ...step, decision }, 'refused', { note: `not kept: ${why}`, status: 403 });
  return notKeptAnswer(hold.code, name, why, needed);
}

/**
 * The request's open hold, unless no yes could be given to it now, or what was shown there is a net with holes: the same words
 * would mean more by now. One that is made anew was never written, and is nobody else's.
 */
function openHold(
  deps: { desk: Pick<HoldDesk, 'openFor' | 'isOutOfReach' | 'void'> },
  { request, key }: Step,
): Hold | undefined {
  const open = deps.desk.openFor(request.person, key);
  if (open === undefined || (netOf(open) !== 'partial' && !deps.desk.isOutOfReach(open.code))) return open;
  deps.desk.void(open.code);
  return undefined;
}

/**
 * Where a yes let it go, or enforce would have asked for one: how to take it back, once for each act. What is softened,
 * or warned of, says so itself.
 */
function wayBack({ decision, live }: Step, approved: boolean): string[] {
  const observed =
    decision.then === 'allow' && decision.wouldBe !== undefined && decision.wouldBe !== 'allow';
  if ((!approved && !observed) || live.toldUndo) return [];
  live.toldUndo = true;
  const what = approved
    ? 'sent as it was approved'
    : `enforce would have ${decision.wouldBe === 'warn' ? 'warned of' : 'held'} this (rule ${decision.rule}): ${decision.reason}`;
  return [`toolcrib: ${what}`, undoLine(live)];
}

/** Its answer says only that something was written: that it deletes is said with it, once for each. */
function throughWrite({ subject: { effect }, live }: Step, kept: boolean): string[] {
  const how = kindOf(effect).besides(effect);
  if (how === undefined || !('target' in effect)) return [];
  const warnings = [`toolcrib: ${effect.target?.resource} ${effect.target?.name ?? ''}: ${how}`];
  if (kept && !live.toldUndo) warnings.push(undoLine(live));
  live.toldUndo = true;
  return warnings;
}

/** A warning of its own, which begins with the command. */
function undoLine({ act }: Step['live']): string {
  return `toolcrib undo ${act.id}   takes it back`;
}

function warningsOf({ decision, live }: Step, notKeptWhy: string | undefined): string[] {
  const warnings: string[] = [];
  if (decision.then === 'warn') {
    const would = decision.wouldBe
      ? `would be ${decision.wouldBe === 'hold' ? 'held' : 'denied'} in enforce mode`
      : 'take care';
    warnings.push(`toolcrib: ${would} (rule ${decision.rule}): ${decision.reason}`, undoLine(live));
  }
  if (notKeptWhy) warnings.push(`toolcrib: sent without a net, it can't be undone (${notKeptWhy})`);
  return warnings;
}

/**
 * It goes although not everything that could go with it was seen: a person has said so, or no rule holds it. Said to the
 * client and in the log; the journal has it with the request, and undo tells it again.
 */
function withUnseen(deps: Pick<Recording, 'log'>, { request, seen, live }: Step): string[] {
  const unseen = notInTheNet(seen.radius).filter(({ unlikely }) => !unlikely);
  if (unseen.length === 0) return [];
  deps.log('let go although not everything was seen', { act: live.act.id, path: request.path, unseen });
  const kinds = unseen.slice(0, 5).map(({ kind }) => kind);
  const more = unseen.length > kinds.length ? ` and ${unseen.length - kinds.length} more` : '';
  return [
    `toolcrib could not see all that this may take: ${kinds.join(', ')}${more}. What of that goes is not kept, and no undo brings it back`,
  ];
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}
