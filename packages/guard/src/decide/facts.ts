import { type Act, contextNameOf, type Effect, type Radius } from '@toolcrib/model';
import type { Facts } from '../policy/policy.ts';

/** The values that rules see, from what is known of a request. */
export function factsOf(input: { effect: Effect; radius: Radius; act: Act; all?: boolean }): Facts {
  const { effect, radius, act } = input;
  const target = 'target' in effect ? effect.target : undefined;
  // helm's record is only where it says so: a rule means the release.
  const release = effect.verb === 'uninstall' ? effect.release : undefined;
  const options = 'options' in effect ? effect.options : undefined;
  return {
    radius: {
      state: radius.state,
      ...radius.counts,
    },
    effect: {
      // Rules speak of deleting; that a collection is deleted at once makes it no less a delete.
      verb: effect.verb === 'delete-collection' || release !== undefined ? 'delete' : effect.verb,
      group: release === undefined ? (target?.group ?? '') : 'helm.sh',
      resource: release === undefined ? (target?.resource ?? '') : 'releases',
      namespace: target?.namespace ?? '',
      name: release ?? target?.name ?? '',
      propagation: ('propagation' in effect && effect.propagation) || '',
      gracePeriodSeconds: options?.gracePeriodSeconds ?? -1,
      replicas: effect.verb === 'scale' ? effect.replicas : -1,
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
