// Step: look
import { anotherCluster, type Cluster, contextNameOf, type Journal, nameText } from '@toolcrib/model';

/**
 * Whether an act's context names another cluster by now, or may: what stands there says nothing of what became of the act.
 * @returns why it can't be told; undefined where it is the same, or where nobody wrote down which it was
 */
export async function inAnotherCluster(
  deps: { journal: Pick<Journal, 'act'> },
  actId: string,
  cluster: Cluster,
): Promise<string | undefined> {
  const act = await deps.journal.act(actId);
  if (!act?.cluster) return undefined;
  const another = anotherCluster(act.cluster, await cluster.identity());
  if (another === undefined) return undefined;
  return `the context ${nameText(contextNameOf(act.context))} ${another} by now, so what became of it in its own is not known`;
}
