import type { KubeObject, ResourceType } from '@toolcrib/kube';
import type { As, Cluster } from '../../model/index.ts';
import { marks, ToolcribError } from '../../model/index.ts';
import { statusOf } from './parts.ts';

export interface OwnerAt {
  type: ResourceType;
  namespace?: string;
  name: string;
  uid: string;
  as?: As;
}

/** The owner as it stands; undefined where it is gone or another object has its name. */
export async function readOwner(cluster: Cluster, at: OwnerAt): Promise<KubeObject | undefined> {
  const found = await cluster.get(at.type, { namespace: at.namespace, name: at.name }, at.as);
  return found?.metadata.uid === at.uid ? found : undefined;
}

export function isHeld(owner: KubeObject): boolean {
  return owner.metadata.finalizers?.includes(marks.finalizer) === true;
}

/**
 * Puts our finalizer on the owner, or takes it off; pinned to its UID and resourceVersion, so that a list of
 * finalizers that somebody else just changed is never overwritten.
 * @throws ToolcribError `conflict` where the owner is gone or was changed in what it wants to be
 */
export async function setHeld(cluster: Cluster, at: OwnerAt, held: boolean): Promise<KubeObject | undefined> {
  const generations = new Set<number | undefined>();
  for (let attempt = 0; ; attempt++) {
    const owner = await readOwner(cluster, at);
    if (!owner) {
      if (!held) return undefined;
      throw new ToolcribError('conflict', `${at.type.resource} ${at.name} is gone: nothing was deleted.`);
    }
    if (isHeld(owner) === held) return owner;
    generations.add(owner.metadata.generation);
    if (held && (owner.metadata.deletionTimestamp || generations.size > 1)) {
      throw new ToolcribError(
        'conflict',
        `${owner.kind} ${at.name} was changed meanwhile: nothing was deleted.`,
        {
          next: 'Look at it again, and ask again.',
        },
      );
    }
    const before = owner.metadata.finalizers ?? [];
    const finalizers = held ? [...before, marks.finalizer] : before.filter((one) => one !== marks.finalizer);
    const { resourceVersion } = owner.metadata;
    try {
      const patch = { metadata: { uid: at.uid, resourceVersion, finalizers } };
      return await cluster.patch(at.type, { namespace: at.namespace, name: at.name }, patch, {}, at.as);
    } catch (error) {
      const status = statusOf(error);
      if (!held && status === 404) return undefined;
      if (status !== 409 || attempt >= 9) throw error;
    }
  }
}
