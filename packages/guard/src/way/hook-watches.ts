// Step: act
import type { Clock } from '@toolcrib/model';
import type { HookAt } from '../look/uninstall.ts';
import { createWatchKey } from '../port/messages.ts';

/** So long after its uninstall was stopped: helm makes a hook at once, or not at all. Milliseconds. */
const WATCHED = 60_000;

/** The types and namespaces in which hooks of stopped uninstalls would be made: there the door has creates judged. */
export interface HookWatches {
  watch(context: string, hooks: readonly HookAt[]): void;
  /** As `createWatchKey` writes them. */
  keys(): string[];
}

/** @param changed called before `watch` returns, so that the door knows before the client is answered */
export function hookWatches(clock: Clock, changed: () => void = () => undefined): HookWatches {
  const until = new Map<string, number>();
  return {
    watch(context, hooks) {
      if (hooks.length === 0) return;
      for (const { group, resource, namespace } of hooks)
        until.set(createWatchKey(context, group, resource, namespace), clock.now() + WATCHED);
      changed();
    },
    keys() {
      const now = clock.now();
      for (const [key, end] of until) if (end < now) until.delete(key);
      return [...until.keys()];
    },
  };
}
