import {
  type Act,
  type Cluster,
  compareClusters,
  contextNameOf,
  nameText,
  ToolcribError,
  type UndoRecord,
} from '@toolcrib/model';

/**
 * An act is undone in the cluster in which it was done, and in no other that has its context's name by now.
 * @param options.sameCluster `by` says that it is the same, where that can't be told
 * @returns what is to be told of it
 * @throws ToolcribError `conflict` where it is another one, or nobody can tell
 */
export async function boundTo(
  { by, sameCluster }: { by: string; sameCluster?: boolean },
  act: Act,
  cluster: Cluster,
): Promise<UndoRecord['results']> {
  const found = compareClusters(act.cluster, await cluster.identity());
  if (found === 'same') return [];
  if (found === 'other') throw otherCluster(act);
  const what = `the cluster of context ${nameText(contextNameOf(act.context))}`;
  if (found === 'by-address') {
    const note = 'told by its address and CA alone: the namespace kube-system could not be read then, or now';
    return [{ what, result: 'unchanged', note }];
  }
  if (sameCluster) return [{ what, result: 'unchanged', note: `${by} says that it is the same` }];
  throw unknownCluster(act, 'undo');
}

export function unknownCluster({ id, context }: Act, how: 'undo' | 'finish'): ToolcribError {
  return new ToolcribError(
    'conflict',
    `Whether the cluster of context ${nameText(contextNameOf(context))} is still the one in which ${id} was done can't be told.`,
    { next: `Where you know that it is: toolcrib ${how} ${id} --same-cluster` },
  );
}

export function otherCluster({ id, context }: Act): ToolcribError {
  return new ToolcribError(
    'conflict',
    `The context ${nameText(contextNameOf(context))} names another cluster than when ${id} was done. Nothing was changed.`,
    {
      next: 'Let the context name that cluster again, or bring the objects over by hand: toolcrib log shows them.',
    },
  );
}
