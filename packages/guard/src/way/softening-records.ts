// Step: forward
import { type Journal, type LeftOut, passOver, type SoftenRecord } from '@toolcrib/model';

/** Softenings of this guard's life, so that none is taken in hand twice. By request id. */
export interface Softenings {
  /** Being softened, settled or resumed now. */
  underWay: Set<string>;
  /** Could not be resumed the last time: not before `until` again. Milliseconds. */
  pauses: Map<string, { until: number; pause: number }>;
  /** What could not be read when it was resumed: since when that is known. Milliseconds since 1970. */
  unread: Map<string, Map<string, number>>;
}

export function softenings(): Softenings {
  return { underWay: new Set(), pauses: new Map(), unread: new Map() };
}

/**
 * Writes a softening down, but never over an end that another process (an undo) has written meanwhile.
 * @param by a person carries it on, whatever has become of its guard
 */
export async function saveSoftening(
  journal: Pick<Journal, 'softenings' | 'saveSoften'>,
  record: SoftenRecord,
  by?: 'person',
): Promise<void> {
  const { actId, requestId } = record;
  // Over its own row the journal writes nothing where that can't be read.
  const all = await journal.softenings({ actId }, undefined, passOver);
  const stored = all.find((one) => one.requestId === requestId);
  if (stored?.state === 'undone' || stored?.state === 'finished') return;
  await journal.saveSoften(record, by);
}

/**
 * Tried again after an answer that told nothing, and softened then: the workload has gone by that. What is left is that act's to
 * finish and to undo; kept data may be told by both.
 * @param damaged told of records that can't be read: of them nobody knows, and the others count
 * @returns the record's end; undefined where no other has taken it
 */
export async function takenElsewhere(
  journal: Pick<Journal, 'softenings'>,
  record: SoftenRecord,
  damaged: LeftOut,
): Promise<SoftenRecord | undefined> {
  if (record.how === 'retain-first') return undefined;
  const states = ['softened', 'finished', 'undone'] as const;
  const all = await Promise.all(states.map((state) => journal.softenings({ state }, undefined, damaged)));
  const other = all
    .flat()
    .find(
      ({ context, owner, requestId, how }) =>
        context === record.context &&
        owner.uid === record.owner.uid &&
        requestId !== record.requestId &&
        how !== 'retain-first',
    );
  if (!other) return undefined;
  const note = `Nothing was deleted by it: act ${other.actId} took it.`;
  return { ...record, state: 'failed', held: false, note };
}
