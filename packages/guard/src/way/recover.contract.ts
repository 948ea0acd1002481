import { openedOnce } from '../testing/opened-once.ts';
import type { OpenTarget } from '../testing/target.ts';
import { recoverLookedAtContract } from './recover.looked-at.contract.ts';
import { recoverRetainFirstContract } from './recover.retain-first.contract.ts';
import { recoverSofteningContract } from './recover.softening.contract.ts';
import { recoverUnsettledContract } from './recover.unsettled.contract.ts';

/** What a guard makes of its journal after a restart, over this target. Proved by plain requests. */
export function recoverContract(open: OpenTarget): void {
  const shared = openedOnce(open);
  recoverLookedAtContract(shared);
  recoverSofteningContract(shared);
  recoverRetainFirstContract(shared);
  recoverUnsettledContract(shared);
}
