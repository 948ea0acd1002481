import type { Lease } from '../lease/lease.ts';

/** Of a guard that is alone, and whose lease never ends: whatever is in its journal is its business. */
export const loneLease: Lease = {
  guard: () => 'guard-of-tests',
  until: () => Number.POSITIVE_INFINITY,
  runs: () => true,
  renew: async () => true,
  isOurs: () => true,
  isLeftOver: ({ at }, before) => at < before,
};
