// Step: many of one act
import type { Clock, Journal, RequestRecord } from '@toolcrib/model';
import type { PassesGiven } from '../port/passes.ts';
import type { LiveAct } from './live-act.ts';
import type { OnTheWay } from './on-the-way.ts';

/** The way to the door's thread. */
export interface PassesLink {
  give(given: PassesGiven): void;
  /** @returns ids of those that were taken */
  recall(actId: string): Promise<string[]>;
}

/** What was judged before it came, act by act. */
export interface Ahead {
  /**
   * A request of an act is being judged: the passes of that act are taken back first, so that whatever comes of it (a hold, a
   * no) counts for all that come after. To be called again when it has ended.
   */
  judging(live: LiveAct): Promise<() => void>;
  /**
   * Whether this is the only request of its act that is being judged, and none has a pass.
   * @param seenAt when what it is judged by was looked at: not before everything was last taken back
   */
  mayBegin(live: LiveAct, seenAt?: number): boolean;
  /** Hands requests that were judged and kept (`records`) to the door. */
  begin(live: LiveAct, given: PassesGiven, records: readonly RequestRecord[]): void;
  /** The client of an act has hung up, or what was judged may have changed: nothing of it is sent any more. */
  recall(actId: string): Promise<void>;
  recallAll(): Promise<void>;
  /** Of a request that had a pass: the act that it is counted for from now on. */
  settled(id: string): LiveAct | undefined;
}

/** What this takes from outside. */
interface AheadDeps {
  journal: Pick<Journal, 'together'>;
  clock: Clock;
  onTheWay: Pick<OnTheWay, 'handedOver' | 'ended'>;
  log(line: string, detail?: Record<string, unknown>): void;
}

interface Batch {
  live: LiveAct;
  /** Not yet known to be sent. */
  open: Map<string, RequestRecord>;
  cancel(): void;
}

/** @param late told of each request that was sent, and of which no outcome has come by the time that its pass ends */
export function ahead(deps: AheadDeps, link: PassesLink, late: (id: string, context: string) => void): Ahead {
  const batches = new Map<string, Batch>();
  const ending = new Map<string, Promise<void>>();
  const judged = new Map<string, number>();
  let changedAt = Number.NEGATIVE_INFINITY;
  const { journal, clock, onTheWay, log } = deps;

  const count = (live: LiveAct): void => {
    live.act = { ...live.act, soFar: live.act.soFar + 1, lastAt: clock.now() };
  };

  async function end(actId: string, batch: Batch): Promise<void> {
    batch.cancel();
    const taken = new Set(await link.recall(actId));
    batches.delete(actId);
    const never: string[] = [];
    for (const id of batch.open.keys()) {
      if (taken.has(id)) {
        count(batch.live);
        late(id, batch.live.act.context);
      } else {
        onTheWay.ended(id);
        never.push(id);
      }
    }
    if (never.length === 0) return;
    // Where it can't be written they stay `kept`: the next start asks the cluster, and finds that nothing went.
    await journal
      .together({ act: batch.live.act, forget: never })
      .catch((error: unknown) => log('what was judged ahead could not be forgotten', { why: String(error) }));
  }

  const recall = (actId: string): Promise<void> => {
    const batch = batches.get(actId);
    const under = ending.get(actId);
    if (under || !batch) return under ?? Promise.resolve();
    const done = end(actId, batch).finally(() => ending.delete(actId));
    ending.set(actId, done);
    return done;
  };

  return {
    async judging({ act: { id } }) {
      judged.set(id, (judged.get(id) ?? 0) + 1);
      await recall(id);
      return () => {
        const left = (judged.get(id) ?? 1) - 1;
        if (left > 0) judged.set(id, left);
        else judged.delete(id);
      };
    },
    mayBegin: ({ act: { id } }, seenAt = Number.POSITIVE_INFINITY) =>
      (judged.get(id) ?? 0) <= 1 && !batches.has(id) && seenAt > changedAt,
    begin(live, given, records) {
      for (const record of records) onTheWay.handedOver(record);
      const { id } = live.act;
      const cancel = clock.after(Math.max(0, given.until - clock.now()), () => void recall(id));
      batches.set(id, { live, open: new Map(records.map((record) => [record.id, record])), cancel });
      link.give(given);
    },
    recall,
    async recallAll() {
      changedAt = clock.now();
      await Promise.all([...batches.keys()].map(recall));
    },
    settled(id) {
      for (const batch of batches.values()) {
        if (!batch.open.delete(id)) continue;
        count(batch.live);
        if (batch.open.size === 0) void recall(batch.live.act.id);
        return batch.live;
      }
      return undefined;
    },
  };
}
