import { openedOnce } from '../testing/opened-once.ts';
import type { OpenTarget } from '../testing/target.ts';
import { windowCreatedContract } from './window.created.contract.ts';
import { windowNotTakenContract } from './window.not-taken.contract.ts';
import { windowProgramsContract } from './window.programs.contract.ts';

/** A create in the window of a softened ReplicaSet, judged, sent and answered for real. Proved by plain requests. */
export function windowContract(open: OpenTarget): void {
  const shared = openedOnce(open);
  windowCreatedContract(shared);
  windowNotTakenContract(shared);
  windowProgramsContract(shared);
}
