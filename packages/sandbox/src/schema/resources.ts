import type { ResourceInfo } from '@toolcrib/kube';
import { groupVersionOf } from '@toolcrib/kube';
import discovery from './discovery.generated.json' with { type: 'json' };

/** One entry of a discovery document (meta/v1 APIResource). */
export interface ApiResource {
  name: string;
  singularName: string;
  kind: string;
  namespaced: boolean;
  verbs: string[];
  group?: string;
  version?: string;
  shortNames?: string[];
  categories?: string[];
  storageVersionHash?: string;
}

export interface GroupVersionResources {
  groupVersion: string;
  resources: ApiResource[];
}

/** The built-in types that the sandbox serves, in the order of the real server's discovery. */
export const BUILT_IN: GroupVersionResources[] = discovery;

/** The same as {@link ResourceInfo}s; a type served in two versions is there twice, the preferred one first. */
export function resourceInfos(groups: GroupVersionResources[]): ResourceInfo[] {
  return groups.flatMap(({ groupVersion, resources }) => {
    const { group, version } = groupVersionOf(groupVersion);
    return resources
      .filter(({ name }) => !name.includes('/'))
      .map(
        (resource): ResourceInfo => ({
          group,
          version,
          resource: resource.name,
          kind: resource.kind,
          namespaced: resource.namespaced,
          verbs: resource.verbs,
          subresources: resources
            .filter(({ name }) => name.startsWith(`${resource.name}/`))
            .map(({ name }) => name.slice(resource.name.length + 1)),
          shortNames: resource.shortNames,
          singular: resource.singularName,
        }),
      );
  });
}

/** Types that are another view of one that is stored elsewhere. */
const VIEWS = new Set(['events.k8s.io/events']);

/** What a store keeps: each type once, in its preferred version. */
export function storedInfos(groups: GroupVersionResources[]): ResourceInfo[] {
  const seen = new Set(VIEWS);
  return resourceInfos(groups).filter(({ group, resource, verbs }) => {
    const key = `${group}/${resource}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew && verbs.includes('get');
  });
}
