import type { ToolcribErrorCode } from '@toolcrib/model';
import type { RunProcess } from '../cage/lineage.ts';
import type { Person } from '../operations/context.ts';
import type { OperationName } from '../operations/operation.ts';

/** One operation for somebody, carried out in a thread of its own. */
export interface Errand {
  name: OperationName;
  input: unknown;
  asker: Person;
  /** As the guard itself saw them begin. */
  runs: readonly RunProcess[];
  env: Record<string, string | undefined>;
  home: string;
}

/** From its thread; after the last three nothing comes. */
export type FromErrand =
  | { type: 'told'; event: unknown }
  | { type: 'done'; value: unknown }
  | { type: 'failed'; code: ToolcribErrorCode; message: string; next?: string }
  /** Nobody foresaw it. */
  | { type: 'broke'; why: string };
