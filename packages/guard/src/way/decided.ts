// Step: decide
import type { Decision } from '@toolcrib/model';
import { type DecideInput, decide, type RuleAnswers, strictest } from '../decide/decide.ts';
import { factsOf } from '../decide/facts.ts';
import { effectsIn, unreadWhy } from '../effects/index.ts';
import type { GuardPolicy } from '../policy/policy.ts';
import { goesThroughAll } from './act-registry.ts';
import type { Step } from './step.ts';

/**
 * What the rules in force say of a request whose radius is known.
 * @param answers shared by requests that are judged at one moment, under the same rules
 */
export function decideOn(
  deps: { policy(): GuardPolicy },
  {
    request,
    subject,
    seen,
    live,
    cheap,
  }: Pick<Step, 'request' | 'subject' | 'seen' | 'live'> & { cheap?: DecideInput['cheap'] },
  answers?: RuleAnswers,
): Decision {
  const policy = deps.policy();
  const { effect } = subject;
  const namespace = effect.target?.namespace;
  const mode = policy.modeFor(request.context, namespace);
  const all = goesThroughAll(live, effect);
  const notUnderstood = unreadWhy(effect);
  const { softening, needed } = seen;
  const decisions = [...effectsIn(effect), ...(subject.parts ?? [])].map((one) => {
    const facts = factsOf({ effect: one, radius: seen.radius, act: live.act, all });
    return decide(policy, { mode, facts, cheap, notUnderstood, softening, needed }, answers);
  });
  return strictest(decisions);
}
