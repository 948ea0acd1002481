import { messageOf as wholeMessageOf } from '@toolcrib/model';
import type { ReasonCode, Verification } from './verification.ts';

/** Thrown inside a scheme to end it with a reason; turned into a `Verification` by `conclude`. */
export class Stop extends Error {
  readonly code: Exclude<ReasonCode, 'verified'>;
  readonly extra: Partial<Verification>;

  constructor(code: Exclude<ReasonCode, 'verified'>, reason: string, extra: Partial<Verification> = {}) {
    super(reason);
    this.code = code;
    this.extra = extra;
  }
}

/** Text of a foreign error: one line, bounded, without control characters (it may quote hostile input). */
export function messageOf(error: unknown): string {
  return printable(wholeMessageOf(error)).slice(0, 300);
}

/** Makes foreign text safe to print on one line. */
export function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ');
}
