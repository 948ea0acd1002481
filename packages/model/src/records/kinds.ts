import type { z } from 'zod';
import { type Act, actSchema } from './act.ts';
import { type Hold, holdSchema } from './hold.ts';
import { type RequestRecord, requestSchema } from './request.ts';
import { type Snapshot, snapshotSchema } from './snapshot.ts';
import { type SoftenRecord, softenSchema } from './soften.ts';
import { type UndoRecord, undoSchema } from './undo.ts';

/** Every kind of record that a journal has. */
export interface RecordOf {
  act: Act;
  request: RequestRecord;
  snapshot: Snapshot;
  hold: Hold;
  softening: SoftenRecord;
  undo: UndoRecord;
}

export type RecordKind = keyof RecordOf;

export interface Kind<T> {
  schema: z.ZodType<T>;
  /** What people read: "the act", before its id. */
  title: string;
  /**
   * Version of its form, written with each record; where none is written it is 1. To be raised with every change after
   * which an earlier toolcrib would read a record wrongly, or not at all. A field more, and a new word in an enum or as
   * what a union is told apart by, need no raise: an earlier one lets the field be, and knows that it does not know the
   * word. A snapshot's stands beside it in its row (1 for one, 2 for a list), to be known before it is opened.
   */
  format: number;
}

export const recordKinds: { readonly [K in RecordKind]: Kind<RecordOf[K]> } = {
  act: { schema: actSchema, title: 'the act', format: 1 },
  request: { schema: requestSchema, title: 'the request', format: 1 },
  snapshot: { schema: snapshotSchema, title: 'the snapshot', format: 2 },
  hold: { schema: holdSchema, title: 'the hold', format: 1 },
  softening: { schema: softenSchema, title: 'the softened delete of', format: 1 },
  undo: { schema: undoSchema, title: 'the undo', format: 1 },
};
