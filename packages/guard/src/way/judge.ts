import { type Cluster, type Decision, type Hold, type Mode, netOf, ToolcribError } from '@toolcrib/model';
import { waits } from '../act/claim.ts';
import { commandOf } from '../act/group.ts';
import { badness } from '../decide/badness.ts';
import { canonical } from '../effect/canonical.ts';
import { beginsUninstall, deleteIn, kindOf, scaleIn, unreadWhy } from '../effects/index.ts';
import type { Judged } from '../effects/subject.ts';
import { howAsked, whoAsks } from '../hold/asker.ts';
import type { LikeRequest, Try } from '../hold/desk.ts';
import { impersonation } from '../look/impersonation.ts';
import { forbiddenAnyhow } from '../look/rights.ts';
import { likelyUnseen, stillCovers, summary } from '../radius/index.ts';
import type { AskedRequest, Instruction } from '../request.ts';
import { answer, failure } from '../status.ts';
import { deniedAnswer, heldAnswer, heldWarning, stoppedAnswer } from './answers.ts';
import { wentBefore } from './before.ts';
import { coveringYes } from './begun-uninstalls.ts';
import { cheapCase } from './cheap.ts';
import { decideOn } from './decided.ts';
import type { WayDeps } from './deps.ts';
import { endedAlready, refused } from './ended.ts';
import { sentBy } from './going.ts';
import { isHarmlessWrite } from './harmless-writes.ts';
import { holdFor } from './holds.ts';
import { hookOfStopped } from './hook-of-stopped.ts';
import type { LiveAct } from './live-act.ts';
import { beginToRead } from './read-ahead.ts';
import { record } from './recording.ts';
import { release } from './release.ts';
import { likenessOf, requestKey } from './request-key.ts';
import { seeRadius } from './see-radius.ts';
import type { Seen } from './seen.ts';
import type { Step } from './step.ts';
import { stopUninstall } from './stopped-uninstalls.ts';
import { subjectOf } from './subject.ts';
import { createInWindow } from './window.ts';

const FORWARD: Instruction = { do: 'forward', warnings: [] };

/**
 * Judges a request in its canonical form, and has just that sent: path, query and body leave as they were read.
 * @returns a 400 where two readers could read the request differently
 */
export async function judge(deps: WayDeps, asked: AskedRequest): Promise<Instruction> {
  if (isHarmlessWrite(asked))
    return hookOfStopped(deps, asked) ?? (await createInWindow(deps, asked)) ?? FORWARD;
  const read = canonical(asked);
  if ('refused' in read) return answer(ambiguous(read.refused));
  const { request, body } = read;
  const instruction = await judgeCanonical(deps, request);
  if (instruction.do !== 'forward') return instruction;
  return { path: request.path, query: request.query, ...(body ? { body } : {}), ...instruction };
}

function ambiguous(why: string) {
  const next = 'Send it in a form that has one meaning only; nothing was sent to the cluster.';
  return failure(
    400,
    `toolcrib: ${why} It would be judged by one reading and carried out by another. ${next}`,
  );
}

/**
 * The way of one request: read ─▶ effect ─▶ radius ─▶ decide ─▶ keep ─▶ (forward). The door does the forwarding and
 * reports back (`settled`). Nothing leaves here as `forward` whose loss was not kept first.
 */
async function judgeCanonical(deps: WayDeps, request: AskedRequest): Promise<Instruction> {
  try {
    const cluster = await deps.clusterFor(request.context);
    const subject = await subjectOf(request, cluster, deps.owners);
    if (subject.kind === 'harmless') {
      const passed = hookOfStopped(deps, request) ?? (await createInWindow(deps, request)) ?? FORWARD;
      return withWarnings(passed, subject.warning === undefined ? [] : [subject.warning]);
    }
    if (subject.kind === 'answered') return subject.answer;
    if (subject.kind === 'dry-run')
      return { do: 'forward', ...kindOf(subject.effect).asDryRun?.(subject.effect, request), warnings: [] };
    if (scaleIn(subject.effect)?.adopts !== undefined) return await judgeCreate(deps, request, subject);
    return await judgeDestructive(deps, request, subject);
  } catch (error) {
    if (!(error instanceof ToolcribError)) throw error;
    deps.log('could not judge', { path: request.path, code: error.code, why: error.message });
    const code = error.code === 'unreachable' || error.code === 'credentials' ? 502 : 500;
    const next = error.next ? ` ${error.next}` : '';
    return answer(
      failure(
        code,
        `toolcrib could not look at what this would hit: ${error.message}${next} Nothing was sent.`,
      ),
    );
  }
}

