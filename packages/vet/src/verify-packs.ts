import { readFile } from 'node:fs/promises';
import { combineVerdicts, ToolcribError, type Verdict } from '@toolcrib/model';
import { collectAgain } from './pack/recollect.ts';
import { underOwnPolicy, type Verification, verifyPack } from './pack/verify.ts';
import { policyReader } from './policy/default.ts';
import { inForce } from './policy/policy.ts';
import { standsIn } from './policy/stands-in.ts';
import { dataText } from './report/json.ts';
import { type TerminalOptions, terminalVerification } from './report/terminal.ts';

export interface VerifyPacksOptions {
  git?: string;
  file: string[];
  policy?: string;
  job?: string;
  output: string;
  registry?: string;
  offline?: true;
  /** Days; as typed. */
  maxAge?: string;
}

/**
 * `toolcrib vet --verify`: each pack against its sources and against the reader's own policy, as that is in force now.
 *
 * @throws ToolcribError `usage`, and what reading packs and policies throws
 */
export async function verifyPacks(
  paths: readonly string[],
  options: VerifyPacksOptions,
  terminal: TerminalOptions,
): Promise<{ text: string; verdict: Verdict }> {
  const maxAgeDays = daysOf(options.maxAge);
  const read = policyReader(options.policy);
  const texts: string[] = [];
  const verdicts: Verdict[] = [];
  const reports: unknown[] = [];
  for (const path of paths) {
    const { pack, unread, ...rest } = await verifyPack(await readText(path), path, (pack) =>
      collectAgain(pack, {
        git: options.git,
        files: options.file,
        packPath: path,
        network: options.offline !== true,
        registry: options.registry,
      }),
    );
    const { policy, path: policyPath } = await ownPolicy(pack, options, read);
    const { unread: unreadOfOwn, ...own } = underOwnPolicy({ pack, ...rest }, policy);
    const whole: Verification = { pack, unread: [...new Set([...unread, ...unreadOfOwn])], ...rest };
    const tooOld = maxAgeDays !== undefined && rest.ageDays > maxAgeDays;
    verdicts.push(verdictOf(whole, own.verdict, tooOld));
    const shown = { ...whole, ownPolicy: { ...own, path: policyPath }, ...(tooOld && { maxAgeDays }) };
    texts.push(terminalVerification(path, shown, terminal));
    const { pack: _, ...report } = shown;
    reports.push({ path, assessedAt: pack.assessedAt, verdict: pack.verdict, ...report });
  }
  const { output } = options;
  const text = output === 'json' || output === 'yaml' ? dataText(output, reports) : texts.join('');
  return { text, verdict: combineVerdicts(verdicts) };
}

/**
 * A pack that does not hold decides for itself; one that holds counts as what it says, as what the reader demands, and
 * as what of it was seen again: a pass that only the pack itself speaks for, or that is too long ago, is not known.
 */
function verdictOf({ holds, pack, unread }: Verification, own: Verdict, tooOld: boolean): Verdict {
  if (!holds) return 'fail';
  return combineVerdicts([pack.verdict, own, ...(unread.length > 0 || tooOld ? (['unknown'] as const) : [])]);
}

/** Whoever calls a pack after this very folder must not change by what it is judged: the person has to say. */
async function ownPolicy(
  { subject }: Verification['pack'],
  { git, policy: named, job }: VerifyPacksOptions,
  read: ReturnType<typeof policyReader>,
) {
  const own = named === undefined && (await standsIn({ subject, dir: git }));
  const { policy, passedOver, path } = await read(own);
  if (passedOver !== undefined)
    throw new ToolcribError(
      'usage',
      `${passedOver} of this folder belongs to ${subject.name}, the pack’s own tool`,
      {
        next: `say by which policy you judge: --policy ${passedOver} if this one is yours`,
      },
    );
  return { policy: inForce(policy.resolve(subject, job), Date.now()), path };
}

function daysOf(typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  if (!/^\d{1,5}$/.test(typed))
    throw new ToolcribError('usage', `--max-age ${typed} is no number of days`, {
      next: 'for example --max-age 30',
    });
  return Number(typed);
}

/** @throws ToolcribError `not-found` */
export async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause) => {
    throw new ToolcribError('not-found', `${path} can't be read: ${(cause as Error).message}`, {
      next: 'name an evidence pack, as --save writes it',
      cause,
    });
  });
}
