import type { Hold, Journal } from '@toolcrib/model';
import { followingHold } from '../journal/hold-transitions.ts';

/** The holds of a journal, with its rules, in memory. */
export function holdsInMemory(): Pick<Journal, 'saveHold' | 'hold'> {
  const all = new Map<string, Hold>();
  return {
    async saveHold(hold) {
      all.set(hold.code, followingHold(all.get(hold.code), hold));
    },
    hold: async (code) => all.get(code),
  };
}