/** A create that takes something over, and deletes of it: what it is besides (a hook, a create in a window) is asked first. */
async function judgeCreate(deps: WayDeps, request: AskedRequest, subject: Judged): Promise<Instruction> {
  const before = hookOfStopped(deps, request) ?? (await createInWindow(deps, request));
  if (before?.do === 'answer') return before;
  let instruction: Instruction | undefined;
  try {
    instruction = await judgeDestructive(deps, request, subject);
    return instruction.do === 'forward' ? withWarnings(instruction, before?.warnings ?? []) : instruction;
  } finally {
    // What was not sent adopts nothing.
    if (instruction?.do !== 'forward') deps.whenCreated.delete(request.id);
  }
}

function withWarnings(instruction: Instruction, more: readonly string[]): Instruction {
  return more.length === 0 ? instruction : { ...instruction, warnings: [...instruction.warnings, ...more] };
}

async function judgeDestructive(deps: WayDeps, request: AskedRequest, subject: Judged): Promise<Instruction> {
  const key = requestKey(request, subject.effect);
  const begun = coveringYes(deps, request, subject, key);
  const waiting = begun ? undefined : deps.desk.seePass(request.person, key);
  const first = waiting && (await deps.acts.byId(waiting.actId));
  // A yes is for the request; the act is its program's own.
  const rerun = first !== undefined && deps.acts.takeOver(first, request);
  const live = begun?.live ?? (rerun ? first : await deps.acts.assign(request, subject.effect));
  if (begun) deps.acts.goOn(live);
  const over = await deps.ahead.judging(live);
  try {
    return await judgeInAct(deps, request, subject, { key, waiting, rerun, begun, live });
  } finally {
    over();
  }
}

async function judgeInAct(
  deps: WayDeps,
  request: AskedRequest,
  subject: Judged,
  {
    key,
    waiting,
    rerun,
    begun,
    live,
  }: {
    key: string;
    waiting: Hold | undefined;
    rerun: boolean;
    begun: ReturnType<typeof coveringYes>;
    live: LiveAct;
  },
): Promise<Instruction> {
  const cluster = await deps.clusterFor(request.context);
  await deps.acts.bind(live, cluster);
  const as = impersonation(request.headers);
  const ended = rerun || begun ? undefined : await endedAlready(deps, { request, subject, live, key });
  if (ended) return ended;
  const listing = deps.early.take(request.context, request.headers['kubectl-session']);
  const foreseen = await deps.acts.foresee(live, cluster, request, subject.effect, listing);
  if (kindOf(subject.effect).begins) deps.acts.expect(live, subject.aims.length);
  const next = beginToRead(deps, { request, subject, live, foreseen, cluster, as, early: listing });
  // Of a list that could not be made nobody knows how many it would have named.
  const unlisted = likelyUnseen({ unseen: [...(live.unlisted?.values() ?? [])] });
  const alone = foreseen.length <= 1 && live.act.soFar <= 1 && unlisted.length === 0;
  const cheap =
    subject.kind === 'destructive'
      ? await cheapCase(subject.effect, subject.objects, {
          requestId: request.id,
          alone,
          cluster,
          person: request.person,
          as,
          owned: deps.owned,
          letGo: deps.letGo,
        })
      : undefined;
  const seen = await seeRadius(deps, {
    request,
    subject,
    live,
    foreseen,
    cluster,
    as,
    cheap,
    early: listing,
  });
  const decided = decideOn(deps, { request, subject, seen, live, cheap: cheap?.why });
  const going =
    decided.then === 'hold' && (await goesAlready(deps, { request, subject, live }, decided, seen, cluster));
  const decision = going || decided;
  deps.acts.rate(live, subject.effect, badness(decision, seen.radius));
  const step: Step = { request, subject, seen, live, decision, key, ...(next ? { next } : {}) };

  // No yes is for what a person's rule refuses, and none is asked for where it can't be read.
  if (decision.then === 'deny') return refused(deps, step, `${decision.reason} (rule ${decision.rule})`);
  // Taken only now: a look that failed would have used it up for nothing.
  const pass = waiting && deps.desk.takePass(request.person, key, tryOf(live));
  if (pass) return released(deps, step, pass);
  if (begun) return released(deps, step, begun.hold, true);
  if (subject.blind !== undefined) {
    // Whom the cluster would turn away is told that, and not that it could not be kept.
    const turnedAway = await forbiddenAnyhow(request, cluster, as);
    if (!turnedAway) return release(deps, step, { as: 'as-sent' });
    await record(deps, step, 'refused', { note: 'the cluster does not allow it', status: 403 });
    return turnedAway;
  }
  if (decision.then !== 'hold') return release(deps, step, { as: 'as-sent' });
  const early = await withTheRest(deps, step);
  if (early) return early;
  const no = await forbiddenAnyhow(request, cluster, as);
  // That took a moment: of requests sent all at once another may have been held or approved by now.
  if (!no) return (await withTheRest(deps, step)) ?? held(deps, step);
  await record(deps, step, 'refused', { note: 'the cluster does not allow it', status: 403 });
  return no;
}

