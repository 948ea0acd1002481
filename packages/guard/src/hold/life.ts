import type { Hold } from '@toolcrib/model';

/** How long an unanswered hold can still be answered. Milliseconds. */
export const HOLD_LIFE = 10 * 60_000;

/** Whether a hold is still anybody's business: its time is not over, or its yes still lets go on what it has begun. */
export function isCurrent({ expiresAt, coversUntil = 0 }: Hold, now: number): boolean {
  return expiresAt > now || coversUntil >= now;
}
