import type { RequestRecord, SoftenRecord } from '../../model/index.ts';
import { createWatchKey } from '../port/messages.ts';
import type { AskedRequest, Brain, Outcome } from '../request.ts';
import type { WayDeps } from './deps.ts';
import { judge } from './judge.ts';
import { settleClaim } from './retained.ts';

/** The thinking part, behind the port: judges, and follows what becomes of what it let go. */
export function brain(deps: WayDeps): Omit<Brain, 'watchesCreates'> & { close(): Promise<void> } {
  const underWay = new Set<Promise<unknown>>();
  const follow = <T>(work: Promise<T>): Promise<T> => {
    const done = work.finally(() => underWay.delete(done)) as Promise<T>;
    underWay.add(done);
    return done;
  };
  return {
    judge: (request: AskedRequest) =>
      follow(judge(deps, request)).finally(() => deps.gone.delete(request.id)),
    settled(id, outcome) {
      follow(settle(deps, id, outcome)).catch((error: unknown) => {
        // The row stays `kept`; the next start asks the cluster what became of it.
        deps.log('an outcome could not be written down', { id, why: String(error) });
      });
    },
    gone(id) {
      deps.gone.add(id);
      deps.desk.gone(id);
    },
    noticed: (read) => deps.sessions.notice(read),
    async close() {
      deps.desk.close();
      await Promise.allSettled(underWay);
    },
  };
}

async function settle(deps: WayDeps, id: string, outcome: Outcome): Promise<void> {
  // An eviction that a budget refuses takes nothing.
  if ('notSent' in outcome || ('status' in outcome && outcome.status >= 400)) deps.letGo.forget(id);
  const adopting = deps.whenCreated.get(id);
  deps.whenCreated.delete(id);
  if (adopting && 'status' in outcome && outcome.status < 300) await deps.journal.saveSoften(adopting);
  const retained = deps.softenings.retained.get(id);
  deps.softenings.retained.delete(id);
  if (retained) await settleClaim(deps, retained, outcome);
  const request = deps.onTheWay.get(id);
  if (!request) return;
  deps.onTheWay.delete(id);
  await deps.journal.saveRequest({ ...request, ...endOf(outcome) });
}

function endOf(outcome: Outcome): Pick<RequestRecord, 'state' | 'status' | 'note'> {
  if ('status' in outcome) return { state: 'answered', status: outcome.status };
  if ('notSent' in outcome) return { state: 'not-sent', note: outcome.notSent };
  return { state: 'failed', note: outcome.failed };
}

/** The types and namespaces in which a CREATE must be judged: where softened acts wait to be finished. */
export function createWatches(
  softened: readonly SoftenRecord[],
  resourceOf: (record: SoftenRecord) => string,
): string[] {
  return softened.map((record) => {
    const { context, owner } = record;
    const group = owner.apiVersion.includes('/') ? owner.apiVersion.split('/')[0] : '';
    return createWatchKey(context, group ?? '', resourceOf(record), owner.namespace);
  });
}