/**
 * What an answered delete of the same act takes anyway, as it was shown then, is not asked for again. Only a delete that
 * can be read; and a rule of a person's own, or one about force, speaks of how it is sent, which was not shown then.
 */
async function goesAlready(
  deps: WayDeps,
  { request, subject, live }: Pick<Step, 'request' | 'subject' | 'live'>,
  held: Decision,
  seen: Seen,
  cluster: Cluster,
): Promise<Decision | undefined> {
  const effect = deleteIn(subject.effect);
  if (subject.kind !== 'destructive' || !effect || subject.blind !== undefined) return undefined;
  // What softened Pods use is held whoever takes it.
  if (!seen.own || seen.needed !== undefined) return undefined;
  const own = deps.policy().rules.some(({ name, origin }) => name === held.rule && origin === 'guard.yaml');
  if (own || held.rule === FORCED) return undefined;
  const how = sentBy(request, live.act.id, effect);
  const taker = await deps.going.taker(how, seen.own, cluster, impersonation(request.headers));
  return taker === undefined
    ? undefined
    : { then: 'allow', rule: 'goes-already', reason: `the delete of ${taker} takes it already` };
}

/** The built-in rule about deletes that wait for nobody. */
const FORCED = 'forced';

/** One of several like requests: the answer to the first is the answer to it. */
async function withTheRest(deps: WayDeps, step: Step): Promise<Instruction | undefined> {
  const like = likeRequest(step);
  if (!like) return undefined;
  const envelope = deps.desk.takeEnvelope(like);
  if (envelope) return released(deps, step, envelope);
  const already = deps.desk.heldAlready(like);
  // Who comes here with what an uninstall was about to delete is no step of it any more (`stopped-uninstalls.ts`).
  if (already === undefined || (beginsUninstall(already.effect) && !step.live.oneUninstall)) return undefined;
  return refusedWithTheRest(deps, step, already);
}

function tryOf({ act }: LiveAct): Try {
  return { actId: act.id, session: commandOf(act) };
}

/** What a person reads of the risk: never a small number where nothing is known. */
function riskOf({ subject, seen }: Step): string {
  const why = unreadWhy(subject.effect);
  if (why === undefined) return summary(seen.radius);
  return `can't be read (${why.replace(/\.$/, '')}), so it is not known what it would do`;
}

/** A person must say yes. kubectl waits; everything else is refused at once, with the code that lets it pass later. */
async function held(deps: WayDeps, step: Step): Promise<Instruction> {
  try {
    await deps.journal.probe();
  } catch (error) {
    // What can't be kept can't be approved as usual either: say so at once instead of letting a client wait for it.
    return release(deps, step, { as: 'as-sent', because: error });
  }
  const open = deps.desk.openFor(step.request.person, step.key);
  const first = open && (await deps.acts.byId(open.actId));
  // Typed again it stays one act; asked by another, or while the first still waits, only the code is the same.
  const own = !first || first === step.live || (!open.waiting && deps.acts.takeOver(first, step.request));
  const live = own && first ? first : step.live;
  if (!own) live.shares = open.code;
  await record(deps, { ...step, live }, 'held');
  const before = await wentBefore(deps, live, step.request.id);
  return waitForAnswer(deps, { ...step, live }, open, before, !own && open?.waiting);
}

