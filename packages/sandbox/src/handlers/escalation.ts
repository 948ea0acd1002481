import type { KubeObject } from '@toolcrib/kube';
import { forbidden } from '../apimachinery/api-error.ts';
import type { ResourceRequest } from '../request/context.ts';

const GROUP = 'rbac.authorization.k8s.io';

interface Rule {
  verbs?: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

/**
 * Nobody gives rights that they do not have: not by a role that they write (unless they may `escalate` it), nor by
 * binding one (unless they may `bind` it). Source: registry/rbac policybased storage.
 * @throws ApiError 403
 */
export function checkEscalation(request: ResourceRequest, object: KubeObject): void {
  const { info, user, sandbox, namespace } = request;
  if (info.group !== GROUP || user.groups.includes('system:masters')) return;
  const isBinding = info.resource.endsWith('bindings');
  const role = isBinding ? roleOf(request, object) : object;
  const may = (verb: string, resource: string, name: string) =>
    sandbox.authorize(user, { verb, group: GROUP, resource, name, namespace }).allowed;
  if (isBinding) {
    const resource = object.roleRef?.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
    if (may('bind', resource, String(object.roleRef?.name))) return;
  } else if (may('escalate', info.resource, object.metadata.name)) return;
  const missing = ((role?.rules ?? []) as Rule[]).flatMap((rule) => missingOf(request, rule));
  if (missing.length === 0) return;
  const groups = user.groups.map((group) => JSON.stringify(group)).join(' ');
  throw forbidden(
    info,
    object.metadata.name,
    `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${missing.join('\n')}`,
  );
}

function roleOf({ sandbox, namespace }: ResourceRequest, { roleRef }: KubeObject): KubeObject | undefined {
  const resource = roleRef?.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  return sandbox.store
    .peek({ group: GROUP, version: 'v1', resource }, resource === 'roles' ? { namespace } : {})
    .find(({ metadata }) => metadata.name === roleRef?.name);
}

/** What of a rule the user has not, one line for each group, resource and path. */
function missingOf({ sandbox, user, namespace }: ResourceRequest, rule: Rule): string[] {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const lines: string[] = [];
  for (const group of apiGroups) {
    for (const full of resources) {
      const [resource = '', subresource] = full.split('/');
      const lacks = (verb: string) =>
        (resourceNames.length > 0 ? resourceNames : ['']).some(
          (name) => !sandbox.authorize(user, { verb, group, resource, subresource, name, namespace }).allowed,
        );
      const lacking = verbs.filter(lacks);
      if (lacking.length === 0) continue;
      const names = resourceNames.length > 0 ? `, ResourceNames:${list(resourceNames)}` : '';
      lines.push(`{APIGroups:${list([group])}, Resources:${list([full])}${names}, Verbs:${list(lacking)}}`);
    }
  }
  for (const path of nonResourceURLs) {
    const lacking = verbs.filter((verb) => !sandbox.authorize(user, { verb, path }).allowed);
    if (lacking.length > 0) lines.push(`{NonResourceURLs:${list([path])}, Verbs:${list(lacking)}}`);
  }
  return lines;
}

function list(values: string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;
}
