// Step: hold
import type { Hold, Journal, Notifier } from '@toolcrib/model';
import { waits } from '../act/claim.ts';
import { commandOf } from '../act/group.ts';
import { whoAsks } from '../hold/asker.ts';
import type { HoldDesk } from '../hold/desk.ts';
import type { Try } from '../hold/hold-answer.ts';
import { howAsked } from '../hold/how-asked.ts';
import type { GuardPolicy } from '../policy/policy.ts';
import type { Instruction } from '../request.ts';
import type { Acts } from './act-registry.ts';
import { CLIENT_WENT, heldAnswer, heldWarning, stoppedAnswer, UNANSWERED } from './answers.ts';
import { type ApprovedDeps, approvedNow, notSent } from './approved.ts';
import type { Clusters } from './asking.ts';
import { wentBefore } from './before.ts';
import { refused } from './ended.ts';
import type { LiveAct } from './live-act.ts';
import { holdFor } from './new-hold.ts';
import { record } from './recording.ts';
import { release } from './release.ts';
import { riskOf } from './risk.ts';
import type { StandingOwners } from './standing.ts';
import type { Step } from './step.ts';
import { stopUninstall } from './stopped-uninstalls.ts';

/** What asking a person takes, and what his answer leads to. */
export type HeldDeps = ApprovedDeps &
  Clusters & {
    journal: Pick<Journal, 'probe'>;
    desk: Pick<HoldDesk, 'openFor' | 'sharedBy' | 'waitOn' | 'place' | 'get'>;
    acts: Pick<Acts, 'byId' | 'takeOver'>;
    owners: StandingOwners;
    notifier: Notifier;
    policy(): GuardPolicy;
  };

export function tryOf({ act }: LiveAct): Try {
  return { actId: act.id, session: commandOf(act) };
}

/** A person must say yes. kubectl waits; everything else is refused at once, with the code that lets it pass later. */
export async function held(deps: HeldDeps, step: Step): Promise<Instruction> {
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
  deps: HeldDeps,
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
      title: `${hold.code} held: ${step.live.act.title}`,
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
  if (given.as === 'denied') return refused(deps, step, `${given.by} said no`, hold.code);
  if (given.as === 'closed') {
    await record(deps, step, 'refused', { note: 'the guard was stopped while it was held', status: 503 });
    return stoppedAnswer();
  }
  if (given.as === 'expired' || given.as === 'gone') {
    const why = given.as === 'gone' ? CLIENT_WENT : UNANSWERED;
    await record(deps, step, 'refused', { note: why, status: 403 });
    return heldAnswer(now, text, passMs / 1000, heldWarning(now));
  }
  const approved: Hold = { ...now, answer: { ...given, at: deps.clock.now() } };
  return approvedNow(deps, step, approved).catch(async (error: unknown) => {
    await notSent(deps, step, approved, error);
    throw error;
  });
}
