import type { RequestTarget } from '@toolcrib/kube';
import type { Target } from '@toolcrib/model';

export type ResourceTarget = Extract<RequestTarget, { type: 'resource' }>;

/** What a path names, with the selectors of its query. */
export function targetOf(path: ResourceTarget, query: URLSearchParams): Target {
  const { group, version, resource, name } = path;
  // A Namespace's own request carries its name as the scope too; as a target it is cluster-scoped.
  const namespace = group === '' && resource === 'namespaces' ? undefined : path.namespace;
  return {
    group,
    version,
    resource,
    namespace,
    name,
    labelSelector: query.get('labelSelector') || undefined,
    fieldSelector: query.get('fieldSelector') || undefined,
  };
}
