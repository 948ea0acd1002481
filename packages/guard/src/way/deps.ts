import type { Clock, Cluster, Ids, Journal, Notifier, SoftenRecord } from '@toolcrib/model';
import type { SessionLists } from '../act/sessions.ts';
import type { HoldDesk } from '../hold/desk.ts';
import type { Lease } from '../lease/lease.ts';
import type { GuardPolicy } from '../policy/policy.ts';
import type { Acts } from './acts.ts';
import type { Ahead } from './ahead.ts';
import type { EarlyLooks } from './early.ts';
import type { GoingOut } from './going.ts';
import type { HookWatches } from './hook-watches.ts';
import type { LetGo } from './let-go.ts';
import type { OnTheWay } from './on-the-way.ts';
import type { OwnedLooks } from './owned.ts';
import type { Softenings } from './softenings.ts';
import type { StandingOwners } from './standing.ts';

/** What the way of a request needs from outside; put together in `app/`. */
export interface WayDeps {
  journal: Journal;
  /** @throws ToolcribError `unknown-context`, `credentials` */
  clusterFor(context: string): Promise<Cluster>;
  /** The policy as it stands now: the file is read again when it changes. */
  policy(): GuardPolicy;
  clock: Clock;
  ids: Ids;
  /** By what it owns the records that it writes. */
  lease: Lease;
  notifier: Notifier;
  desk: HoldDesk;
  sessions: SessionLists;
  acts: Acts;
  /** Where hooks of stopped uninstalls would be made. */
  hooks: HookWatches;
  /** What was judged before it came. */
  ahead: Ahead;
  early: EarlyLooks;
  /** What the rules' file is now. */
  rules(): string;
  /** What Pods own, remembered for a moment. */
  owned: OwnedLooks;
  /** Owners that were seen to stand, remembered for a moment. */
  owners: StandingOwners;
  /** Pods that were let go of a moment ago. */
  letGo: LetGo;
  /** What was let go of, until the cluster has answered. */
  onTheWay: OnTheWay;
  /** What is on its way out by deletes that were let go. */
  going: GoingOut;
  softenings: Softenings;
  /** Completes a softened delete now (the undo capability's work; injected, since capabilities never import each other). */
  finish(softened: SoftenRecord, why: string): Promise<void>;
  /**
   * Takes our marks off what a softened act had left and somebody has adopted (the undo capability's work too).
   * @param all also off what is nobody's yet. @returns how many objects still carry them
   */
  unmark(cluster: Cluster, record: SoftenRecord, all: boolean): Promise<number>;
  /** Something was softened: from now on CREATEs into its window are judged. Resolves once the door knows. */
  windowOpened(): Promise<void>;
  /** The journal has a request of which nobody knows what became: the cluster is to be asked, in time. */
  lookLater(): void;
  log(line: string, detail?: Record<string, unknown>): void;
}
