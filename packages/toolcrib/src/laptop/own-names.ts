/** Names of our clusters and users begin so; what does not was written by another program. */
export const OWN = 'toolcrib:';

/** The label of the context that one of our clusters leads to; undefined where the cluster is not ours. */
export function guardedName(cluster: string): string | undefined {
  return cluster.startsWith(OWN) ? cluster.slice(OWN.length) : undefined;
}
