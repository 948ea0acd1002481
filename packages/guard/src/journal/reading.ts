import { type LeftOut, ToolcribError } from '@toolcrib/model';
import type { RecordKind, RecordOf } from '@toolcrib/model/records/kinds';
import type { Row, Value } from './database.ts';
import { read } from './forms.ts';

/**
 * Rows into records. What a newer toolcrib wrote is left out of a list, and told; what is damaged likewise, or thrown.
 * @param whole of one act: what is left is not to be taken for it
 * @param damaged told of what is damaged, by this list
 */
export type Records = <K extends RecordKind>(
  kind: K,
  found: Row[],
  leftOut?: LeftOut,
  whole?: boolean,
  damaged?: LeftOut,
) => RecordOf[K][];

/** @param onDamaged told of what is damaged, by whatever list; where there is nobody to tell that is thrown */
export function recordsOf(file: string, onDamaged: ((error: ToolcribError) => void) | undefined): Records {
  return (kind, found, leftOut, whole = false, damaged = undefined) =>
    found.flatMap((row) => {
      try {
        return [read(kind, row, file)];
      } catch (error) {
        if (!(error instanceof ToolcribError)) throw error;
        if (error.code === 'newer') {
          if (whole && !leftOut) throw error;
          leftOut?.(error);
        } else {
          const tell = damaged ?? onDamaged;
          if (!tell) throw error;
          tell(error);
        }
        return [];
      }
    });
}

/** The WHERE of those that were given. */
export function conditions(wanted: Record<string, Value | undefined>): { where: string; values: Value[] } {
  const given = Object.entries(wanted).filter((entry): entry is [string, Value] => entry[1] !== undefined);
  if (given.length === 0) return { where: '', values: [] };
  return {
    where: `WHERE ${given.map(([left]) => `${left} ?`).join(' AND ')}`,
    values: given.map(([, value]) => value),
  };
}
