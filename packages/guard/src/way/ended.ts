// Step: decide
import type { Clock, Decision, Hold } from '@toolcrib/model';
import { kindOf } from '../effects/index.ts';
import type { Denial } from '../hold/denials.ts';
import type { HoldDesk } from '../hold/desk.ts';
import type { GuardPolicy } from '../policy/policy.ts';
import { summary } from '../radius/index.ts';
import type { Instruction } from '../request.ts';
import { deniedAnswer, heldAnswer } from './answers.ts';
import { beforeText, type Past, wentBefore } from './before.ts';
import { ownRadius } from './own-radius.ts';
import { type Recording, record } from './recording.ts';
import type { Step } from './step.ts';
import { type Stopped, type Stopping, stoppedUninstall, stopUninstall } from './stopped-uninstalls.ts';

/** What is known of a request before it was looked at. */
type Begun = Omit<Step, 'seen' | 'decision' | 'next'>;

/** Where a refusal is written down, and what was done before it is told. */
export type Refusing = Recording & Past & Stopping;

/** Where a no is found. */
export interface Denials {
  desk: Pick<HoldDesk, 'get' | 'deniedOf'>;
}

/** Who says that an act has ended, or waits. */
export type Ending = Refusing &
  Denials &
  Stopped & {
    clock: Pick<Clock, 'now'>;
    desk: Pick<HoldDesk, 'openOf'>;
    policy(): GuardPolicy;
  };

/** The rule of what comes after a no. */
const ENDED = 'the-act-was-denied';

/**
 * The refusal of a request whose act has come to its end, or waits: by a no, by an uninstall that was refused, by a hold of
 * the rest of its command. Judging takes its time, so it is asked at its beginning (`endedAlready`) and once more at its
 * end (`stoppedMeanwhile`).
 */
export async function endedAlready(deps: Ending, at: Begun): Promise<Instruction | undefined> {
  return stopped(deps, at);
}

/**
 * The same, after all was kept and right before it would be sent. Nothing is awaited where nothing stops it, so no answer
 * of a person's comes in between.
 *
 * @param yes the code of a person's yes to it, and when that was said (milliseconds since 1970): a yes after the no is for it
 *   all the same
 */
export function stoppedMeanwhile(deps: Ending, step: Step, yes: Yes): Promise<Instruction> | undefined {
  if (yes.approvedAt === undefined) return stopped(deps, step);
  const no = noMeanwhile(deps, step, yes);
  return no === undefined ? undefined : refusedByRule(deps, step, no);
}

/** By what a request goes out. */
export interface Yes {
  approvedAt?: number;
  code?: string;
}

/**
 * A no to its act that was said by now, or to the yes by which it goes (another act's pass), in words; one that a yes came
 * after does not count.
 */
export function noMeanwhile(
  deps: Denials,
  { live }: Pick<Step, 'live'>,
  { approvedAt = Number.NEGATIVE_INFINITY, code }: Yes = {},
): string | undefined {
  const { desk } = deps;
  const shared = sharedHold(deps, live);
  const pass = code === undefined ? undefined : desk.get(code);
  const found = [
    desk.deniedOf(live.act.id),
    shared?.state === 'denied' ? desk.deniedOf(shared.actId) : undefined,
    pass && desk.deniedOf(pass.actId),
  ].find((no) => no !== undefined && no.at >= approvedAt);
  return found && noText(found);
}

/** The hold of another act under which this one was held too. */
function sharedHold({ desk }: Denials, { shares }: Step['live']): Hold | undefined {
  return shares === undefined ? undefined : desk.get(shares);
}

function stopped(deps: Ending, at: Begun): Promise<Instruction> | undefined {
  const no = noMeanwhile(deps, at);
  if (no !== undefined) return refusedByRule(deps, at, no);
  const uninstall = stoppedUninstall(deps, at, sharedHold(deps, at.live));
  if (uninstall === undefined) return whileHeld(deps, at);
  if ('hold' in uninstall) return refusedWhileHeld(deps, at, uninstall.hold);
  return refusedByRule(deps, at, `its uninstall was refused: ${uninstall.why}`);
}

/**
 * A no ends the act: whatever else of it would destroy something is refused from there on, also what would have passed by
 * itself. A command half carried out is what nobody asked for.
 */
function noText({ by, code }: Denial): string {
  return `${by} said no to this act (${code}), and that ends it`;
}

async function refusedByRule(deps: Refusing, at: Begun, why: string): Promise<Instruction> {
  const decision: Decision = { then: 'deny', rule: ENDED, reason: why };
  const seen = { radius: ownRadius(at.subject.objects, deps.clock.now()) };
  return refused(deps, { ...at, seen, decision }, why);
}

/**
 * What would pass by itself does not while the rest of its command waits for a yes: a command half carried out is what
 * nobody asked for. kubectl goes on when its wait is over; helm goes on too, and is told by what it foretold
 * (`stopped-uninstalls.ts`). A program that does many things is not meant, nor an eviction, of which `drain` sends many
 * at once.
 */
function whileHeld(deps: Ending, at: Begun): Promise<Instruction> | undefined {
  const { request, subject, live, key } = at;
  const shared = sharedHold(deps, live);
  const open = deps.desk.openOf(live.act.id) ?? (shared?.state === 'open' ? shared : undefined);
  if (!open || open.requestKey === key || kindOf(subject.effect).sideBySide) return undefined;
  // Of its own act another request waits: it may be the next. Of another's none of this act does.
  if (open.waiting && open !== shared) return undefined;
  if (request.headers['kubectl-session'] === undefined && !live.oneDelete) return undefined;
  return refusedWhileHeld(deps, at, open);
}

async function refusedWhileHeld(deps: Ending, at: Begun, open: Hold): Promise<Instruction> {
  const seen = { radius: ownRadius(at.subject.objects, deps.clock.now()) };
  const reason = `the rest of its command is held (${open.code})`;
  const step = { ...at, seen, decision: { then: 'hold' as const, rule: open.decision.rule, reason } };
  await record(deps, step, 'refused', { note: reason, status: 403 });
  return heldAnswer(open, summary(open.radius), deps.policy().passMs / 1000);
}

/**
 * Refuses a request, and names what its act had taken until then.
 * @param code of the hold to which a person has said no
 */
export async function refused(deps: Refusing, step: Step, why: string, code?: string): Promise<Instruction> {
  await record(deps, step, 'refused', { note: why, status: 403 });
  const { live, request } = step;
  stopUninstall(deps, step, { why });
  return deniedAnswer(why, beforeText(await wentBefore(deps, live, request.id), live.act.id), code);
}
