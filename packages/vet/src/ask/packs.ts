import { combineVerdicts, ToolcribError, type Verdict } from '@toolcrib/model';
import type { z } from 'zod';
import type { Verification } from '../pack/outcome.ts';
import { collectAgain } from '../pack/recollect.ts';
import { underOwnPolicy, verifyPack } from '../pack/verify.ts';
import { policyReader } from '../policy/default.ts';
import { inForce } from '../policy/policy.ts';
import { standsIn } from '../policy/stands-in.ts';
import { checked, type PacksInput, packsInput } from './input.ts';
import type { VerifiedPack, VerifiedPacks } from './outcome.ts';
import { readText } from './read-text.ts';

/**
 * Each pack against its sources and against the reader's own policy, as that is in force now.
 *
 * @throws ToolcribError `usage`, and what reading packs and policies throws
 */
export async function vetPacks(asked: PacksInput): Promise<VerifiedPacks> {
  const input = checked(packsInput, asked);
  const { maxAgeDays } = input;
  const read = policyReader(input.policy);
  const packs: VerifiedPack[] = [];
  const verdicts: Verdict[] = [];
  for (const path of input.packs) {
    const { pack, unread, ...rest } = await verifyPack(await readText(path), path, (pack) =>
      collectAgain(pack, {
        git: input.git,
        files: input.files,
        packPath: path,
        network: !input.offline,
        registry: input.registry,
      }),
    );
    const { policy, path: policyPath } = await ownPolicy(pack, input, read);
    const { unread: unreadOfOwn, ...own } = underOwnPolicy({ pack, ...rest }, policy);
    const whole: Verification = { pack, unread: [...new Set([...unread, ...unreadOfOwn])], ...rest };
    const tooOld = maxAgeDays !== undefined && rest.ageDays > maxAgeDays;
    verdicts.push(verdictOf(whole, own.verdict, tooOld));
    packs.push({ path, ...whole, ownPolicy: { ...own, path: policyPath }, ...(tooOld && { maxAgeDays }) });
  }
  return { packs, verdict: combineVerdicts(verdicts) };
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
  { git, policy: named, job }: z.output<typeof packsInput>,
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
