import type { Verdict } from '../../model/index.ts';
import type { ByHand } from '../criteria/criterion.ts';
import { viewOf } from '../criteria/criterion.ts';
import { quote } from '../criteria/figures.ts';
import { criterionById } from '../criteria/index.ts';
import { factsOf } from '../pack/pack.ts';
import type { EvidencePack, JudgedResult, ResolvedPolicy } from '../pack/schema.ts';

/** One row of a report. */
export interface Row {
  id: string;
  title: string;
  verdict: Verdict;
  reason: string;
  required: boolean;
  /** `reason, by whom, until when` of the exception that waives it. */
  waived: string | undefined;
}

export function nameOf(pack: EvidencePack): string {
  return pack.subject.version === undefined
    ? pack.subject.name
    : `${pack.subject.name} ${pack.subject.version}`;
}

export function rowsOf(pack: EvidencePack): Row[] {
  return pack.results.map((result) => ({
    id: result.criterion,
    title: criterionById(result.criterion)?.title ?? result.criterion,
    verdict: result.verdict,
    reason: result.reason,
    required: result.required,
    waived: waiver(result),
  }));
}

function waiver({ waived }: JudgedResult): string | undefined {
  return waived === undefined
    ? undefined
    : `${waived.reason} (${waived.approvedBy}, until ${waived.expires})`;
}

export type CheckByHand = ByHand & { criterion: string; printed: string };

/** For each figure the command that prints it, ready to paste, and what it must print. */
export function byHandOf(pack: EvidencePack): CheckByHand[] {
  const view = viewOf(pack.subject, factsOf(pack), pack.gaps);
  const place = view.first('git.history')?.source.location ?? view.first('git.files')?.source.location ?? '.';
  const now = Date.parse(pack.assessedAt);
  return pack.results.flatMap((result) => {
    const criterion = criterionById(result.criterion);
    const threshold = criterion?.threshold.parse(pack.policy.thresholds[result.criterion] ?? {});
    return (criterion?.byHand?.(view, threshold, now) ?? []).map(({ figure, command }) => ({
      criterion: result.criterion,
      figure,
      printed: String(result.numbers[figure]),
      command: command.replaceAll('$GIT', `git -C ${quote(place)}`),
    }));
  });
}

/** By what it was judged and which history was read: both are for the reader to recognise, or not. */
export function basisOf(pack: EvidencePack): string[] {
  const history = viewOf(pack.subject, factsOf(pack), pack.gaps).first('git.history')?.value;
  return [
    ...policyLines(pack.policy),
    ...(history === undefined ? [] : [`history of ${history.ref} at ${history.commit.slice(0, 12)}`]),
  ];
}

/** None for a pack made before policies were named in packs. */
export function policyLines({ source }: ResolvedPolicy): string[] {
  return source === undefined ? [] : [`policy ${source.path} (sha256 ${source.sha256.slice(0, 12)})`];
}

/** What decides, in a sentence. */
export function summary(pack: EvidencePack): string {
  const deciding = pack.results.filter(({ required, waived }) => required && waived === undefined);
  const count = (verdict: Verdict) => deciding.filter((result) => result.verdict === verdict).length;
  const parts = [
    `${count('pass')} pass`,
    ...(count('fail') > 0 ? [`${count('fail')} fail`] : []),
    ...(count('unknown') > 0 ? [`${count('unknown')} unknown`] : []),
  ];
  const waived = pack.results.filter((result) => result.waived !== undefined).length;
  return `${parts.join(', ')} of ${deciding.length} required${waived > 0 ? `, ${waived} waived` : ''}`;
}
