import type { Hold } from '@toolcrib/model';
import type { No, Yes } from './hold-answer.ts';

/**
 * What a yes makes of an open hold.
 * @param now milliseconds since 1970
 * @param passMs how long it is good for. Milliseconds
 */
export function withYes({ envelope }: Hold, yes: Yes, now: number, passMs: number): Partial<Hold> {
  const { as, by, withoutNet, from } = yes;
  const expiresAt = now + passMs;
  const answer = { as, by, at: now, withoutNet, ...(from ? { from } : {}) };
  const more = envelope ? { envelope: { ...envelope, expiresAt } } : {};
  return { ...more, state: 'approved', answer, expiresAt, waiting: false };
}

/** What a no makes of one that is open, or whose yes was not used. */
export function withNo({ by, from }: No, now: number): Partial<Hold> {
  return { state: 'denied', denied: { by, at: now, ...(from ? { from } : {}) } };
}
