// Step: record
import {
  asUnsure,
  betweenLooks,
  type Hold,
  type Journal,
  type LeftOut,
  netOf,
  passOver,
  type RequestRecord,
} from '@toolcrib/model';
import { type ResumeDeps, resumeSoftenings } from './resume-softenings.ts';
import { ENDED, type Settlers, settleByLooking } from './settle-by-looking.ts';

export type RecoverDeps = ResumeDeps & Settlers & { journal: Pick<Journal, 'holds'> };

export interface Recovered {
  /** Requests of which nobody knows what became, for good or for now. */
  unsettled: RequestRecord[];
  /** Those of them that another look may settle: it is too early, or their cluster did not answer. */
  again: RequestRecord[];
  /** When the earliest of them may be settled; absent where none says. Milliseconds since 1970. */
  at?: number;
}

/**
 * Says of every request that was on its way, and of which no certain answer came, what became of it. After a restart `held`
 * ones were never sent, and each `kept` one may have left in the last moment of the guard that has died; what is of a guard that lives is let be; softenings that were
 * cut off are carried on; for the others the cluster is asked whether their objects still stand. Clusters side by side: one
 * that is away keeps no other waiting. To be called again until nothing is left.
 *
 * @param before when this guard began (ms since 1970): what it does itself meanwhile is not taken for left over
 * @param last nothing is asked again in this life of what is long due, and the notes say so
 */
export async function recover(deps: RecoverDeps, before: number, last = false): Promise<Recovered> {
  const { journal, lease, damaged } = deps;
  const contextOf = async ({ actId }: RequestRecord) => (await journal.act(actId))?.context;
  for (const request of await journal.requests({ state: 'held' }, undefined, damaged)) {
    if (!lease.isLeftOver(request, before)) continue;
    await journal.saveRequest(await whileHeld(deps, request, await contextOf(request)));
  }
  const isAnothers = ({ guard }: RequestRecord) => guard !== undefined && guard !== lease.guard();
  for (const request of await journal.requests({ state: 'kept' }, undefined, damaged)) {
    if (!lease.isLeftOver(request, before)) continue;
    // Of this guard's earlier thread nothing has left after this one began. Another guard may have lived beside this one, and
    // sent what it had kept long before until its own end: that it has ended is known only now.
    const since = isAnothers(request) ? deps.clock.now() : before;
    const until = since + deps.policy().mayArriveMs((await contextOf(request)) ?? '');
    await journal.saveRequest(asUnsure(request, ENDED, until));
  }
  const byContext = new Map<string | undefined, RequestRecord[]>();
  for (const record of await journal.softenings({ state: 'started' }, undefined, damaged))
    if (lease.isOurs(record)) byContext.set(record.context, []);
  for (const request of await journal.requests({ state: 'unsettled' }, undefined, damaged)) {
    if (!lease.isOurs(request)) continue;
    const context = await contextOf(request);
    byContext.set(context, [...(byContext.get(context) ?? []), request]);
  }
  const found = await Promise.all(
    [...byContext].map(([context, requests]) => recoverIn(deps, context, requests, last)),
  );
  const times = found.flatMap(({ at }) => at ?? []);
  return {
    unsettled: found.flatMap((one) => one.unsettled),
    again: found.flatMap((one) => one.again),
    ...(times.length > 0 ? { at: Math.min(...times) } : {}),
  };
}

/** A request that was held when its guard ended. Who said yes to it is told that it came to nothing, and by what. */
async function whileHeld(
  { journal, damaged, clock, policy }: RecoverDeps,
  request: RequestRecord,
  context: string | undefined,
): Promise<RequestRecord> {
  let unread = false;
  const noteUnread = (): void => void (unread = true);
  const tell: LeftOut = (error) => {
    noteUnread();
    damaged(error);
  };
  const holds = (await journal.holds({ actId: request.actId }, noteUnread, tell)).filter(
    ({ requestId }) => requestId === request.id,
  );
  // Its hold may be the one that can't be read.
  const mayHaveLeft = holds.some(couldGoUnwritten) || (unread && holds.length === 0);
  if (mayHaveLeft) return asUnsure(request, ENDED, clock.now() + policy().mayArriveMs(context ?? ''));
  const yes = holds.find((hold) => hold.answer && hold.state !== 'open' && isStillAYes(hold));
  const note = yes
    ? `${yes.answer?.by} had said yes, and the guard ended before it was sent; never sent`
    : 'the guard ended while it was held; never sent';
  return { ...request, state: 'refused', note };
}

/**
 * What goes with nothing of it kept goes although nothing can be written: on a full disk its guard's memory decides, and the row
 * knows neither of the yes nor of the use.
 */
function couldGoUnwritten(hold: Hold): boolean {
  return isStillAYes(hold) && (hold.answer?.withoutNet === true || netOf(hold) === 'none');
}

/** Neither taken back nor refused: a `void` one may carry a yes that its guard did not take. */
function isStillAYes({ state, denied }: Hold): boolean {
  return state !== 'denied' && state !== 'void' && denied === undefined;
}

async function recoverIn(
  deps: RecoverDeps,
  context: string | undefined,
  requests: readonly RequestRecord[],
  last: boolean,
): Promise<Recovered> {
  const found: Recovered = { unsettled: [], again: [] };
  if (context !== undefined) await resumeSoftenings(deps, context);
  const pause = betweenLooks(deps.policy().mayArriveMs(context ?? ''));
  let away: string | undefined;
  for (const { id, actId } of requests) {
    // Resuming may have settled it.
    const stored = (await deps.journal.requests({ actId }, passOver, deps.damaged)).find(
      (one) => one.id === id,
    );
    if (stored?.state !== 'unsettled') continue;
    const look = await settleByLooking(deps, stored, context, { ...(away ? { away } : {}), pause });
    if (look.away) away ??= look.again;
    const over = last && look.again !== undefined && look.at === undefined;
    const settled = over
      ? { ...look.settled, note: `${look.settled.note}; not asked again before the next start` }
      : look.settled;
    if (JSON.stringify(settled) !== JSON.stringify(stored)) await deps.journal.saveRequest(settled);
    if (settled.state !== 'unsettled') continue;
    found.unsettled.push(settled);
    if (look.again === undefined) continue;
    found.again.push(settled);
    if (look.at !== undefined) found.at = Math.min(found.at ?? look.at, look.at);
  }
  return found;
}
