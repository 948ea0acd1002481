// Step: record
import {
  type Clock,
  type Journal,
  mayArriveUntil,
  notYetKnown,
  type RequestRecord,
  ToolcribError,
} from '@toolcrib/model';
import type { Became } from '../effects/effect-kind.ts';
import { kindOf, unreadWhy } from '../effects/index.ts';
import type { GuardPolicy } from '../policy/policy.ts';
import type { Clusters } from './asking.ts';
import { lookAt } from './look-at.ts';
import { inAnotherCluster } from './same-cluster.ts';

export const ENDED = 'the guard ended while it was on its way';

/** By whom it is settled: the clusters, and what the journal has of it. */
export interface Settlers extends Clusters {
  journal: Pick<Journal, 'act' | 'acts' | 'requests' | 'snapshot' | 'softenings'>;
  clock: Pick<Clock, 'now'>;
  policy(): GuardPolicy;
}

type Settled = Pick<RequestRecord, 'state' | 'note' | 'unsure'>;

/**
 * What became of a request of which no certain answer came, by asking its cluster what stands there now. That it took
 * something is certain as soon as it is seen; that it took nothing only once nothing can arrive any more, by two looks with
 * time between them.
 * @returns `again`: another look may tell, and why this one did not; `at`: not before (milliseconds since 1970)
 */
export async function settleByLooking(
  deps: Settlers,
  request: RequestRecord,
  context: string | undefined,
  options: {
    /** The cluster was found away a moment ago: why. It is not asked again now. */
    away?: string;
    /** Milliseconds between the two looks. */
    pause: number;
  },
): Promise<{ settled: RequestRecord; again?: string; at?: number; away?: boolean }> {
  const why = request.unsure?.why ?? ENDED;
  const said = ({ state, note, unsure = request.unsure }: Settled): { settled: RequestRecord } => ({
    settled: { ...request, state, note: `${why}; ${note}`, ...(unsure === undefined ? {} : { unsure }) },
  });
  try {
    const softened = (await deps.journal.softenings({ actId: request.actId })).find(
      (record) => record.requestId === request.id && record.how !== 'retain-first',
    );
    if (softened?.state === 'started') {
      const note = softened.note ?? 'its softening is still to be carried to its end';
      return { ...said({ state: 'unsettled', note }), again: note };
    }
    if (softened?.state === 'failed') return said({ state: 'not-carried-out', note: softened.note });
    if (softened) return said({ state: 'softened', note: 'its softening came to its end' });
    const hopeless = cannotBeTold(request, context);
    if (hopeless) return said({ state: 'unsettled', note: hopeless });
    const { away } = options;
    if (away) return { ...said({ state: 'unsettled', note: away }), again: away, away: true };
    const cluster = await deps.clusterFor(context ?? '');
    const other = await inAnotherCluster(deps, request.actId, cluster);
    if (other) return { ...said({ state: 'unsettled', note: other }), again: other };
    const look = await lookAt(deps, request, cluster);
    if ('never' in look) return said({ state: 'unsettled', note: look.never });
    const until = mayArriveUntil(request, deps.policy().mayArriveMs(context ?? '')) ?? 0;
    return decided(deps.clock.now(), request, look, { pause: options.pause, until }, said);
  } catch (error) {
    // No look of ours will tell, and the cluster may be asked for others.
    if (error instanceof ToolcribError && (error.code === 'newer' || error.code === 'damaged'))
      return said({ state: 'unsettled', note: error.message });
    const note = `the cluster could not be asked (${error instanceof ToolcribError ? error.message : String(error)})`;
    return { ...said({ state: 'unsettled', note }), again: note, away: true };
  }
}

function decided(
  now: number,
  request: RequestRecord,
  look: Exclude<Became, { never: string }>,
  { pause, until }: { pause: number; until: number },
  said: (settled: Settled) => { settled: RequestRecord },
): { settled: RequestRecord; again?: string; at?: number } {
  const { note } = look;
  if (look.done === 'all') return said({ state: 'carried-out', note });
  if (now < until) {
    const again = `${note}; ${notYetKnown(until)}`;
    return { ...said({ state: 'unsettled', note: again }), again, at: until };
  }
  const looked = request.unsure?.looked;
  if (looked === undefined || now < looked + pause) {
    const unsure = { why: request.unsure?.why ?? ENDED, until, looked: looked ?? now };
    const again = `${note}; the cluster is asked once more`;
    return { ...said({ state: 'unsettled', note: again, unsure }), again, at: unsure.looked + pause };
  }
  return said({ state: look.done === 'part' ? 'carried-out' : 'not-carried-out', note });
}

/** Why no look at the cluster will ever tell; undefined where one may. */
function cannotBeTold({ effect }: RequestRecord, context: string | undefined): string | undefined {
  if (context === undefined) return 'its act is not in the journal';
  // That its object stands says nothing about a change that was not understood.
  const why = unreadWhy(effect);
  if (why !== undefined) return `whether it was carried out can't be told: it was not understood (${why})`;
  return kindOf(effect).became === undefined ? 'its target is not known' : undefined;
}
