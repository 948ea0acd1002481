import type { ResourceInfo } from '@toolcrib/kube';
import { apiVersionOf } from '@toolcrib/kube';
import type { GroupVersionResources } from '../schema/resources.ts';
import { resourceInfos } from '../schema/resources.ts';
import type { ServedTypes } from './dispatch.ts';

const cache = new WeakMap<GroupVersionResources, ResourceInfo[]>();

/** Looks served types up by group, version and resource. */
export function servedTypes(groups: GroupVersionResources[]): ServedTypes {
  return {
    isGroupVersion: (group, version) =>
      groups.some(({ groupVersion }) => groupVersion === apiVersionOf({ group, version })),
    find({ group, version, resource }) {
      const found = groups.find(({ groupVersion }) => groupVersion === apiVersionOf({ group, version }));
      if (!found) return undefined;
      const infos = cache.get(found) ?? resourceInfos([found]);
      cache.set(found, infos);
      return infos.find((info) => info.resource === resource);
    },
  };
}
