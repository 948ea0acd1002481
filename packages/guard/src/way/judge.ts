// Step: read
import { type Hold, ToolcribError } from '@toolcrib/model';
import type { SessionLists } from '../act/sessions.ts';
import { badness } from '../decide/badness.ts';
import { kindOf, scaleIn } from '../effects/index.ts';
import type { Judged } from '../effects/subject.ts';
import type { HoldDesk } from '../hold/desk.ts';
import { forbiddenAnyhow } from '../look/forbidden.ts';
import { likelyUnseen } from '../radius/index.ts';
import { canonical } from '../read/canonical.ts';
import type { AskedRequest, Instruction } from '../request.ts';
import { answer, failure } from '../status.ts';
import type { Acts } from './act-registry.ts';
import type { Ahead } from './ahead.ts';
import { released } from './approved.ts';
import { type Asked, type Asking, asking, type Clusters, inForm, withCluster } from './asking.ts';
import { coveringYes } from './begun-uninstalls.ts';
import { cheapCase } from './cheap.ts';
import { decideOn } from './decided.ts';
import type { EarlyLooks } from './early.ts';
import { endedAlready, refused } from './ended.ts';
import { goesAlready } from './goes-already.ts';
import type { GoingOut } from './going.ts';
import { isHarmlessWrite } from './harmless-writes.ts';
import { type HookDeps, hookOfStopped } from './hook-of-stopped.ts';
import type { LetGo } from './let-go.ts';
import type { LiveAct } from './live-act.ts';
import type { OnTheWay } from './on-the-way.ts';
import type { OwnedLooks } from './owned.ts';
import { beginToRead } from './read-ahead.ts';
import { record } from './recording.ts';
import { release } from './release.ts';
import { requestKey } from './request-key.ts';
import { seeRadius } from './see-radius.ts';
import type { Step } from './step.ts';
import { subjectOf } from './subject.ts';
import { type HeldDeps, held, tryOf } from './waiting.ts';
import { createInWindow, type WindowDeps } from './window.ts';
import { type RestDeps, withTheRest } from './with-the-rest.ts';

const FORWARD: Instruction = { do: 'forward', warnings: [] };

/** All that judging takes: what each of its steps does, and where they find it. */
export type JudgeDeps = Clusters &
  HookDeps &
  WindowDeps &
  HeldDeps &
  RestDeps & {
    acts: Pick<Acts, 'assign' | 'byId' | 'takeOver' | 'goOn' | 'foresee' | 'expect' | 'rate'>;
    ahead: Pick<Ahead, 'judging'>;
    desk: Pick<HoldDesk, 'seePass' | 'takePass'>;
    early: Pick<EarlyLooks, 'take'>;
    going: Pick<GoingOut, 'taker'>;
    letGo: LetGo;
    onTheWay: Pick<OnTheWay, 'takeIfCreated'>;
    /** What Pods own, remembered for a moment. */
    owned: OwnedLooks;
    sessions: Pick<SessionLists, 'of'>;
  };

/**
 * Judges a request in its canonical form, and has just that sent: path, query and body leave as they were read.
 * @returns a 400 where two readers could read the request differently
 */
