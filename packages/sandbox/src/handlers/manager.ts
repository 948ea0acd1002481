import type { ResourceRequest } from '../request/context.ts';
import type { Manager } from '../store/store.ts';

/** Who writes fields by this request: `fieldManager`, else the User-Agent up to its first slash. */
export function managerOf(request: ResourceRequest, operation: Manager['operation']): Manager {
  const agent = request.http.request.headers['user-agent'] ?? '';
  const fallback = agent.split('/')[0] || 'unknown';
  return {
    name: request.query.get('fieldManager') || fallback.slice(0, 128),
    operation,
    ...(request.subresource ? { subresource: request.subresource } : {}),
  };
}
