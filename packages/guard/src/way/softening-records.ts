// Step: forward
import type { Journal, SoftenRecord } from '@toolcrib/model';

/** Softenings of this guard's life, so that none is taken in hand twice. By request id. */
export interface Softenings {
  /** Being softened, settled or resumed now. */
  underWay: Set<string>;
  /** Could not be resumed the last time: not before `until` again. Milliseconds. */
  pauses: Map<string, { until: number; pause: number }>;
}

export function softenings(): Softenings {
  return { underWay: new Set(), pauses: new Map() };
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
  const stored = (await journal.softenings({ actId })).find((one) => one.requestId === requestId);
  if (stored?.state === 'undone' || stored?.state === 'finished') return;
  await journal.saveSoften(record, by);
}

/**
 * Tried again after an answer that told nothing, and softened then: the workload has gone by that. What is left is that act's to
 * finish and to undo; kept data may be told by both.
 * @returns the record's end; undefined where no other has taken it
 */
export async function takenElsewhere(
  journal: Pick<Journal, 'softenings'>,
  record: SoftenRecord,
): Promise<SoftenRecord | undefined> {
  if (record.how === 'retain-first') return undefined;
  const states = ['softened', 'finished', 'undone'] as const;
  const all = await Promise.all(states.map((state) => journal.softenings({ state })));
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
