import { openedOnce } from '@toolcrib/guard/testing/opened-once.ts';
import type { OpenTarget } from '@toolcrib/guard/testing/target.ts';
import { takesOverKindsContract } from './takes-over.kinds.contract.ts';
import { takesOverLooksContract } from './takes-over.looks.contract.ts';
import { takesOverPodsContract } from './takes-over.pods.contract.ts';

/** A workload that is created smaller than what it takes over is a scale-down of that. */
export function takesOverContract(open: OpenTarget): void {
  const shared = openedOnce(open);
  takesOverKindsContract(shared);
  takesOverLooksContract(shared);
  takesOverPodsContract(shared);
}
