import type { ClusterIdentity } from './records/act.ts';

/**
 * Whether what was done then was done in the cluster that is there now. `by-address`: UIDs could not be compared, address and
 * CA are the same. `unknown` is never taken for yes.
 * @param then as it was recorded; older records have none
 */
export function compareClusters(
  then: ClusterIdentity | undefined,
  now: ClusterIdentity,
): 'same' | 'other' | 'by-address' | 'unknown' {
  if (then?.uid !== undefined && now.uid !== undefined) return then.uid === now.uid ? 'same' : 'other';
  return then?.address === now.address ? 'by-address' : 'unknown';
}

/**
 * Whether the cluster that is there now is another one, or may be, than was recorded. Many a person may not read the
 * namespace `kube-system`: the address is all there is then, and another address says nothing for certain.
 * @param then older records have none: nothing is said of those
 * @returns the words for it: "names another cluster", "may name another cluster"
 */
export function anotherCluster(then: ClusterIdentity | undefined, now: ClusterIdentity): string | undefined {
  if (then === undefined) return undefined;
  const found = compareClusters(then, now);
  if (found === 'other') return 'names another cluster';
  return found === 'unknown' ? 'may name another cluster (told by its address alone)' : undefined;
}
