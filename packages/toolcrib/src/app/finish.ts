import { type Clock, type Cluster, type Journal, ToolcribError } from '../model/index.ts';

/** Completes a softened act: what was left running goes now. */
export async function finishAct(
  _deps: { journal: Journal; clusterFor(context: string): Promise<Cluster>; clock: Clock; by: string },
  actId: string,
): Promise<void> {
  throw new ToolcribError('not-found', `not there yet: finish of ${actId}`);
}
