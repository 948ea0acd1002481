import type { Clock, Journal } from '@toolcrib/model';

/** How long a guard is known to live after it last said so. Milliseconds. */
export const LEASE = 45_000;

/** What a record says of whose it is. */
export interface Owned {
  guard?: string | undefined;
}

/** What one thread of a guard knows of its lease, and tells the others. */
export interface LeaseNews {
  /** The guard's own id. */
  guard: string;
  /** Milliseconds since 1970. */
  until: number;
  /** Guards that have ended, and whose records are this one's business; '' is nobody. */
  inherited: readonly string[];
}

/**
 * By what a guard owns its records. While it runs nobody else takes them over. Once it has run out another may have, at any
 * moment: what a guard that stood still finds in its own memory then proves nothing.
 */
export interface Lease {
  guard(): string;
  /** Milliseconds since 1970. */
  until(): number;
  /** By this machine's clock, which goes on while a process stands still. */
  runs(): boolean;
  /** @returns whether it runs now; not where it was ended, nor where the journal can't be asked */
  renew(): Promise<boolean>;
  /** Own, or of a guard that has ended and left it to this one. */
  isOurs(record: Owned): boolean;
  /**
   * Ours, and nobody's work any more: of a guard that has ended, or of an earlier thread of this one.
   * @param before when this thread began. Milliseconds since 1970
   */
  isLeftOver(record: Owned & { at: number }, before: number): boolean;
}

/** The lease in one thread. `hear` takes what another has found out. */
export function leaseView(
  { journal, clock, life = LEASE }: { journal: Pick<Journal, 'renewLease'>; clock: Clock; life?: number },
  first: LeaseNews,
): Lease & { hear(news: LeaseNews): void; inherited(): readonly string[] } {
  let { guard, until } = first;
  let inherited = new Set(first.inherited);
  const isOurs = (record: Owned) => record.guard === guard || inherited.has(record.guard ?? '');
  return {
    guard: () => guard,
    until: () => until,
    runs: () => clock.now() < until,
    async renew() {
      // From before it was asked for: how long that took is not known.
      const [whose, next] = [guard, clock.now() + life];
      const lives = await journal.renewLease(whose, next).catch(() => undefined);
      if (guard !== whose) return clock.now() < until;
      if (lives === true) until = Math.max(until, next);
      // Nothing that was let go by it may leave any more.
      if (lives === false) until = Number.NEGATIVE_INFINITY;
      return clock.now() < until;
    },
    isOurs,
    isLeftOver: (record, before) =>
      isOurs(record) && (record.at < before || (record.guard !== undefined && record.guard !== guard)),
    inherited: () => [...inherited],
    hear(news) {
      until = news.guard === guard ? Math.max(until, news.until) : news.until;
      ({ guard } = news);
      inherited = new Set(news.inherited);
    },
  };
}
