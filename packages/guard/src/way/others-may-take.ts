// Step: forward
import {
  type Clock,
  type Journal,
  type LeftOut,
  mayArriveUntil,
  SENDING,
  type SoftenRecord,
  type ToolcribError,
} from '@toolcrib/model';
import { kindOf } from '../effects/index.ts';
import type { GuardPolicy } from '../policy/policy.ts';
import type { Softenings } from './softening-records.ts';

export interface OthersMayTake {
  journal: Pick<Journal, 'requests'>;
  clock: Pick<Clock, 'now'>;
  policy(): GuardPolicy;
  damaged: LeftOut;
  softenings: Pick<Softenings, 'unread'>;
}

/**
 * Tried again after an answer that told nothing: a volume given back now would go with the second request, and a workload
 * without our finalizer past us. A request that can't be read may be such a one: until nothing can arrive any more of what
 * was kept before it was first met here, which is not before this record became ours.
 */
export async function othersMayTake(deps: OthersMayTake, record: SoftenRecord): Promise<boolean> {
  const { journal, clock, damaged } = deps;
  const { kind, namespace, name, uid } = record.owner;
  const within = kind === 'Namespace' ? name : namespace;
  const mayArrive = deps.policy().mayArriveMs(record.context);
  const met = deps.softenings.unread.get(record.requestId) ?? new Map<string, number>();
  let unknown = false;
  const unread = ({ message }: ToolcribError): void => {
    const since = met.get(message) ?? clock.now();
    deps.softenings.unread.set(record.requestId, met.set(message, since));
    if (clock.now() < since + SENDING + mayArrive) unknown = true;
  };
  const torn = (error: ToolcribError): void => {
    unread(error);
    damaged(error);
  };
  const open = [
    ...(await journal.requests({ state: 'kept' }, unread, torn)),
    ...(await journal.requests({ state: 'unsettled' }, unread, torn)),
  ];
  return (
    unknown ||
    open.some((request) => {
      if (request.id === record.requestId) return false;
      const until = mayArriveUntil(request, mayArrive);
      if (until === undefined || clock.now() >= until) return false;
      const { effect, targetUids } = request;
      if (kindOf(effect).targets === 'stay') return false;
      const target = 'target' in effect ? effect.target : undefined;
      const takesAll = target?.resource === 'namespaces' && target.name === within;
      return targetUids.includes(uid) || takesAll;
    })
  );
}
