import type { Decision, DecisionVerb, Mode, Softening } from '../../model/index.ts';
import type { Facts, GuardPolicy } from '../policy/policy.ts';

/** Why a request passes by its effect alone, without its radius. */
export type CheapCase = 'replaced-pod' | 'finished-pod' | 'eviction-within-budget';

export interface DecideInput {
  mode: Mode;
  facts: Facts;
  cheap?: CheapCase;
  softening?: Softening;
  /** The request could not be read. */
  notUnderstood?: string;
  /** Pods that a softened act left running use something that would go: who what. */
  needed?: string;
}

/** The rule that holds what softened Pods use. */
export const NEEDED = 'softened-pods-use-it';

const CHEAP_REASONS: Record<CheapCase, string> = {
  'replaced-pod': 'its controller makes the Pod again',
  'finished-pod': 'the Pod has finished',
  'eviction-within-budget': 'the Pod is replaced, and the cluster checks its disruption budget',
};

/**
 * Decides what becomes of a request. Pure: the same values give the same answer.
 *
 * Unknown is never yes: a request that could not be read, and a rule that could not be evaluated, hold, unless a rule of a
 * person's own refuses what its path names: that is no less a no because nobody could read it. Observe and warn never stop
 * anything by rule; what they would have done stands in `wouldBe`.
 */
export function decide(policy: Pick<GuardPolicy, 'rules'>, input: DecideInput): Decision {
  if (input.cheap) return decideCheap(policy, input, input.cheap);
  const ruled =
    input.notUnderstood === undefined
      ? firstMatch(policy, input.facts)
      : notUnderstood(policy, input.facts, input.notUnderstood);
  return inMode(input.mode, withNeeded(ruled, input.needed), input.softening);
}

function notUnderstood(policy: Pick<GuardPolicy, 'rules'>, facts: Facts, why: string): Ruled {
  const own = firstMatch({ rules: ownRules(policy) }, facts);
  if (own.verb === 'deny') return own;
  return { verb: 'hold', rule: 'not-understood', reason: `the request could not be read: ${why}` };
}

function ownRules({ rules }: Pick<GuardPolicy, 'rules'>): GuardPolicy['rules'] {
  return rules.filter(({ origin }) => origin === 'guard.yaml');
}

/** A person's own rules come first here too: they see the target alone, which is all that was looked at. */
function decideCheap(
  policy: Pick<GuardPolicy, 'rules'>,
  { mode, facts }: DecideInput,
  cheap: CheapCase,
): Decision {
  const ruled = firstMatch({ rules: ownRules(policy) }, facts);
  if (ruled.verb === 'allow') return { then: 'allow', rule: cheap, reason: CHEAP_REASONS[cheap] };
  return inMode(mode, ruled, undefined);
}

/** Comes before whatever else holds: an approval has to be given for this. */
function withNeeded(ruled: Ruled, needed: string | undefined): Ruled {
  if (needed === undefined || ruled.verb === 'deny') return ruled;
  const also = ruled.verb === 'hold' ? `; and ${ruled.reason}` : '';
  return { verb: 'hold', rule: NEEDED, reason: `${needed}${also}` };
}

interface Ruled {
  verb: DecisionVerb;
  rule: string;
  reason: string;
}

function firstMatch(policy: Pick<GuardPolicy, 'rules'>, facts: Facts): Ruled {
  for (const rule of policy.rules) {
    const result = rule.when(facts);
    if ('error' in result) {
      return {
        verb: 'hold',
        rule: rule.name,
        reason: `rule ${rule.name} could not be evaluated: ${result.error}`,
      };
    }
    if (result.value) return { verb: rule.verdict, rule: rule.name, reason: rule.reason };
  }
  return { verb: 'allow', rule: 'default', reason: 'no rule speaks against it' };
}

function inMode(mode: Mode, ruled: Ruled, softening: Softening | undefined): Decision {
  const { verb, rule, reason } = ruled;
  const held = verb === 'hold' || verb === 'deny';
  if (mode === 'enforce')
    return { then: verb, rule, reason, ...(verb === 'hold' && softening ? { softening } : {}) };
  if (verb === 'allow') return { then: 'allow', rule, reason };
  const then = mode === 'warn' ? 'warn' : 'allow';
  return held || mode === 'observe' ? { then, rule, reason, wouldBe: verb } : { then, rule, reason };
}
