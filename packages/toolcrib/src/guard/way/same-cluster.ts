import { type Cluster, compareClusters, contextNameOf, type Journal } from '../../model/index.ts';

/**
 * Whether an act's context names another cluster by now: what stands there says nothing of what became of the act.
 * @returns why it can't be told; undefined where it is the same, or where nobody wrote down which it was
 */
export async function inAnotherCluster(
  deps: { journal: Pick<Journal, 'act'> },
  actId: string,
  cluster: Cluster,
): Promise<string | undefined> {
  const act = await deps.journal.act(actId);
  if (!act?.cluster || compareClusters(act.cluster, await cluster.identity()) !== 'other') return undefined;
  return `the context ${contextNameOf(act.context)} names another cluster by now, so what became of it in its own is not known`;
}