export async function judge(deps: JudgeDeps, asked: AskedRequest): Promise<Instruction> {
  const asks = asking(deps, asked);
  if (isHarmlessWrite(asks.request))
    return hookOfStopped(deps, asks.request) ?? (await createInWindow(deps, asks)) ?? FORWARD;
  const read = canonical(asks.request);
  if ('refused' in read) return answer(ambiguous(read.refused));
  const { request, body } = read;
  const instruction = await judgeCanonical(deps, inForm(asks, request));
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
async function judgeCanonical(deps: JudgeDeps, asks: Asking): Promise<Instruction> {
  const { request } = asks;
  try {
    const asked = await withCluster(asks);
    const subject = await subjectOf(asked, deps.owners);
    if (subject.kind === 'harmless') {
      const passed = hookOfStopped(deps, request) ?? (await createInWindow(deps, asks)) ?? FORWARD;
      return withWarnings(passed, subject.warning === undefined ? [] : [subject.warning]);
    }
    if (subject.kind === 'answered') return subject.answer;
    if (subject.kind === 'dry-run')
      return { do: 'forward', ...kindOf(subject.effect).asDryRun?.(subject.effect, request), warnings: [] };
    if (scaleIn(subject.effect)?.adopts !== undefined) return await judgeCreate(deps, asks, asked, subject);
    return await judgeDestructive(deps, asked, subject);
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
async function judgeCreate(
  deps: JudgeDeps,
  asks: Asking,
  asked: Asked,
  subject: Judged,
): Promise<Instruction> {
  const { request } = asked;
  const before = hookOfStopped(deps, request) ?? (await createInWindow(deps, asks));
  if (before?.do === 'answer') return before;
  let instruction: Instruction | undefined;
  try {
    instruction = await judgeDestructive(deps, asked, subject);
    return instruction.do === 'forward' ? withWarnings(instruction, before?.warnings ?? []) : instruction;
  } finally {
    // What was not sent adopts nothing.
    if (instruction?.do !== 'forward') deps.onTheWay.takeIfCreated(request.id);
  }
}

function withWarnings(instruction: Instruction, more: readonly string[]): Instruction {
  return more.length === 0 ? instruction : { ...instruction, warnings: [...instruction.warnings, ...more] };
}

async function judgeDestructive(deps: JudgeDeps, asked: Asked, subject: Judged): Promise<Instruction> {
  const { request } = asked;
  const key = requestKey(asked, subject.effect);
  const begun = coveringYes(deps, request, subject, key);
  const waiting = begun ? undefined : deps.desk.seePass(request.person, key);
  const first = waiting && (await deps.acts.byId(waiting.actId));
  // A yes is for the request; the act is its program's own.
  const rerun = first !== undefined && deps.acts.takeOver(first, request);
  const live = begun?.live ?? (rerun ? first : await deps.acts.assign(request, subject.effect));
  if (begun) deps.acts.goOn(live);
  const over = await deps.ahead.judging(live);
  try {
    return await judgeInAct(deps, asked, subject, { key, waiting, rerun, begun, live });
  } finally {
    over();
  }
}

async function judgeInAct(
  deps: JudgeDeps,
  asked: Asked,
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
  const { request, as, cluster } = asked;
  await deps.acts.bind(live, cluster);
  const ended = rerun || begun ? undefined : await endedAlready(deps, { ...asked, subject, live, key });
  if (ended) return ended;
  const listing = deps.early.take(request.context, request.headers['kubectl-session']);
  const foreseen = await deps.acts.foresee(live, asked, subject.effect, listing);
  if (kindOf(subject.effect).begins) deps.acts.expect(live, subject.aims.length);
  const next = beginToRead(deps, { ...asked, subject, live, foreseen, early: listing });
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
  const seen = await seeRadius(deps, { ...asked, subject, live, foreseen, cheap, early: listing });
  const decided = decideOn(deps, { request, subject, seen, live, cheap: cheap?.why });
  const going =
    decided.then === 'hold' && (await goesAlready(deps, { ...asked, subject, live }, decided, seen));
  const decision = going || decided;
  deps.acts.rate(live, subject.effect, badness(decision, seen.radius));
  const step: Step = { ...asked, subject, seen, live, decision, key, ...(next ? { next } : {}) };

  // No yes is for what a person's rule refuses, and none is asked for where it can't be read.
  if (decision.then === 'deny') return refused(deps, step, `${decision.reason} (rule ${decision.rule})`);
  // Taken only now: a look that failed would have used it up for nothing.
  const pass = waiting && (await deps.desk.takePass(request.person, key, tryOf(live)));
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
