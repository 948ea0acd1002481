import type { Body, KubeObject } from '@toolcrib/kube';
import { selectorMatches } from '@toolcrib/kube';
import generated from './roles.generated.json' with { type: 'json' };

/**
 * The RBAC objects of a fresh cluster. `admin`, `edit` and `view` have their rules from the roles that they
 * aggregate, as the controller of the real cluster fills them in.
 */
export function bootstrapRoles(): KubeObject[] {
  const roles = structuredClone(generated) as unknown as KubeObject[];
  const aggregates = roles.filter((role) => role.aggregationRule);
  // edit gathers view's parts and admin edit's: twice through settles it.
  for (let round = 0; round < 2; round++) {
    for (const role of aggregates) role.rules = aggregated(role, roles);
  }
  return roles;
}

function aggregated(role: KubeObject, roles: KubeObject[]): Body[] {
  const selectors: Body[] = role.aggregationRule.clusterRoleSelectors ?? [];
  const parts = roles.filter(
    (other) =>
      other !== role &&
      other.kind === 'ClusterRole' &&
      selectors.some((selector) => selectorMatches(selector, other.metadata.labels)),
  );
  const rules = new Map<string, Body>();
  for (const part of parts.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))) {
    for (const rule of part.rules ?? []) rules.set(JSON.stringify(rule), rule);
  }
  return [...rules.values()];
}
