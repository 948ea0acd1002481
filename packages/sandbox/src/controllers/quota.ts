import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import { ignoreNotFound } from './common/errors.ts';
import { type ControllerOptions, controlLoop, type Tools } from './common/loop.ts';
import { RESOURCE_QUOTAS } from './common/types.ts';
import { semanticallyEqual } from './common/values.ts';
import { keyOfObject } from './common/view.ts';

/** Objects that are counted under their plain name too (source: pkg/quota/v1/evaluator/core). */
const PLAIN = ['configmaps', 'persistentvolumeclaims', 'pods', 'resourcequotas', 'secrets', 'services'];

/**
 * Keeps the figures of ResourceQuotas: numbers of objects. Sums of requests and limits are left at what is wanted,
 * and nothing is refused for a quota's sake.
 */
export function quotaController(options: ControllerOptions = {}) {
  return controlLoop({
    ...options,
    name: 'resourcequota-controller',
    watch: [{ type: RESOURCE_QUOTAS, keys: ({ object }) => [keyOfObject(object)] }],
    sync({ namespace, name }, { store, view }) {
      const quota = view.get(RESOURCE_QUOTAS, namespace, name);
      if (!quota || quota.metadata.deletionTimestamp) return;
      const hard: Record<string, string> = quota.spec?.hard ?? {};
      const used = usedOf(hard, quota, { store });
      if (semanticallyEqual(quota.status, { hard, used })) return;
      ignoreNotFound(() =>
        store.modify(
          RESOURCE_QUOTAS,
          namespace,
          name,
          (fresh) => {
            fresh.status = { hard: { ...hard }, used };
          },
          { subresource: 'status' },
        ),
      );
    },
  });
}

function usedOf(
  hard: Record<string, string>,
  quota: KubeObject,
  { store }: Pick<Tools, 'store'>,
): Record<string, string> {
  const counted = Object.keys(hard).flatMap((key) => {
    const info = store.resources().find((one) => countedAs(one).includes(key));
    if (!info) return [];
    const { namespace } = quota.metadata;
    return [[key, String(store.list(info, { namespace }).length)]];
  });
  return Object.fromEntries(counted);
}

function countedAs({ group, resource }: ResourceInfo): string[] {
  const full = `count/${group === '' ? resource : `${resource}.${group}`}`;
  return group === '' && PLAIN.includes(resource) ? [full, resource] : [full];
}
