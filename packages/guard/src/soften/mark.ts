import type { ResourceType } from '@toolcrib/kube';
import type { As, Cluster, SoftenRecord } from '@toolcrib/model';
import { certainlyNotDone, marks } from '@toolcrib/model';
import { statusOf, TYPE_OF_KIND } from './parts.ts';

/**
 * Writes the act, its deadline and its origin on everything that was left, so that anyone can find and finish it
 * without this machine. Each write is pinned to the UID; what has gone meanwhile is left out.
 * @returns how many carry the marks now
 */
export async function markLeft(cluster: Cluster, record: SoftenRecord, as?: As): Promise<number> {
  const metadata = {
    labels: { [marks.act]: record.actId },
    annotations: {
      [marks.finishAfter]: new Date(record.finishAfter).toISOString(),
      [marks.softenedFrom]: `${record.owner.kind}/${record.owner.name}`,
    },
  };
  let marked = 0;
  for (const { kind, namespace, name, uid } of record.left) {
    const type = TYPE_OF_KIND[kind] as ResourceType;
    try {
      await cluster.patch(type, { namespace, name }, { metadata: { uid, ...metadata } }, {}, as);
      marked++;
    } catch (error) {
      const status = statusOf(error);
      // 404: gone. 409: another object took the name.
      if ((status !== 404 && status !== 409) || !certainlyNotDone(error)) throw error;
    }
  }
  return marked;
}
