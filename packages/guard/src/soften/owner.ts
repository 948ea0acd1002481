import type { DeleteOptions, KubeObject, ResourceType } from '@toolcrib/kube';
import { groupVersionOf } from '@toolcrib/kube';
import type { ApiFailure, As, Cluster } from '@toolcrib/model';
import { certainlyNotDone, marks, ToolcribError } from '@toolcrib/model';
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
 * The client's own preconditions, held against the owner as read, since the delete that goes out is ours and carries
 * others. The words are the API server's (apiserver registry/rest/delete.go), which names the kind there.
 * @throws ToolcribError `conflict` with the cluster's 409 as its `cause` (an `ApiFailure`)
 */
export function meetsPreconditions(owner: KubeObject, preconditions: DeleteOptions['preconditions']): void {
  const { uid, resourceVersion } = preconditions ?? {};
  const { metadata, kind, apiVersion } = owner;
  const unmet =
    uid !== undefined && uid !== metadata.uid
      ? `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`
      : resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion
        ? `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`
        : undefined;
  if (unmet === undefined) return;
  const { group } = groupVersionOf(apiVersion);
  const what = group ? `${kind}.${group}` : kind;
  const message = `Operation cannot be fulfilled on ${what} "${metadata.name}": ${unmet}`;
  const cause: ApiFailure = { status: 409, reason: 'Conflict', message };
  throw new ToolcribError('conflict', message, { cause });
}

/** Thrown by `meetsPreconditions`: what the cluster itself would say to the delete as it was sent. */
export function isPreconditionFailure(error: ToolcribError): boolean {
  return error.code === 'conflict' && statusOf(error) === 409;
}

/**
 * Puts our finalizer on the owner, or takes it off; pinned to its UID and resourceVersion, so that a list of
 * finalizers that somebody else just changed is never overwritten.
 * @param preconditions the client's: met by the very version that the finalizer is put on
 * @throws ToolcribError `conflict` where the owner is gone or was changed in what it wants to be
 */
export async function setHeld(
  cluster: Cluster,
  at: OwnerAt,
  held: boolean,
  preconditions?: DeleteOptions['preconditions'],
): Promise<KubeObject | undefined> {
  const generations = new Set<number | undefined>();
  for (let attempt = 0; ; attempt++) {
    const owner = await readOwner(cluster, at);
    if (!owner) {
      if (!held) return undefined;
      throw new ToolcribError('conflict', `${at.type.resource} ${at.name} is gone: nothing was deleted.`);
    }
    if (held) meetsPreconditions(owner, preconditions);
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
      // Another's 404 says nothing: left on, our finalizer would keep it in Terminating for good.
      if (!held && status === 404 && certainlyNotDone(error)) return undefined;
      if (status !== 409 || attempt >= 9) throw error;
    }
  }
}
