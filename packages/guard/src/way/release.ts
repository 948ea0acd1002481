// Step: forward
import { kindOf } from '../effects/index.ts';
import type { HoldDesk } from '../hold/desk.ts';
import type { Lease } from '../lease/lease.ts';
import type { Instruction } from '../request.ts';
import { answer, failure } from '../status.ts';
import type { Ahead } from './ahead.ts';
import { begunByYes, type Yeses } from './begun-uninstalls.ts';
import { type OneByOne, releaseCollection } from './collection.ts';
import { type Ending, stoppedMeanwhile } from './ended.ts';
import { type GoingOut, sentBy } from './going.ts';
import { type Keeping, keep } from './keep.ts';
import type { Holding } from './new-hold.ts';
import { notKept } from './not-kept.ts';
import { type Forgetting, forget, type JudgedAhead, offered } from './offered.ts';
import { type JudgingAhead, mayOffer } from './read-ahead.ts';
import { type SoftenDeps, soften } from './soften-delete.ts';
import type { Form, Step } from './step.ts';
import { beginUninstall } from './stopped-uninstalls.ts';
import { throughWrite, unseenOf, warningsOf, wayBack } from './warnings.ts';
import { recordWithoutNet, refusedAsAnothers } from './without-net.ts';

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
  // By this lease they were kept; where it was ended since they are another's, and go out by nobody.
  if (ahead.length > 0 && (deps.lease.guard() !== guard || !mayOffer(deps, step)))
    await forget(deps, ahead.splice(0));
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
  if (kept === 'kept') warnings.push(...unseenOf(deps, step));
  if (form.as === 'softened') return soften(deps, step, warnings, guard);
  if (step.subject.kind === 'not-understood') return { do: 'forward', warnings };
  const { effect } = step.subject;
  const kind = kindOf(effect);
  if (kind.oneByOne) return releaseCollection(deps, step, form, warnings, guard);
  const [target] = step.subject.objects;
  const deletes = kind.asDelete(effect);
  if (deletes && step.seen.own)
    deps.going.sent(step.request.id, sentBy(step, step.live.act.id, deletes), step.seen.own);
  // What nobody could read has no UID to be pinned to: a person has let it go all the same, by its name.
  if (!target && step.subject.blind === undefined)
    return answer(failure(500, 'toolcrib: there is nothing to send.'));
  // Before the answer to this one: what comes next finds its pass.
  if (ahead.length > 0) offer(deps, step, ahead, guard);
  return { do: 'forward', ...kind.pinned(effect, step.request, target), warnings };
}

/**
 * Gives the door what was judged ahead. Nothing was awaited since it was asked whether it may have it.
 * @param guard by whose lease they were kept
 */
function offer(
  deps: { ahead: Pick<Ahead, 'begin'>; lease: Pick<Lease, 'until'> },
  step: Step,
  ahead: readonly JudgedAhead[],
  guard: string,
): void {
  const lease = { guard, until: deps.lease.until() };
  const given = offered(step, ahead, lease, (one) => [...warningsOf(one, undefined), ...wayBack(one, false)]);
  deps.ahead.begin(
    step.live,
    { ...given, until: Math.min(given.until, lease.until) },
    ahead.map(({ record }) => record),
  );
}
