// Step: hold
import { type Hold, type Journal, type Mode, netOf } from '@toolcrib/model';
import type { HoldDesk } from '../hold/desk.ts';
import { stillCovers } from '../radius/index.ts';
import type { Instruction } from '../request.ts';
import type { Acts } from './act-registry.ts';
import { deniedAnswer } from './answers.ts';
import type { Clusters } from './asking.ts';
import { decideOn } from './decided.ts';
import { refused } from './ended.ts';
import type { OnTheWay } from './on-the-way.ts';
import { type Recording, record } from './recording.ts';
import { type ReleaseDeps, release } from './release.ts';
import { type Looking, seeRadius } from './see-radius.ts';
import type { Seen } from './seen.ts';
import type { StandingOwners } from './standing.ts';
import type { Step } from './step.ts';
import { stopUninstall } from './stopped-uninstalls.ts';
import { subjectOf } from './subject.ts';

/** What a yes leads to: one more look, and what letting go takes. */
export type ApprovedDeps = ReleaseDeps &
  Looking & {
    acts: Pick<Acts, 'bind'>;
    desk: Pick<HoldDesk, 'void' | 'giveBack'>;
    onTheWay: Pick<OnTheWay, 'hasClientLeft'>;
    journal: Pick<Journal, 'requests'>;
  };

/** Time has passed: what is kept and sent is what stands there now, not what stood there when it was held. */
export async function approvedNow(
  deps: ApprovedDeps & Clusters & { owners: StandingOwners },
  held: Step,
  approved: Hold,
): Promise<Instruction> {
  // Its context may mean another one by now.
  const step = { ...held, cluster: await deps.clusterFor(held.request.context) };
  const subject = await subjectOf(step, deps.owners);
  if (subject.kind === 'destructive' || subject.kind === 'not-understood')
    return released(deps, { ...step, subject }, approved);
  await record(deps, step, 'refused', { note: 'nothing was left to do when it was approved' });
  return subject.kind === 'answered'
    ? subject.answer
    : deniedAnswer('what was approved is no longer what it would do');
}

/** A yes that led to nothing: the look after it failed. What was kept by then may have left, and is settled otherwise. */
export async function notSent(
  deps: Recording & { journal: Pick<Journal, 'requests'> },
  step: Step,
  { answer: yes }: Hold,
  error: unknown,
): Promise<void> {
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
export async function released(
  deps: ApprovedDeps,
  step: Step,
  hold: Hold,
  again = false,
): Promise<Instruction> {
  try {
    return await lookedAtAgain(deps, step, hold, again);
  } catch (error) {
    await notSent(deps, step, hold, error);
    throw error;
  }
}

async function lookedAtAgain(
  deps: ApprovedDeps,
  step: Step,
  hold: Hold,
  again: boolean,
): Promise<Instruction> {
  const { request, cluster, subject, live } = step;
  await deps.acts.bind(live, cluster);
  const now = await seeRadius(deps, { ...step, foreseen: [] });
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
      '',
      hold.code,
    );
  }
  if (deps.onTheWay.hasClientLeft(request.id)) {
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
