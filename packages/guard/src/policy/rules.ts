import { type DecisionVerb, ToolcribError } from '@toolcrib/model';
import { type CompiledRule, compileRule, type Rule } from '@toolcrib/model/rule';
import type { z } from 'zod';
import { builtInRules, type RuleText } from './built-in.ts';
import type { GuardPolicyFile } from './schema.ts';
import { ruleVocabulary, sampleFacts } from './vocabulary.ts';

/** Who wrote a rule: a person, in `guard.yaml`, or we. */
type RuleOrigin = 'guard.yaml' | 'built-in';

export interface PolicyRule {
  name: string;
  when: Rule & Partial<Pick<CompiledRule, 'asksFor'>>;
  verdict: DecisionVerb;
  reason: string;
  origin: RuleOrigin;
}

/** Where a person's rule gives no reason. */
const REASONS: Record<DecisionVerb, string> = {
  allow: 'guard.yaml allows it',
  warn: 'guard.yaml warns of it',
  hold: 'guard.yaml asks for a yes',
  deny: 'guard.yaml forbids it',
};

/**
 * The rules in force, the first that matches decides: a person's own, then the built-in ones. Only `disable` takes one of
 * those away. A copy of a built-in rule, as older files have them, stands for itself.
 * @throws ToolcribError `bad-file` for a rule that can't be used (see `ruleFaults`)
 */
export function rulesInForce({
  rules,
  disable,
}: Pick<GuardPolicyFile['spec'], 'rules' | 'disable'>): PolicyRule[] {
  const own = rules.filter((rule) => disable.includes(rule.name) || !isCopy(rule));
  return [
    ...own.map((rule) => compiled(rule, 'guard.yaml')),
    ...builtInRules.filter(({ name }) => !disable.includes(name)).map((rule) => compiled(rule, 'built-in')),
  ];
}

/** What is wrong with the rules of a file, each with the path to where it stands. */
export function ruleFaults({ spec: { rules, disable } }: GuardPolicyFile, context: z.RefinementCtx): void {
  const fault = (path: PropertyKey[], message: string) =>
    context.addIssue({ code: 'custom', path: ['spec', ...path], message });
  const names = builtInRules.map(({ name }) => name);
  for (const [index, name] of disable.entries()) {
    if (!names.includes(name))
      fault(['disable', index], `no built-in rule is called ${name}; there are ${names.join(', ')}`);
  }
  for (const [index, rule] of rules.entries()) {
    if (rules.findIndex(({ name }) => name === rule.name) < index)
      fault(['rules', index, 'name'], `rule ${rule.name}: another one above has that name`);
    if (names.includes(rule.name) && !disable.includes(rule.name) && !isCopy(rule))
      fault(
        ['rules', index, 'name'],
        `rule ${rule.name}: a built-in rule has that name and stays in force; choose another, or take that one away with disable: [${rule.name}]`,
      );
    const why = whyNot(rule);
    if (why !== undefined) fault(['rules', index, 'when'], `rule ${rule.name}: ${why}`);
  }
}

function isCopy(rule: RuleText): boolean {
  const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
  return builtInRules.some(
    ({ name, when, then }) => name === rule.name && then === rule.then && plain(when) === plain(rule.when),
  );
}

function whyNot(rule: RuleText): string | undefined {
  try {
    compiled(rule, 'guard.yaml');
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error.message;
  }
}

function compiled(rule: RuleText, origin: RuleOrigin): PolicyRule {
  const when = compileRule(rule.when, ruleVocabulary);
  // A rule that gives no true or false would hold everything later: better said now.
  const probe = when(sampleFacts);
  if ('error' in probe) throw new ToolcribError('bad-file', `it can't be evaluated: ${probe.error}`);
  return { name: rule.name, when, verdict: rule.then, reason: rule.reason ?? REASONS[rule.then], origin };
}
