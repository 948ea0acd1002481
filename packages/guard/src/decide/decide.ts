import type { Decision, DecisionVerb, Mode, Softening } from '@toolcrib/model';
import { askedOften } from '@toolcrib/model/rule';
import type { Facts, GuardPolicy, PolicyRule } from '../policy/policy.ts';

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
export function decide(
  policy: Pick<GuardPolicy, 'rules'>,
  input: DecideInput,
  answers?: RuleAnswers,
): Decision {
  if (input.cheap) return decideCheap(policy, input, input.cheap);
  const ruled =
    input.notUnderstood === undefined
      ? firstMatch(policy, input.facts, answers)
      : notUnderstood(policy, input.facts, input.notUnderstood);
  return inMode(input.mode, withNeeded(ruled, input.needed), input.softening);
}

const STRICTNESS: readonly DecisionVerb[] = ['allow', 'warn', 'hold', 'deny'];

/** Of what was decided of each effect of a request, what counts for all: the strictest, and of several such the first. */
export function strictest(decisions: readonly Decision[]): Decision {
  const weight = ({ then, wouldBe }: Decision) => STRICTNESS.indexOf(wouldBe ?? then);
  const [first, ...rest] = decisions;
  if (!first) throw new Error('a request of no effect has no decision');
  return rest.reduce((most, one) => (weight(one) > weight(most) ? one : most), first);
}

function notUnderstood(policy: Pick<GuardPolicy, 'rules'>, facts: Facts, why: string): Ruled {
  const own = firstMatch({ rules: ownRules(policy) }, facts);
  if (own.then === 'deny') return own;
  return { then: 'hold', rule: 'not-understood', reason: `the request could not be read: ${why}` };
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
  if (ruled.then === 'allow') return { then: 'allow', rule: cheap, reason: CHEAP_REASONS[cheap] };
  return inMode(mode, ruled, undefined);
}

/** Comes before whatever else holds: an approval has to be given for this. */
function withNeeded(ruled: Ruled, needed: string | undefined): Ruled {
  if (needed === undefined || ruled.then === 'deny') return ruled;
  const also = ruled.then === 'hold' ? `; and ${ruled.reason}` : '';
  return { then: 'hold', rule: NEEDED, reason: `${needed}${also}` };
}

interface Ruled {
  then: DecisionVerb;
  rule: string;
  reason: string;
}

/** What rules have said, each by the values that it asks for: to be shared by requests that differ in little. */
export type RuleAnswers = Map<PolicyRule, Map<string, ReturnType<PolicyRule['when']>>>;

function firstMatch(policy: Pick<GuardPolicy, 'rules'>, facts: Facts, answers?: RuleAnswers): Ruled {
  const asked = askedOften(facts);
  for (const rule of policy.rules) {
    const result = answers ? answerOf(rule, asked, answers) : rule.when(asked);
    if ('error' in result) {
      return {
        then: 'hold',
        rule: rule.name,
        reason: `rule ${rule.name} could not be evaluated: ${result.error}`,
      };
    }
    if (result.value) return { then: rule.verdict, rule: rule.name, reason: rule.reason };
  }
  return { then: 'allow', rule: 'default', reason: 'no rule speaks against it' };
}

function answerOf(
  rule: PolicyRule,
  facts: ReturnType<typeof askedOften>,
  answers: RuleAnswers,
): ReturnType<PolicyRule['when']> {
  if (!rule.when.asksFor) return rule.when(facts);
  const known = answers.get(rule) ?? new Map<string, ReturnType<PolicyRule['when']>>();
  answers.set(rule, known);
  const values = JSON.stringify([...rule.when.asksFor].map((path) => valueAt(facts, path)));
  const answer = known.get(values) ?? rule.when(facts);
  known.set(values, answer);
  return answer;
}

function valueAt(facts: Record<string, unknown>, path: string): unknown {
  const [name = '', field] = path.split('.');
  const value = facts[name];
  return field === undefined ? value : (value as Record<string, unknown> | undefined)?.[field];
}

function inMode(mode: Mode, ruled: Ruled, softening: Softening | undefined): Decision {
  const { then: wanted, rule, reason } = ruled;
  const held = wanted === 'hold' || wanted === 'deny';
  if (mode === 'enforce')
    return { then: wanted, rule, reason, ...(wanted === 'hold' && softening ? { softening } : {}) };
  if (wanted === 'allow') return { then: 'allow', rule, reason };
  const then = mode === 'warn' ? 'warn' : 'allow';
  return held || mode === 'observe' ? { then, rule, reason, wouldBe: wanted } : { then, rule, reason };
}
