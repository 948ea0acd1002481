import { openedOnce } from './opened-once.ts';
import { softenedLostContract } from './softened.lost.contract.ts';
import { softenedWorkloadContract } from './softened.workload.contract.ts';
import type { OpenTarget } from './target.ts';

/** Soften, then undo or finish: the promise of the whole, over this target. Proved by plain requests. */
export function softenedContract(open: OpenTarget): void {
  const shared = openedOnce(open);
  softenedWorkloadContract(shared);
  softenedLostContract(shared);
}
