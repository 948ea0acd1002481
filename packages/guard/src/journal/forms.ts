import { ToolcribError } from '@toolcrib/model';
import { type RecordKind, type RecordOf, recordKinds } from '@toolcrib/model/records/kinds';
import type { z } from 'zod';
import type { Row } from './database.ts';
import { damaged, newer } from './errors.ts';

/** Columns that say what a field of the record says too. */
const BESIDE = { id: 'id', code: 'code', act_id: 'actId', state: 'state' } as const;

/** More is no word of ours, but something that got lost there. */
const WORD = /^[A-Za-z][\w.-]{0,63}$/;

/**
 * The text of a record as it is stored.
 * @throws ToolcribError `fault` where it could not be read back
 */
export function written<K extends RecordKind>(kind: K, record: RecordOf[K]): string {
  check(kind, record);
  return JSON.stringify({ ...record, format: recordKinds[kind].format });
}

/** @throws ToolcribError `fault` where a record that is to be stored could not be read back */
export function check<K extends RecordKind>(kind: K, record: RecordOf[K]): void {
  const { error } = recordKinds[kind].schema.safeParse(record);
  if (!error) return;
  const name = titleOf(kind, record as Row);
  throw new ToolcribError(
    'fault',
    `toolcrib was about to write ${name} into its journal in a form that could not be read back: ${textOf(error)}.`,
    {
      next: 'Nothing of it was written, and the journal is whole. This is a fault of toolcrib: please report it with these lines.',
      cause: error,
    },
  );
}

/**
 * The record in a row's `body`, as it was written: only its format is taken out.
 * @throws ToolcribError `newer`, `damaged`
 */
export function read<K extends RecordKind>(kind: K, row: Row, file: string): RecordOf[K] {
  const name = titleOf(kind, row);
  try {
    const value: unknown = JSON.parse(String(row.body));
    const { format, ...record } = fieldsOf(value);
    const known = recordKinds[kind].format;
    if (format !== undefined && !Number.isSafeInteger(format)) throw new Error('its format is none');
    if (isNewer(format, known))
      throw newer(name, file, `its format is ${format}, and this one knows ${known}`);
    const found = asRead(kind, record, name, file);
    for (const [column, field] of Object.entries(BESIDE))
      if (column in row && row[column] !== record[field])
        throw new Error(`it is not what its ${column} says`);
    return found;
  } catch (cause) {
    throw cause instanceof ToolcribError ? cause : damaged(name, file, cause);
  }
}

/**
 * A value that was read, once it is known to be a record of its kind: the same value, neither trimmed nor reordered.
 * @throws ToolcribError `newer` where nothing is wrong with it but words that are not known here; ZodError
 */
export function asRead<K extends RecordKind>(
  kind: K,
  value: unknown,
  name: string,
  file: string,
): RecordOf[K] {
  const { error } = recordKinds[kind].schema.safeParse(value);
  if (!error) return value as RecordOf[K];
  if (error.issues.every((issue) => isUnknownWord(issue, value)))
    throw newer(name, file, textOf(error, value));
  throw new Error(textOf(error), { cause: error });
}

/** Whether a format is one that is not known here. */
export function isNewer(format: unknown, known: number): format is number {
  return typeof format === 'number' && Number.isSafeInteger(format) && format > known;
}

export function titleOf(kind: RecordKind, row: Row): string {
  return `${recordKinds[kind].title} ${String(row.id ?? row.code ?? row.act_id ?? row.actId)}`;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Error('it is no record');
}

/** Only a word where others are known: a later toolcrib has more of them, and each was told apart from what fails. */
function isUnknownWord(issue: z.core.$ZodIssue, value: unknown): boolean {
  const words =
    issue.code === 'invalid_value'
      ? issue.values
      : issue.code === 'invalid_union'
        ? (issue as { options?: readonly unknown[] }).options
        : undefined;
  const found = at(value, issue.path);
  return (
    words?.some((word) => typeof word === 'string') === true && typeof found === 'string' && WORD.test(found)
  );
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
}

/** @param value where the words themselves are to be named, and not what would have been known */
function textOf({ issues }: z.ZodError, value?: unknown): string {
  const told = issues.slice(0, 3).map(({ path, message }) => {
    const where = path.map(String).join('.') || 'the whole';
    return value === undefined ? `${where}: ${message}` : `${where} is “${String(at(value, path))}”`;
  });
  return [...told, ...(issues.length > 3 ? [`${issues.length - 3} more`] : [])].join('; ');
}
