import { controllerOf, type KubeObject, type ResourceType } from '@toolcrib/kube';
import type { Store, StoreEvent } from '../../store/store.ts';

/**
 * What all controllers of one store read from: every object of the types asked for, kept current by the store's
 * events, with an index by controller. The objects are shared: **read, never change them**; clone first.
 */
export interface View {
  get(type: ResourceType, namespace: string | undefined, name: string): KubeObject | undefined;
  /** All objects of the type, or those of one namespace. */
  list(type: ResourceType, namespace?: string): KubeObject[];
  /** The objects whose controller reference carries this UID. */
  controlledBy(type: ResourceType, uid: string | undefined): KubeObject[];
  /** The objects of the namespace that have no controller. */
  uncontrolled(type: ResourceType, namespace: string | undefined): KubeObject[];
  /** Calls back after the view has taken up a change. Callbacks run inside the store's write: only queue there. */
  onChange(listener: (event: StoreEvent) => void): () => void;
}

interface Shelf {
  byKey: Map<string, KubeObject>;
  byNamespace: Map<string, Map<string, KubeObject>>;
  byController: Map<string, Map<string, KubeObject>>;
}

const views = new WeakMap<Store, { view: View; users: number; stop: () => void }>();

/** Borrows the store's view; give it back with the returned function, so that the last one ends the subscription. */
export function borrowView(store: Store): { view: View; release: () => void } {
  const known = views.get(store) ?? startView(store);
  known.users++;
  views.set(store, known);
  let released = false;
  return {
    view: known.view,
    release() {
      if (released) return;
      released = true;
      if (--known.users > 0) return;
      known.stop();
      views.delete(store);
    },
  };
}

export function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

export function keyOfObject(object: KubeObject): string {
  return keyOf(object.metadata.namespace, object.metadata.name);
}

/** The inverse of {@link keyOf}; an empty namespace means cluster-scoped. */
export function splitKey(key: string): { namespace: string | undefined; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash) || undefined, name: key.slice(slash + 1) };
}

function controllerKey(object: KubeObject): string {
  return controllerOf(object)?.uid ?? `none in ${object.metadata.namespace ?? ''}`;
}

function startView(store: Store) {
  const shelves = new Map<string, Shelf>();
  const listeners = new Set<(event: StoreEvent) => void>();

  const shelfOf = (type: { group: string; resource: string }): Shelf => {
    const id = `${type.group}/${type.resource}`;
    const known = shelves.get(id);
    if (known) return known;
    const shelf: Shelf = { byKey: new Map(), byNamespace: new Map(), byController: new Map() };
    shelves.set(id, shelf);
    const info = store.find(type);
    if (info) for (const object of store.list(info)) put(shelf, object);
    return shelf;
  };

  const stop = store.subscribe((event) => {
    const shelf = shelves.get(`${event.resource.group}/${event.resource.resource}`);
    if (shelf) {
      take(shelf, keyOfObject(event.object));
      if (event.type !== 'DELETED') put(shelf, event.object);
    }
    for (const listener of [...listeners]) listener(event);
  });

  const view: View = {
    get: (type, namespace, name) => shelfOf(type).byKey.get(keyOf(namespace, name)),
    list(type, namespace) {
      const shelf = shelfOf(type);
      if (namespace === undefined) return [...shelf.byKey.values()];
      return [...(shelf.byNamespace.get(namespace)?.values() ?? [])];
    },
    controlledBy: (type, uid) => [...(shelfOf(type).byController.get(String(uid))?.values() ?? [])],
    uncontrolled: (type, namespace) => [
      ...(shelfOf(type)
        .byController.get(`none in ${namespace ?? ''}`)
        ?.values() ?? []),
    ],
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return { view, users: 0, stop };
}

function put(shelf: Shelf, object: KubeObject): void {
  const key = keyOfObject(object);
  shelf.byKey.set(key, object);
  within(shelf.byNamespace, object.metadata.namespace ?? '').set(key, object);
  within(shelf.byController, controllerKey(object)).set(key, object);
}

function take(shelf: Shelf, key: string): void {
  const object = shelf.byKey.get(key);
  if (!object) return;
  shelf.byKey.delete(key);
  drop(shelf.byNamespace, object.metadata.namespace ?? '', key);
  drop(shelf.byController, controllerKey(object), key);
}

function within(index: Map<string, Map<string, KubeObject>>, id: string): Map<string, KubeObject> {
  const known = index.get(id);
  if (known) return known;
  const fresh = new Map<string, KubeObject>();
  index.set(id, fresh);
  return fresh;
}

function drop(index: Map<string, Map<string, KubeObject>>, id: string, key: string): void {
  const group = index.get(id);
  group?.delete(key);
  // A controller that has gone leaves nothing: a CronJob makes a new one each minute.
  if (group?.size === 0) index.delete(id);
}
