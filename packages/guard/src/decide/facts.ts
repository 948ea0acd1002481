import { type Act, contextNameOf, type Effect, type Radius } from '@toolcrib/model';
import { kindOf } from '../effects/index.ts';
import type { Facts } from '../policy/policy.ts';

/** The values that rules see, from what is known of a request. */
export function factsOf(input: { effect: Effect; radius: Radius; act: Act; all?: boolean }): Facts {
  const { effect, radius, act } = input;
  const target = 'target' in effect ? effect.target : undefined;
  const options = 'options' in effect ? effect.options : undefined;
  return {
    radius: {
      state: radius.state,
      ...radius.counts,
    },
    effect: {
      verb: effect.verb,
      group: target?.group ?? '',
      resource: target?.resource ?? '',
      namespace: target?.namespace ?? '',
      name: target?.name ?? '',
      propagation: ('propagation' in effect && effect.propagation) || '',
      gracePeriodSeconds: options?.gracePeriodSeconds ?? -1,
      replicas: -1,
      ...kindOf(effect).facts(effect),
    },
    act: {
      soFar: act.soFar,
      expected: Math.max(act.expected ?? 0, act.soFar),
      all: input.all ?? false,
    },
    caller: {
      person: act.caller.person,
      tool: act.caller.tool?.name ?? '',
      userAgent: act.caller.claim.userAgent,
      command: act.caller.command ?? '',
      agent: act.caller.agent ?? false,
    },
    context: contextNameOf(act.context),
  };
}