async function waitForAnswer(
  deps: WayDeps,
  step: Step,
  open: Hold | undefined,
  before: string[],
  taken = false,
): Promise<Instruction> {
  const { desk, notifier } = deps;
  const { waitMs, passMs } = deps.policy();
  if (open && taken) {
    stopUninstall(deps, step, { code: open.code });
    // Another client waits there: it keeps its place.
    desk.sharedBy(open.code, step.live.act.id);
    await record(deps, step, 'refused', { note: `held already, for another (${open.code})`, status: 403 });
    return heldAnswer(open, riskOf(step), passMs / 1000, heldWarning(open));
  }
  const wait = waits(step.request.headers) ? waitMs : 0;
  const hold = open ?? holdFor(deps, step, before);
  stopUninstall(deps, step, { code: hold.code });
  const text = riskOf(step);
  if (!open || wait > 0) {
    notifier.tell({
      kind: 'held',
      title: `Held: ${step.live.act.title}`,
      text,
      asked: [`By ${whoAsks(hold)}`, howAsked(hold.effect)].filter(Boolean).join('; '),
      code: hold.code,
      waiting: wait > 0,
      clientPort: step.request.clientPort,
    });
  }
  const given = await (open
    ? desk.waitOn(hold.code, step.request.id, wait, tryOf(step.live))
    : desk.place(hold, wait));
  // Meanwhile more may have come to it: what was answered is what the desk showed at the end.
  const now = desk.get(hold.code) ?? hold;
  if (given.as === 'denied') return refused(deps, step, `${given.by} said no`);
  if (given.as === 'closed') {
    await record(deps, step, 'refused', { note: 'the guard was stopped while it was held', status: 503 });
    return stoppedAnswer();
  }
  if (given.as === 'expired' || given.as === 'gone') {
    const why = given.as === 'gone' ? 'the client went while it was held' : 'held; nobody has said yes yet';
    await record(deps, step, 'refused', { note: why, status: 403 });
    return heldAnswer(now, text, passMs / 1000, heldWarning(now));
  }
  const approved: Hold = { ...now, answer: { ...given, at: deps.clock.now() } };
  return approvedNow(deps, step, approved).catch(async (error: unknown) => {
    await notSent(deps, step, approved, error);
    throw error;
  });
}

/** Time has passed: what is kept and sent is what stands there now, not what stood there when it was held. */
async function approvedNow(deps: WayDeps, step: Step, approved: Hold): Promise<Instruction> {
  const cluster = await deps.clusterFor(step.request.context);
  const subject = await subjectOf(step.request, cluster, deps.owners);
  if (subject.kind === 'destructive' || subject.kind === 'not-understood')
    return released(deps, { ...step, subject }, approved);
  await record(deps, step, 'refused', { note: 'nothing was left to do when it was approved' });
  return subject.kind === 'answered'
    ? subject.answer
    : deniedAnswer('what was approved is no longer what it would do');
}

/** A yes that led to nothing: the look after it failed. What was kept by then may have left, and is settled otherwise. */
async function notSent(deps: WayDeps, step: Step, { answer: yes }: Hold, error: unknown): Promise<void> {
  // Without a net it may have left although nothing could be written down.
  if (yes?.withoutNet) return;
  const { live, request } = step;
  try {
    const all = await deps.journal.requests({ actId: live.act.id });
    const stored = all.find(({ id }) => id === request.id)?.state;
    if (stored !== undefined && stored !== 'held') return;
  } catch (cause) {
    deps.log('a request that was not sent could not be written down', { id: request.id, why: String(cause) });
    return;
  }
  const why = error instanceof Error ? error.message : String(error);
  await record(deps, step, 'not-sent', {
    note: `approved, and then: ${why.replace(/\.$/, '')}`,
    status: 502,
  });
}

