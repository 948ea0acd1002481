import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import { fieldGetter } from '../store/fields.ts';
import { matchesQuery } from '../store/match.ts';
import type { MemoryStore } from '../store/memory-store.ts';
import type { ListQuery } from '../store/store.ts';

/**
 * The objects as they were at a version, by undoing the later changes; undefined where those are no longer kept.
 * The objects are the store's own: not to be changed.
 */
export function objectsAt(
  store: MemoryStore,
  info: ResourceInfo,
  selection: ListQuery,
  version: number,
): readonly KubeObject[] | undefined {
  if (version === store.version()) return store.peek(info, selection);
  const later = store
    .since(version)
    ?.filter(({ resource }) => resource.group === info.group && resource.resource === info.resource);
  if (!later) return undefined;
  if (later.length === 0) return store.peek(info, selection);
  const objects = new Map(store.peek(info).map((object) => [keyOf(object), object]));
  for (const event of later.reverse()) {
    const key = keyOf(event.object);
    if (event.previous) objects.set(key, event.previous);
    else objects.delete(key);
  }
  const matches = matchesQuery(selection, fieldGetter(info));
  return [...objects]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, object]) => object)
    .filter(matches);
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
