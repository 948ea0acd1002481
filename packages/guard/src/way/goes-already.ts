// Step: act
import type { Decision } from '@toolcrib/model';
import { deleteIn } from '../effects/index.ts';
import type { GuardPolicy } from '../policy/policy.ts';
import { type GoingOut, sentBy } from './going.ts';
import type { Seen } from './seen.ts';
import type { Step } from './step.ts';

/**
 * What an answered delete of the same act takes anyway, as it was shown then, is not asked for again. Only a delete that
 * can be read; and a rule of a person's own, or one about force, speaks of how it is sent, which was not shown then.
 */
export async function goesAlready(
  deps: { going: Pick<GoingOut, 'taker'>; policy(): GuardPolicy },
  { request, as, sender, cluster, subject, live }: Omit<Step, 'seen' | 'decision' | 'key'>,
  held: Decision,
  seen: Seen,
): Promise<Decision | undefined> {
  const effect = deleteIn(subject.effect);
  if (subject.kind !== 'destructive' || !effect || subject.blind !== undefined) return undefined;
  // What softened Pods use is held whoever takes it.
  if (!seen.own || seen.needed !== undefined) return undefined;
  const own = deps.policy().rules.some(({ name, origin }) => name === held.rule && origin === 'guard.yaml');
  if (own || held.rule === FORCED) return undefined;
  const how = sentBy({ request, sender }, live.act.id, effect);
  const taker = await deps.going.taker(how, seen.own, cluster, as);
  return taker === undefined
    ? undefined
    : { then: 'allow', rule: 'goes-already', reason: `the delete of ${taker} takes it already` };
}

/** The built-in rule about deletes that wait for nobody. */
const FORCED = 'forced';
