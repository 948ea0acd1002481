import { randomBytes } from 'node:crypto';
import type { Ids } from '@toolcrib/model';

/** No vowels, no digit or letter that could be taken for another: nothing unreadable, nothing rude. */
const ALPHABET = '23456789bcdfghjkmnpqrstvwxz';

/** Ids that a tired person can type. Codes are upper case, acts are not. */
export function randomIds(): Ids {
  return {
    act: () => `act-${pick(7)}`,
    request: () => `req-${pick(14)}`,
    code: () => pick(5).toUpperCase(),
  };
}

/** Of one life of a guard: what it owns stands under it in the journal. */
export function randomGuard(): string {
  return `guard-${pick(10)}`;
}

function pick(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      // Bytes beyond a whole multiple are dropped: each character is equally likely.
      if (byte < 243 && text.length < length) text += ALPHABET[byte % 27];
    }
  }
  return text;
}
