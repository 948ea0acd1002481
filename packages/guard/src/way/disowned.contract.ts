import { openedOnce } from '../testing/opened-once.ts';
import type { OpenTarget } from '../testing/target.ts';
import { disownedHeldContract } from './disowned.held.contract.ts';
import { disownedPassesContract } from './disowned.passes.contract.ts';

/** A write that leaves an object to owners of which none stands has the garbage collector delete it. */
export function disownedContract(open: OpenTarget): void {
  const shared = openedOnce(open);
  disownedPassesContract(shared);
  disownedHeldContract(shared);
}
