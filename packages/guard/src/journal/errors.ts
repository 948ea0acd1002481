import { ToolcribError } from '@toolcrib/model';

// SQLite's primary result codes (https://www.sqlite.org/rescode.html): the low byte of node:sqlite's `errcode`.
const BUSY = 5;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

const ROOM = 'Free some space, or give toolcrib another folder with TOOLCRIB_HOME; then try again.';

/** Whether another process holds the file: nothing is wrong with it, and it can be tried again. */
export function isBusy(error: unknown): boolean {
  return resultOf(error instanceof ToolcribError ? error.cause : error) === BUSY;
}

/** 0 where it is no error of SQLite's. */
function resultOf(cause: unknown): number {
  return Number((cause as { errcode?: number } | undefined)?.errcode) & 0xff;
}

/** One clear ToolcribError for whatever went wrong in or around the database file. */
export function journalError(file: string, cause: unknown): ToolcribError {
  if (cause instanceof ToolcribError) return cause;
  const error = cause as NodeJS.ErrnoException;
  const why = error.message ?? String(cause);
  const of = (what: string, next: string) =>
    new ToolcribError('journal', `The journal ${file} ${what}: ${why}.`, { next, cause });
  if (error.code === 'ERR_OUT_OF_RANGE' || error.code === 'ERR_INVALID_ARG_VALUE') {
    return damaged('a row', file, cause);
  }
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return of('has no room left', ROOM);
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return of('can’t be written', 'Make its folder writable for you, or set TOOLCRIB_HOME to one that is.');
  }
  switch (resultOf(cause)) {
    case BUSY:
      return of(
        'is held by another process',
        'Wait a moment and try again; `toolcrib guard status` shows who runs.',
      );
    case FULL:
      return of('has no room left', ROOM);
    case READONLY:
    case CANTOPEN:
      return of('can’t be written', 'Make its folder writable for you, or set TOOLCRIB_HOME to one that is.');
    case IOERR:
      return of('could not be read or written', 'Look at the disk: is it full, unmounted or failing?');
    case CORRUPT:
    case NOTADB:
      return new ToolcribError('damaged', `The journal ${file} is damaged: ${why}.`, {
        next: `Put it back from a backup. Without one: eval "$(toolcrib off)" takes the guard out of the way, and with ${file} moved away \`toolcrib guard start\` begins a new journal; what is kept in the old one can’t be undone then.`,
        cause,
      });
    default:
      return of('failed', 'Nothing was forwarded on the strength of it. See the cause in the guard’s log.');
  }
}

export function damaged(what: string, file: string, cause: unknown): ToolcribError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ToolcribError('damaged', `In the journal ${file}, ${what} is damaged: ${why}.`, {
    next: 'Everything else in the journal can still be read. Put the file back from a backup if there is one.',
    cause,
  });
}

/** @param why "its format is 7, and this one knows 1" */
export function newer(what: string, file: string, why: string): ToolcribError {
  return new ToolcribError(
    'newer',
    `In the journal ${file}, ${what} was written by a newer toolcrib, and can't be read by this one: ${why}.`,
    {
      next: 'Update toolcrib, or use the newer one for this act. Nothing is damaged: the record was left as it is, and all others can be read.',
    },
  );
}
