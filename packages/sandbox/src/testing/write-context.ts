import type { KubeObject, ResourceInfo, ResourceType } from '@toolcrib/kube';
import { createStore, type MemoryStore } from '../store/memory-store.ts';
import type { WriteContext } from '../store/strategy.ts';

/**
 * What a kind's rules may look at during a write, with a plain store in which these objects stand.
 * @param there each with its type; the namespace `shop` is made for them
 */
export function contextFor(
  info: ResourceInfo,
  there: [ResourceType, KubeObject][] = [],
  more: Partial<WriteContext> = {},
): WriteContext & { store: MemoryStore } {
  const now = Date.parse('2026-11-02T10:00:00Z');
  const store = createStore({ clock: { now: () => now, after: () => () => {} } });
  const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
  store.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  for (const [type, object] of there) store.create(type, object);
  return { info, now, ...more, store };
}
