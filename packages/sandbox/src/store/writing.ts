import type { KubeObject, ResourceInfo, Schema } from '@toolcrib/kube';
import type { Contents } from './contents.ts';
import { NOBODY, trackOwnership } from './field-ownership.ts';
import type { Clock, Manager, Store } from './store.ts';
import type { Strategy, StrategyOf, WriteContext } from './strategy.ts';

/** What every write needs besides its object. */
export interface Writing {
  contents: Contents;
  /** For the rules of kinds that need other objects. */
  store: Store;
  clock: Clock;
  strategyOf: StrategyOf;
  /** The schema of a kind, for field ownership; undefined: `metadata.managedFields` is not kept. */
  schemaOf?: (object: KubeObject) => Schema | undefined;
}

/** Who writes and through what. */
export interface WriteBy {
  manager?: Manager;
  subresource?: string;
}

/** What a kind's rules may look at while this write is made. */
export function contextOf(
  { clock, store }: Writing,
  info: ResourceInfo,
  manager: Manager | undefined,
): WriteContext {
  return { info, now: clock.now(), store, manager: manager === NOBODY ? undefined : manager };
}

/** Brings `metadata.managedFields` up to date, where it is kept. @param old undefined for a new object */
export function track(
  { clock, schemaOf }: Writing,
  info: ResourceInfo,
  object: KubeObject,
  old: KubeObject | undefined,
  by: WriteBy,
): void {
  if (!schemaOf) return;
  trackOwnership(object, old, { info, schema: schemaOf(object), now: clock.now(), ...by });
}

/** Takes an object away for good, and gives back what was allocated for it. */
export function remove(
  { contents }: Writing,
  info: ResourceInfo,
  strategy: Strategy,
  { object, previous }: { object: KubeObject; previous: KubeObject },
): KubeObject {
  contents.commit('DELETED', info, object, previous);
  strategy.release?.(object);
  return object;
}
