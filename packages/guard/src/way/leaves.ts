// Step: many of one act
import type { ResourceType } from '@toolcrib/kube';

/**
 * Kinds of which nothing is made and on which no controller hangs anything: nothing waits for one of them to go, and it holds
 * nothing back. So one goes by itself, and what was seen of sixty at once is what would be seen of each a moment later.
 */
const LEAVES = new Set([
  '/configmaps',
  '/secrets',
  '/limitranges',
  '/resourcequotas',
  '/podtemplates',
  'networking.k8s.io/ingresses',
  'networking.k8s.io/networkpolicies',
  'policy/poddisruptionbudgets',
  'rbac.authorization.k8s.io/roles',
  'rbac.authorization.k8s.io/rolebindings',
]);

export function isLeaf({ group, resource }: Pick<ResourceType, 'group' | 'resource'>): boolean {
  return LEAVES.has(`${group}/${resource}`);
}
