import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Verdict } from '@toolcrib/model';
import type { ByHand } from '../criteria/criterion.ts';
import { viewOf } from '../criteria/criterion.ts';
import { quote } from '../criteria/figures.ts';
import { criterionById } from '../criteria/index.ts';
import { factsOf } from '../pack/pack.ts';
import type { EvidencePack } from '../pack/schema.ts';
import type { JudgedResult, ResolvedPolicy } from '../policy/resolved.ts';

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

/**
 * git on a folder whose configuration nobody has read: it can name programs to run (a signature checked by
 * `gpg.program`, a pager, what fetches a missing object), replace objects and lie about dates, and a work tree can hold a
 * mailmap that was never committed.
 *
 * @param dir a clone, bare or not
 */
export function safeGit(dir: string): string {
  const inner = join(dir, '.git');
  const place = quote(existsSync(inner) ? inner : dir);
  return `GIT_CONFIG_GLOBAL=/dev/null GIT_ALLOW_PROTOCOL=none GIT_NO_REPLACE_OBJECTS=1 git --git-dir=${place} --bare --no-pager -c log.showSignature=false -c core.commitGraph=false -c mailmap.file=/dev/null`;
}

/** Where the clone is that a pack was made from, and how it is to be had where that was only for the run. */
function placeOf(pack: EvidencePack): { dir: string; clone?: string } {
  const facts = factsOf(pack);
  const of = (type: string) => facts.find((fact) => fact.type === type)?.source.location;
  const place = of('git.history') ?? of('git.files') ?? '.';
  if (!/^\w+:\/\/|^[\w.-]+@[\w.-]+:/.test(place)) return { dir: place };
  const dir = `${
    basename(place)
      .replace(/\.git$/, '')
      .replace(/^.*:/, '') || 'clone'
  }.git`;
  return { dir, clone: `git clone --bare -- ${quote(place)} ${quote(`./${dir}`)}` };
}

/** What is to be done once before the commands can be run: a tool that was named by its address is not on this disk. */
export function beforeByHand(pack: EvidencePack): string | undefined {
  return placeOf(pack).clone;
}

/** For each figure the command that prints it, ready to paste, and what it must print. */
export function byHandOf(pack: EvidencePack): CheckByHand[] {
  const view = viewOf(pack.subject, factsOf(pack), pack.gaps);
  const git = safeGit(placeOf(pack).dir);
  const now = Date.parse(pack.assessedAt);
  return pack.results.flatMap((result) => {
    const criterion = criterionById(result.criterion);
    const threshold = criterion?.threshold.parse(pack.policy.thresholds[result.criterion] ?? {});
    return (criterion?.byHand?.(view, threshold, now) ?? []).map(({ figure, command }) => ({
      criterion: result.criterion,
      figure,
      printed: String(result.numbers[figure]),
      // A function, as `$&` in a path would be read as what was matched.
      command: command.replaceAll('$GIT', () => git),
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
