import { plainError } from '../apimachinery/api-error.ts';
import type { ResourceRequest } from '../request/context.ts';
import type { Reply } from '../request/reply.ts';
import { viewOf } from './views.ts';

/** GET of one object. */
export function getObject(request: ResourceRequest): Reply {
  const { sandbox, info, namespace, name = '', query } = request;
  const version = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(version)) {
    const quoted = JSON.stringify(version);
    throw plainError(
      500,
      `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`,
    );
  }
  return { status: 200, body: viewOf(request, sandbox.store.get(info, namespace, name)) };
}
