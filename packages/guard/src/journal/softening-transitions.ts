import type { SoftenRecord } from '@toolcrib/model';

/**
 * The softening as it will be stored: the guard and the command line write the same ones from different processes, each
 * from what it had read before. An end stays the end, that a person asked for the undo is never forgotten, and a finish that
 * began before that ends nothing: what it left the undo has.
 */
export function followingSoften(stored: SoftenRecord | undefined, given: SoftenRecord): SoftenRecord {
  if (!stored) return given;
  const ended = stored.state === 'undone' || stored.state === 'finished';
  if (ended && given.state !== stored.state) return stored;
  if (given.state === 'finished' && given.undoAsked !== stored.undoAsked) return stored;
  return stored.undoAsked === undefined ? given : { ...given, undoAsked: stored.undoAsked };
}

/** Whether the guard might finish it, now or once it is softened: so, whether a word against that has to be written down. */
export function mayBeFinished({ how, state }: SoftenRecord): boolean {
  return how !== 'retain-first' && state !== 'undone' && state !== 'finished';
}
