import { badRequest, conflict } from '../apimachinery/api-error.ts';
import { timestamp } from '../apimachinery/time.ts';
import type { ResourceRequest } from '../request/context.ts';
import { dryRunParam } from '../request/params.ts';
import type { Reply } from '../request/reply.ts';
import { NOBODY } from '../store/field-ownership.ts';
import { readBody } from './read-body.ts';

/** POST pods/NAME/binding: what a scheduler sends. */
export async function bindPod(request: ResourceRequest): Promise<Reply> {
  const { sandbox, info, namespace, name = '', query } = request;
  const binding = await readBody(request);
  const target = (binding.target ?? {}) as { kind?: string; name?: string };
  if (!target.name || (target.kind !== undefined && target.kind !== 'Node')) {
    throw badRequest('a binding names a Node as its target');
  }
  const pod = sandbox.store.get(info, namespace, name);
  if (pod.metadata.deletionTimestamp !== undefined) {
    throw conflict(
      { group: '', resource: 'pods/binding' },
      name,
      `pod ${name} is being deleted, cannot be assigned to a host`,
    );
  }
  if (pod.spec?.nodeName) {
    throw conflict(
      { group: '', resource: 'pods/binding' },
      name,
      `pod ${name} is already assigned to node "${pod.spec.nodeName}"`,
    );
  }
  if (!dryRunParam(query)) {
    sandbox.store.modify(
      info,
      namespace,
      name,
      (object) => {
        object.spec.nodeName = target.name;
      },
      { manager: NOBODY },
    );
    sandbox.store.modify(
      info,
      namespace,
      name,
      (object) => {
        const now = timestamp(sandbox.clock.now());
        const others = (object.status?.conditions ?? []).filter(
          ({ type }: { type: string }) => type !== 'PodScheduled',
        );
        const condition = {
          type: 'PodScheduled',
          status: 'True',
          lastProbeTime: null,
          lastTransitionTime: now,
        };
        object.status = { ...object.status, conditions: [...others, condition] };
      },
      { subresource: 'status', manager: NOBODY },
    );
  }
  return {
    status: 201,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
  };
}
