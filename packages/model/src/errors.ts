export type ToolcribErrorCode =
  | 'usage'
  | 'bad-file'
  | 'no-kubeconfig'
  | 'unknown-context'
  | 'credentials'
  | 'unreachable'
  | 'api'
  | 'port-in-use'
  | 'not-running'
  | 'journal'
  | 'wrong-key'
  | 'damaged'
  /** Written by a newer toolcrib, and to be read by that one. */
  | 'newer'
  /** Of toolcrib itself: nobody has done anything wrong. */
  | 'fault'
  /** What nobody foresaw: it is told, and nothing else of it is. */
  | 'internal'
  | 'not-found'
  | 'conflict'
  /** Its time has long passed: a person is asked first. */
  | 'overdue'
  /** Not known yet: to be asked again. */
  | 'unsettled'
  | 'not-kept'
  | 'not-understood'
  | 'limit'
  /** What was sent is larger than anything that is taken there. */
  | 'too-large'
  | 'missing-part'
  | 'unverifiable';

/**
 * The one error class of the product. `message` says what happened and why, `next` what to do about it.
 * `exitCode` follows the command line's rule: 1 no, 2 wrong usage or bad input, 3 could not tell.
 */
export class ToolcribError extends Error {
  readonly code: ToolcribErrorCode;
  readonly next: string | undefined;

  constructor(code: ToolcribErrorCode, message: string, options: { next?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ToolcribError';
    this.code = code;
    this.next = options.next;
  }

  get exitCode(): 1 | 2 | 3 {
    return EXIT[this.code] ?? 3;
  }
}

const EXIT: Partial<Record<ToolcribErrorCode, 1 | 2>> = {
  usage: 2,
  'bad-file': 2,
  'no-kubeconfig': 2,
  'unknown-context': 2,
  'not-found': 2,
  'wrong-key': 2,
  'missing-part': 2,
  'too-large': 2,
  conflict: 1,
  overdue: 1,
  'not-kept': 1,
};

/** What was said of something thrown: an error's message, or the thing itself as text. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
