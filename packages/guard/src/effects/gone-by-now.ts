import { uidOf } from '@toolcrib/kube';
import type { Became, BecameAt, EffectOf } from './effect-kind.ts';

/**
 * What became of a request whose targets go with it: whether they stand.
 * @throws ToolcribError where the cluster can't be asked now
 */
export async function goneByNow(
  at: BecameAt<EffectOf<'delete' | 'delete-collection' | 'evict'>>,
): Promise<Became> {
  const { request, effect, cluster, targets } = at;
  const none = nothingToCompare(at);
  if (none) return none;
  // What was on its way out before says nothing about this request.
  const telling = targets.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (telling.length === 0) return { never: 'what it named was being deleted before it already' };
  let gone = 0;
  let others = 0;
  let byOthers: Set<string> | undefined;
  for (const { metadata } of telling) {
    const where = { namespace: metadata.namespace, name: metadata.name };
    const now = await cluster.get(effect.target, where, request.as);
    const stands = now?.metadata.uid === metadata.uid && !now?.metadata.deletionTimestamp;
    if (stands) continue;
    byOthers ??= await at.takenByLater();
    if (byOthers.has(uidOf(metadata))) others++;
    else gone++;
  }
  const rest = others > 0 ? `, ${others} were taken by a later request` : '';
  if (gone === telling.length) return { done: 'all', note: 'what it named is gone' };
  if (others === telling.length) return { done: 'none', note: 'what it named was taken by a later request' };
  if (gone === 0) return { done: 'none', note: `what it named still stands${rest}` };
  return { done: 'part', note: `${gone} of ${telling.length} are gone${rest}` };
}

/** Why there is nothing to compare with what stands; undefined where there is. */
export function nothingToCompare({
  kept,
  targets,
}: Pick<BecameAt<unknown>, 'kept' | 'targets'>): { never: string } | undefined {
  if (!kept) return { never: 'nothing of it was kept to compare with' };
  return targets.length === 0 ? { never: 'what it was to hit is not known' } : undefined;
}
