// Step: hold
import type { Hold } from '@toolcrib/model';
import { commandOf } from '../act/group.ts';
import { beginsUninstall, kindOf } from '../effects/index.ts';
import type { HoldDesk } from '../hold/desk.ts';
import type { LikeRequest } from '../hold/envelope.ts';
import type { GuardPolicy } from '../policy/policy.ts';
import type { Instruction } from '../request.ts';
import { deniedAnswer, heldAnswer } from './answers.ts';
import { type ApprovedDeps, released } from './approved.ts';
import { type Recording, record } from './recording.ts';
import { likenessOf } from './request-key.ts';
import { riskOf } from './risk.ts';
import type { Step } from './step.ts';

export type RestDeps = ApprovedDeps & { desk: Pick<HoldDesk, 'takeEnvelope' | 'heldAlready'> };

/** One of several like requests: the answer to the first is the answer to it. */
export async function withTheRest(deps: RestDeps, step: Step): Promise<Instruction | undefined> {
  const like = likeRequest(step);
  if (!like) return undefined;
  const envelope = await deps.desk.takeEnvelope(like);
  if (envelope) return released(deps, step, envelope);
  const already = deps.desk.heldAlready(like);
  // Who comes here with what an uninstall was about to delete is no step of it any more (`stopped-uninstalls.ts`).
  if (already === undefined || (beginsUninstall(already.effect) && !step.live.oneUninstall)) return undefined;
  return refusedWithTheRest(deps, step, already);
}

function likeRequest({ request, sender, subject, seen, live }: Step): LikeRequest | undefined {
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
    likeness: likenessOf({ sender }, subject.effect),
    uid: object.metadata.uid,
  };
}

/** kubectl goes on after a refusal: each further Pod of `delete --all` would wait for the same yes or no again. */
async function refusedWithTheRest(
  deps: Recording & { policy(): GuardPolicy },
  step: Step,
  hold: Hold,
): Promise<Instruction> {
  const why = hold.state === 'denied' ? 'the whole act was refused' : 'held with the rest of its act';
  await record(deps, step, 'refused', { note: `${why} (${hold.code})`, status: 403 });
  if (hold.state === 'denied') return deniedAnswer(why, '', hold.code);
  return heldAnswer(hold, riskOf(step), deps.policy().passMs / 1000);
}
