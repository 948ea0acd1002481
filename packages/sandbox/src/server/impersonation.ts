import type { IncomingMessage } from 'node:http';
import type { User } from '../access/users.ts';
import { badRequest, forbidden } from '../apimachinery/api-error.ts';
import type { Sandbox } from '../request/context.ts';

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/**
 * The user whom a request acts as (`Impersonate-*` headers), if its sender may (source: apiserver
 * endpoints/filters/impersonation.go); without such headers the sender.
 * @throws ApiError 400 for groups without a user, 403
 */
export function actingUser(sandbox: Sandbox, sender: User, request: IncomingMessage): User {
  const { headersDistinct } = request;
  const [name] = headersDistinct['impersonate-user'] ?? [];
  const groups = headersDistinct['impersonate-group'] ?? [];
  const [uid] = headersDistinct['impersonate-uid'] ?? [];
  const extra = extraOf(headersDistinct);
  if (!name) {
    if (groups.length === 0 && uid === undefined && Object.keys(extra).length === 0) return sender;
    throw badRequest('requested groups, UID or extra without impersonating a user');
  }
  const [, namespace, account] = ACCOUNT.exec(name) ?? [];
  if (namespace && account) demand(sandbox, sender, 'serviceaccounts', account, namespace);
  else demand(sandbox, sender, 'users', name);
  for (const group of groups) demand(sandbox, sender, 'groups', group);
  if (uid !== undefined) demand(sandbox, sender, 'uids', uid);
  for (const key of Object.keys(extra)) demand(sandbox, sender, `userextras/${key}`, '');
  const own =
    groups.length === 0 && namespace
      ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
      : groups;
  const known = name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return {
    name,
    ...(uid === undefined ? {} : { uid }),
    groups: [...new Set([...own, known])],
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

function extraOf(headers: NodeJS.Dict<string[]>): Record<string, string[]> {
  const prefix = 'impersonate-extra-';
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, values]) => [decodeURIComponent(name.slice(prefix.length)), values ?? []]),
  );
}

function demand(sandbox: Sandbox, user: User, full: string, name: string, namespace?: string): void {
  const [resource = '', subresource] = full.split('/');
  const group = ['users', 'groups', 'serviceaccounts'].includes(resource) ? '' : 'authentication.k8s.io';
  const { allowed } = sandbox.authorize(user, {
    verb: 'impersonate',
    group,
    resource,
    subresource,
    name,
    namespace,
  });
  if (allowed) return;
  const where = namespace === undefined ? ' at the cluster scope' : ` in the namespace "${namespace}"`;
  throw forbidden(
    { group, resource: full },
    name,
    `User "${user.name}" cannot impersonate resource "${full}" in API group "${group}"${where}`,
  );
}
