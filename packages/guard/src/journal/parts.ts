import type { Database } from './database.ts';
import type { Guards } from './guards.ts';
import type { Records } from './reading.ts';
import type { rowsIn } from './rows.ts';
import type { Snapshots } from './snapshots.ts';

/** On what each part of a journal stands: its file, and what is written into it and read from it. */
export interface Store {
  database: Database;
  rows: ReturnType<typeof rowsIn>;
  snapshots: Snapshots;
  guards: Guards;
  records: Records;
}