/**
 * After a yes: only for what was seen. Looked at again, since time has passed.
 * @param again it was taken before, and covers this too
 */
async function released(deps: WayDeps, step: Step, hold: Hold, again = false): Promise<Instruction> {
  try {
    return await lookedAtAgain(deps, step, hold, again);
  } catch (error) {
    await notSent(deps, step, hold, error);
    throw error;
  }
}

async function lookedAtAgain(deps: WayDeps, step: Step, hold: Hold, again: boolean): Promise<Instruction> {
  const { request, subject, live } = step;
  const cluster = await deps.clusterFor(request.context);
  await deps.acts.bind(live, cluster);
  const as = impersonation(request.headers);
  const now = await seeRadius(deps, { request, subject, live, foreseen: [], cluster, as });
  const { effect } = subject;
  const mode = deps.policy().modeFor(request.context, effect.target?.namespace);
  // The rules may have changed since it was held.
  const decided = decideOn(deps, { request, subject, seen: now, live, cheap: undefined });
  if (decided.then === 'deny') {
    deps.desk.void(hold.code);
    const why = `${decided.reason} (rule ${decided.rule})`;
    return refused(deps, { ...step, seen: now, decision: decided }, why);
  }
  const covers = coveredBy(hold, now, mode);
  if (!covers.ok) {
    deps.desk.void(hold.code);
    stopUninstall(deps, step, { why: covers.why });
    await record(deps, step, 'refused', { note: `the approval no longer holds: ${covers.why}`, status: 403 });
    return deniedAnswer(
      `what it would hit is no longer what was approved: ${covers.why}. Send it again to see it anew`,
    );
  }
  if (deps.gone.has(request.id)) {
    const share = hold.requestKey === step.key ? undefined : subject.objects[0]?.metadata.uid;
    if (!again) deps.desk.giveBack(hold.code, share);
    stopUninstall(deps, step, { why: 'its client has gone' });
    await record(deps, step, 'refused', {
      note: 'the client went before it was sent; the yes still stands',
      status: 403,
    });
    return deniedAnswer('its client has gone');
  }
  const { as: form = 'as-sent', withoutNet = false } = hold.answer ?? {};
  return release(
    deps,
    { ...step, seen: now },
    {
      as: form,
      approvedAt: hold.answer?.at ?? 0,
      code: hold.code,
      ...(withoutNet ? { withoutNet: netOf(hold) } : {}),
    },
  );
}

/**
 * Whether an approval is still for what would happen: the radius that was shown, and who needs it. The latter is a rule's
 * reason, whatever the hold was placed for: where no rule stops anything, it does not either.
 */
function coveredBy(hold: Hold, now: Seen, mode: Mode): ReturnType<typeof stillCovers> {
  const covers = stillCovers(hold.radius, now.radius);
  if (!covers.ok || now.needed === undefined || hold.needed !== undefined || mode !== 'enforce')
    return covers;
  return { ok: false, why: now.needed };
}

function likeRequest({ request, subject, seen, live }: Step): LikeRequest | undefined {
  const [object] = subject.objects;
  if (subject.objects.length !== 1 || !object?.metadata.uid || subject.kind !== 'destructive')
    return undefined;
  if (!kindOf(subject.effect).likeness) return undefined;
  return {
    context: request.context,
    person: request.person,
    session: commandOf(live.act),
    verb: subject.effect.verb,
    kind: seen.radius.targets[0]?.kind ?? object.kind,
    namespace: object.metadata.namespace,
    likeness: likenessOf(request, subject.effect),
    uid: object.metadata.uid,
  };
}

/** kubectl goes on after a refusal: each further Pod of `delete --all` would wait for the same yes or no again. */
async function refusedWithTheRest(deps: WayDeps, step: Step, hold: Hold): Promise<Instruction> {
  const why = hold.state === 'denied' ? 'the whole act was refused' : 'held with the rest of its act';
  await record(deps, step, 'refused', { note: `${why} (${hold.code})`, status: 403 });
  if (hold.state === 'denied') return deniedAnswer(why);
  return heldAnswer(hold, riskOf(step), deps.policy().passMs / 1000);
}
