import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import type { Aim, View } from './view.ts';
import { isKind } from './view.ts';

const DEFINITION = ['apiextensions.k8s.io', 'CustomResourceDefinition'] as const;

function isDefinition(object: { apiVersion: string; kind: string }): boolean {
  return isKind(object, ...DEFINITION);
}

/**
 * Targets that may hold objects of kinds which came a moment ago: discovery is asked anew for them. Whatever else is
 * cluster-scoped may own anything; a volume, a class and rights own nothing.
 */
export function holdsAnyKind({ ref }: Aim): boolean {
  if (ref.namespace !== undefined) return false;
  return !(
    isKind(ref, '', 'PersistentVolume') ||
    isKind(ref, 'storage.k8s.io', ref.kind) ||
    isKind(ref, 'rbac.authorization.k8s.io', ref.kind)
  );
}

/** Definitions that were seen, and whose kind nobody is known to serve: by name, since a look may have their metadata only. */
export function unservedDefinitions({ objects, kinds }: View): KubeObject[] {
  const served = new Set(kinds.map(({ resource, group }) => `${resource}.${group}`));
  return objects.filter((object) => isDefinition(object) && !served.has(object.metadata.name));
}

/**
 * The kind that a definition defines, in a version that is served.
 * @returns `unserved` where it serves none of its versions: its objects are there and can't be seen
 */
export function kindOf(definition: KubeObject): ResourceInfo | 'unserved' {
  const { group = '', scope, names, versions = [] } = definition.spec ?? {};
  const served = (versions as { name: string; served?: boolean; storage?: boolean }[]).filter(
    (version) => version.served,
  );
  const version = served.find(({ storage }) => storage) ?? served[0];
  if (!version) return 'unserved';
  return {
    group,
    version: version.name,
    resource: names?.plural ?? '',
    kind: names?.kind ?? '',
    namespaced: scope === 'Namespaced',
    verbs: ['delete', 'get', 'list'],
    subresources: [],
  };
}

/** Whether objects of its kind can be made: before that, that nobody serves it says that there are none. */
export function isEstablished(definition: KubeObject): boolean {
  const conditions: { type: string; status: string }[] = definition.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
}
