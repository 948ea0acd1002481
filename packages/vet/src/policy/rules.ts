import { messageOf, ToolcribError } from '@toolcrib/model';
import { compileRule, type RuleVocabulary } from '@toolcrib/model/rule';
import type { EvidenceView } from '../criteria/criterion.ts';
import { FACTS, type FactType } from '../facts/index.ts';
import type { JudgedResult, ResolvedPolicy } from './resolved.ts';

type RuleText = ResolvedPolicy['rules'][number];

/**
 * What a rule can see: `subject.purl|name|version`; `criteria["licence"].verdict|numbers` by id; `facts["type"]`, the
 * first of each and never whether it is there, as missing evidence must not make a rule true; `now` in seconds since
 * 1970.
 */
const VOCABULARY: RuleVocabulary = {
  subject: ['purl', 'name', 'version'],
  criteria: null,
  facts: { keys: Object.keys(FACTS) },
  now: null,
};

/** @throws ToolcribError `bad-file` */
export function checkRule(rule: RuleText, file: string): void {
  try {
    compileRule(rule.require, VOCABULARY);
  } catch (cause) {
    throw new ToolcribError('bad-file', `${file}: rule "${rule.name}": ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** A rule is judged like a criterion; one that can't be evaluated, as what it asks for is missing, is unknown. */
export function judgeRule(
  rule: RuleText,
  evidence: EvidenceView,
  results: readonly JudgedResult[],
  now: number,
): JudgedResult {
  const compiled = compileRule(rule.require, VOCABULARY);
  const read = (variable: string) => compiled.reads.get(variable) ?? new Set<string>();
  // Of `facts` it can only have read what it names: anything else is refused when the rule is compiled.
  const asked = [...read('facts')] as FactType[];
  const facts = asked.flatMap((type) => evidence.first(type) ?? []);
  const of = read('criteria');
  const rests = results.filter(({ criterion }) => of === 'all' || of.has(criterion));
  const answer = compiled({
    subject: { ...evidence.subject, version: evidence.subject.version ?? '' },
    criteria: Object.fromEntries(
      results.map(({ criterion, verdict, numbers }) => [criterion, { verdict, numbers }]),
    ),
    facts: Object.fromEntries(facts.map(({ type, value }) => [type, value])),
    now: Math.floor(now / 1000),
  });
  const base = {
    criterion: `rule:${rule.name}`,
    numbers: {},
    evidence: [...new Set([...facts.map(({ id }) => id), ...rests.flatMap((result) => result.evidence)])],
    required: true,
  };
  if ('error' in answer)
    return { ...base, verdict: 'unknown', reason: `${rule.reason} (it could not be told: ${answer.error})` };
  return { ...base, verdict: answer.value ? 'pass' : 'fail', reason: rule.reason };
}
