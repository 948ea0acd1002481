import type { ResourceRequest } from '../server/context.ts';
import type { Reply } from '../server/reply.ts';
import { viewOf } from './views.ts';

/** GET of one object. */
export function getObject(request: ResourceRequest): Reply {
  const { sandbox, info, namespace, name = '' } = request;
  return { status: 200, body: viewOf(request, sandbox.store.get(info, namespace, name)) };
}
