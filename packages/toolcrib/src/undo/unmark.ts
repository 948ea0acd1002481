import type { KubeObject } from '@toolcrib/kube';
import type { As, Cluster } from '../model/index.ts';
import { marks } from '../model/index.ts';
import { statusOf } from './wait.ts';

/** Takes our marks off one object, pinned to its UID. @returns false where it is gone or another one now */
export async function unmark(cluster: Cluster, object: KubeObject, as?: As): Promise<boolean> {
  const { uid, namespace, name } = object.metadata;
  const type = await cluster.typeOf(object, as);
  const metadata = {
    uid,
    labels: { [marks.act]: null },
    annotations: { [marks.finishAfter]: null, [marks.softenedFrom]: null },
  };
  try {
    await cluster.patch(type, { namespace, name }, { metadata }, {}, as);
    return true;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 409) return false;
    throw error;
  }
}
