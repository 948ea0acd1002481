import type { KubeObject } from '@toolcrib/kube';
import { groupVersionOf, selectorMatches, uidOf } from '@toolcrib/kube';
import type { SoftenRecord } from '@toolcrib/model';

/**
 * What to do with a CREATE while a softened act waits for its finish (a deploy that deletes and creates,
 * `replace --force`, terraform).
 * `unrelated`: pass it on. `adopt`: it takes over exactly what was left, so pass it on and cancel the finish.
 * `ends`: it would stand beside the old Pods, so they go once it is there.
 *
 * @param left what the act left behind, as it stands now
 * @param created what the CREATE comes to, by the server's own word
 */
export function onCreate(
  record: SoftenRecord,
  left: readonly KubeObject[],
  created: KubeObject,
): 'unrelated' | 'adopt' | 'ends' {
  const { owner } = record;
  const same =
    record.state === 'softened' &&
    created.kind === owner.kind &&
    groupVersionOf(created.apiVersion).group === groupVersionOf(owner.apiVersion).group &&
    created.metadata.namespace === owner.namespace &&
    created.metadata.name === owner.name;
  if (!same) return 'unrelated';
  const adoptable = owner.kind === 'Deployment' ? 'ReplicaSet' : 'Pod';
  const known = new Set(record.left.map(({ uid }) => uid));
  const candidates = left.filter((object) => object.kind === adoptable && known.has(uidOf(object.metadata)));
  const taken = candidates.every((object) => selectorMatches(created.spec?.selector, object.metadata.labels));
  return taken && created.spec?.selector !== undefined ? 'adopt' : 'ends';
}
