import type { RequestRecord, RequestState } from '../../model/index.ts';
import type { WayDeps } from './deps.ts';
import { resumeSoftenings } from './resume.ts';
import { settleByLooking } from './settle-by-looking.ts';

export interface Recovered {
  /** Requests of which nobody knows what became, for good or for now. */
  unsettled: RequestRecord[];
  /** Those of them that another look may settle: their cluster did not answer. */
  again: RequestRecord[];
}

/**
 * After a restart: says of every request that was on its way what became of it. `held` ones were never sent; softenings
 * that were cut off are carried on; for each `kept` one the cluster is asked whether its object still stands. Clusters
 * side by side: one that is away keeps no other waiting.
 *
 * @param before when this guard began (ms since 1970): what it does itself meanwhile is not taken for left over
 * @param last nothing is asked again in this life, and the notes say so
 */
export async function recover(deps: WayDeps, before: number, last = false): Promise<Recovered> {
  const { journal } = deps;
  const earlier = async (state: RequestState) =>
    (await journal.requests({ state })).filter(({ at }) => at < before);
  for (const request of await earlier('held')) {
    await journal.saveRequest({
      ...request,
      state: 'refused',
      note: 'the guard ended while it was held; never sent',
    });
  }
  const open = [...(await earlier('kept')), ...(await earlier('unsettled'))];
  const byContext = new Map<string | undefined, RequestRecord[]>();
  for (const record of await journal.softenings({ state: 'started' })) byContext.set(record.context, []);
  for (const request of open) {
    const context = (await journal.act(request.actId))?.context;
    byContext.set(context, [...(byContext.get(context) ?? []), request]);
  }
  const found = await Promise.all(
    [...byContext].map(([context, requests]) => recoverIn(deps, context, requests, last)),
  );
  return { unsettled: found.flatMap((one) => one.unsettled), again: found.flatMap((one) => one.again) };
}

async function recoverIn(
  deps: WayDeps,
  context: string | undefined,
  requests: readonly RequestRecord[],
  last: boolean,
): Promise<Recovered> {
  const found: Recovered = { unsettled: [], again: [] };
  if (context !== undefined) await resumeSoftenings(deps, context);
  let away: string | undefined;
  for (const { id, actId } of requests) {
    // Resuming may have settled it.
    const stored = (await deps.journal.requests({ actId })).find((one) => one.id === id);
    if (!stored || (stored.state !== 'kept' && stored.state !== 'unsettled')) continue;
    const { settled, again } = await settleByLooking(deps, stored, context, away);
    if (again) away ??= again;
    const note = last && again ? `${settled.note}; not asked again before the next start` : settled.note;
    if (settled.state !== stored.state || note !== stored.note)
      await deps.journal.saveRequest({ ...settled, note });
    if (settled.state !== 'unsettled') continue;
    found.unsettled.push(settled);
    if (again) found.again.push(settled);
  }
  return found;
}
