// Step: door
import type { Clock, Ids, Journal } from '@toolcrib/model';
import type { SessionLists } from '../act/sessions.ts';
import type { HoldDesk } from '../hold/desk.ts';
import type { Lease } from '../lease/lease.ts';
import type { Acts } from './act-registry.ts';
import type { Ahead } from './ahead.ts';
import type { EarlyLooks } from './early.ts';
import type { GoingOut } from './going.ts';
import type { HookWatches } from './hook-watches.ts';
import type { LetGo } from './let-go.ts';
import type { OnTheWay } from './on-the-way.ts';
import type { RecoverDeps } from './recover.ts';
import type { RequestHandlerDeps } from './request-handler.ts';
import type { StandingOwners } from './standing.ts';

/** The parts that several steps share, whole: a step asks for what it uses of them. */
interface Parts {
  journal: Journal;
  clock: Clock;
  ids: Ids;
  /** By what it owns the records that it writes. */
  lease: Lease;
  desk: HoldDesk;
  sessions: SessionLists;
  acts: Acts;
  /** Where hooks of stopped uninstalls would be made. */
  hooks: HookWatches;
  /** What was judged before it came. */
  ahead: Ahead;
  early: EarlyLooks;
  /** Owners that were seen to stand, remembered for a moment. */
  owners: StandingOwners;
  /** Pods that were let go of a moment ago. */
  letGo: LetGo;
  onTheWay: OnTheWay;
  /** What is on its way out by deletes that were let go. */
  going: GoingOut;
}

/** All that the way of requests takes; who puts a guard together gives it. No step takes this: each says what it needs. */
export type WayDeps = Parts & RequestHandlerDeps & RecoverDeps;
