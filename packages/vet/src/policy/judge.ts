import { combineVerdicts, ToolcribError, type Verdict } from '@toolcrib/model';
import { type Criterion, type EvidenceView, viewOf } from '../criteria/criterion.ts';
import { CRITERIA } from '../criteria/index.ts';
import type { Gap, Subject } from '../facts/evidence.ts';
import type { Fact } from '../facts/fact.ts';
import { exceptionFor } from './policy.ts';
import type { JudgedResult, ResolvedPolicy } from './resolved.ts';
import { judgeRule } from './rules.ts';

export interface Judged {
  results: JudgedResult[];
  verdict: Verdict;
}

/**
 * The verdict over one subject: pure, so that a second person gets the same from the same pack. Everything the policy
 * requires must pass; what an exception waives today is shown and left out; if nothing is left, nothing is known.
 *
 * @throws ToolcribError `bad-file` for a threshold that is none, as only a pack of strangers can hold
 */
export function judge(
  subject: Subject,
  facts: readonly Fact[],
  gaps: readonly Gap[],
  policy: ResolvedPolicy,
  now: number,
): Judged {
  const view = viewOf(subject, facts, gaps);
  const results: JudgedResult[] = [];
  for (const criterion of CRITERIA) {
    const required = policy.require.includes(criterion.id);
    if (!required && !policy.inform.includes(criterion.id)) continue;
    if (!applies(criterion.appliesTo, view)) continue;
    const threshold = thresholdOf(criterion, policy);
    const waived = exceptionFor(policy, criterion.id, now);
    const judgement = criterion.judge(view, threshold, now);
    results.push({
      criterion: criterion.id,
      ...judgement,
      required,
      ...(waived === undefined ? {} : { waived }),
    });
  }
  for (const rule of policy.rules) results.push(judgeRule(rule, view, results, now));
  const deciding = results.filter(({ required, waived }) => required && waived === undefined);
  return { results, verdict: combineVerdicts(deciding.map(({ verdict }) => verdict)) };
}

function thresholdOf({ id, threshold }: Criterion, { thresholds }: ResolvedPolicy): unknown {
  const parsed = threshold.safeParse(thresholds[id] ?? {});
  if (parsed.success) return parsed.data;
  throw new ToolcribError('bad-file', `the threshold of ${id} is none: ${parsed.error.issues[0]?.message}`, {
    next: 'it was made by another version of toolcrib, or by hand; vet the tool anew',
  });
}

function applies(types: readonly string[] | undefined, { subject }: EvidenceView): boolean {
  return types === undefined || types.some((type) => subject.purl.startsWith(`pkg:${type}/`));
}
