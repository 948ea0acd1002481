import { type Hold, ToolcribError } from '@toolcrib/model';
import { badness } from '../decide/badness.ts';
import { kindOf, scaleIn } from '../effects/index.ts';
import type { Judged } from '../effects/subject.ts';
import { impersonation } from '../look/impersonation.ts';
import { forbiddenAnyhow } from '../look/rights.ts';
import { likelyUnseen } from '../radius/index.ts';
import { canonical } from '../read/canonical.ts';
import type { AskedRequest, Instruction } from '../request.ts';
import { answer, failure } from '../status.ts';
import { released } from './approved.ts';
import { coveringYes } from './begun-uninstalls.ts';
import { cheapCase } from './cheap.ts';
import { decideOn } from './decided.ts';
import type { WayDeps } from './deps.ts';
import { endedAlready, refused } from './ended.ts';
import { goesAlready } from './goes-already.ts';
import { isHarmlessWrite } from './harmless-writes.ts';
import { hookOfStopped } from './hook-of-stopped.ts';
import type { LiveAct } from './live-act.ts';
import { beginToRead } from './read-ahead.ts';
import { record } from './recording.ts';
import { release } from './release.ts';
import { requestKey } from './request-key.ts';
import { seeRadius } from './see-radius.ts';
import type { Step } from './step.ts';
import { subjectOf } from './subject.ts';
import { held, tryOf } from './waiting.ts';
import { createInWindow } from './window.ts';
import { withTheRest } from './with-the-rest.ts';

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
    if (instruction?.do !== 'forward') deps.onTheWay.takeIfCreated(request.id);
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
