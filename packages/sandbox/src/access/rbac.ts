import type { KubeObject } from '@toolcrib/kube';
import type { MemoryStore } from '../store/memory-store.ts';
import type { User } from './users.ts';

/** What is asked of authorization (authorization.k8s.io ResourceAttributes and NonResourceAttributes). */
export interface Attributes {
  verb: string;
  group?: string;
  version?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  name?: string;
  path?: string;
}

export interface Authorization {
  allowed: boolean;
  reason?: string;
}

const GROUP = 'rbac.authorization.k8s.io';
const type = (resource: string) => ({ group: GROUP, version: 'v1', resource });

interface Rule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

interface Grant {
  rules: Rule[];
  /** Why, in the words of the real server. */
  reason: string;
}

const SUPERUSERS = 'system:masters';

/** RBAC by the Role and binding objects of the store; `system:masters` may do everything. */
export function authorizer(store: MemoryStore): (user: User, attributes: Attributes) => Authorization {
  return (user, attributes) => {
    if (user.groups.includes(SUPERUSERS)) return { allowed: true };
    const grant = grantsOf(store, user, attributes.namespace).find(({ rules }) =>
      rules.some((rule) => allows(rule, attributes)),
    );
    return grant ? { allowed: true, reason: grant.reason } : { allowed: false };
  };
}

/** SelfSubjectRulesReview: what a user may do in a namespace. */
export function rulesFor(store: MemoryStore, user: User, namespace: string) {
  const all = grantsOf(store, user, namespace).flatMap(({ rules }) => rules);
  return {
    incomplete: false,
    resourceRules: all.filter((rule) => rule.resources),
    nonResourceRules: all.filter((rule) => rule.nonResourceURLs),
  };
}

function grantsOf(store: MemoryStore, user: User, namespace: string | undefined): Grant[] {
  const cluster = store
    .peek(type('clusterrolebindings'))
    .filter((binding) => names(binding, user))
    .map((binding) => grantOf(store, binding, user));
  if (!namespace) return cluster;
  const local = store
    .peek(type('rolebindings'), { namespace })
    .filter((binding) => names(binding, user))
    .map((binding) => grantOf(store, binding, user));
  return [...cluster, ...local];
}

function names(binding: KubeObject, user: User): boolean {
  const subjects: { kind: string; name: string; namespace?: string }[] = binding.subjects ?? [];
  return subjects.some((subject) => {
    if (subject.kind === 'User') return subject.name === user.name;
    if (subject.kind === 'Group') return user.groups.includes(subject.name);
    const namespace = subject.namespace ?? binding.metadata.namespace;
    return user.name === `system:serviceaccount:${namespace}:${subject.name}`;
  });
}

function grantOf(store: MemoryStore, binding: KubeObject, user: User): Grant {
  const { kind, name } = binding.roleRef;
  const namespace = binding.metadata.namespace;
  const where = namespace ? `${binding.metadata.name}/${namespace}` : binding.metadata.name;
  const subject = binding.subjects.find(
    ({ kind, name }: { kind: string; name: string }) => kind === 'Group' && user.groups.includes(name),
  );
  const who = subject ? `Group "${subject.name}"` : `User "${user.name}"`;
  const reason = `RBAC: allowed by ${binding.kind} "${where}" of ${kind} "${name}" to ${who}`;
  return { rules: rulesOf(store, kind, name, namespace), reason };
}

function rulesOf(store: MemoryStore, kind: string, name: string, namespace: string | undefined): Rule[] {
  const roles =
    kind === 'ClusterRole' ? store.peek(type('clusterroles')) : store.peek(type('roles'), { namespace });
  return roles.find((role) => role.metadata.name === name)?.rules ?? [];
}

function allows(rule: Rule, attributes: Attributes): boolean {
  const isPath = attributes.path !== undefined && attributes.resource === undefined;
  return matches(rule.verbs, attributes.verb) && (isPath ? allowsPath : allowsResource)(rule, attributes);
}

function allowsPath({ nonResourceURLs = [] }: Rule, { path = '' }: Attributes): boolean {
  return nonResourceURLs.some(
    (url) => url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1))),
  );
}

function allowsResource(rule: Rule, { group = '', resource = '', subresource, name }: Attributes): boolean {
  const full = subresource ? `${resource}/${subresource}` : resource;
  const wanted = [full, '*', ...(subresource ? [`*/${subresource}`] : [])];
  const { resources = [], resourceNames = [] } = rule;
  return (
    matches(rule.apiGroups, group) &&
    resources.some((item) => wanted.includes(item)) &&
    (resourceNames.length === 0 || resourceNames.includes(String(name)))
  );
}

function matches(list: string[] | undefined, value: string): boolean {
  return list?.includes('*') === true || list?.includes(value) === true;
}
