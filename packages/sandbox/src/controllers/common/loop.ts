import type { KubeObject, ResourceType } from '@toolcrib/kube';
import type { Clock, Controller, Store, StoreEvent } from '../../store/store.ts';
import { eventRecorder, type Recorder } from './events.ts';
import { type WorkQueue, workQueue } from './queue.ts';
import { borrowView, splitKey, type View } from './view.ts';

/** What each controller may be told from outside. */
export interface ControllerOptions {
  /** Told of each failed run of a key, with the controller's name; the key is retried in any case. */
  report?: (controller: string, key: string, error: unknown) => void;
}

export interface Tools {
  store: Store;
  clock: Clock;
  view: View;
  queue: WorkQueue;
  record: Recorder;
}

export interface LoopDefinition extends ControllerOptions {
  /** The component as it appears in Events, e.g. `deployment-controller`. */
  name: string;
  /** For each watched type, which keys a change (or, at the start, an object that is there) asks to be synced. */
  watch: { type: ResourceType; keys: (change: Change, tools: Tools) => string[] }[];
  /** Brings one key nearer to its wanted state; a throw means: try again later. */
  sync: (at: { namespace: string | undefined; name: string; key: string }, tools: Tools) => void;
  /** Milliseconds that the controller lags behind; 0 by default. */
  delay?: number;
  /** Runs once at the start, e.g. to make what must exist. */
  start?: (tools: Tools) => void;
}

export interface Change {
  type: StoreEvent['type'];
  object: KubeObject;
  previous?: KubeObject;
}

/** A control loop from its definition: watches, queues keys, syncs them, and stops without leaving a timer. */
export function controlLoop(definition: LoopDefinition): Controller {
  return (store, clock) => {
    const { view, release } = borrowView(store);
    const report = definition.report;
    const queue = workQueue(clock, (key) => definition.sync({ ...splitKey(key), key }, tools), {
      delay: definition.delay,
      report: report && ((key, error) => report(definition.name, key, error)),
    });
    const tools: Tools = { store, clock, view, queue, record: eventRecorder(store, clock, definition.name) };

    const enqueue = (watch: LoopDefinition['watch'][number], change: Change) => {
      try {
        for (const key of watch.keys(change, tools)) queue.add(key);
      } catch (error) {
        // A malformed object must not break the write that it arrives with.
        report?.(definition.name, change.object.metadata.name, error);
      }
    };
    const unsubscribe = view.onChange((event) => {
      for (const watch of definition.watch) {
        const { group, resource } = watch.type;
        if (group === event.resource.group && resource === event.resource.resource) enqueue(watch, event);
      }
    });
    definition.start?.(tools);
    for (const watch of definition.watch) {
      for (const object of view.list(watch.type)) enqueue(watch, { type: 'ADDED', object });
    }
    return () => {
      unsubscribe();
      queue.stop();
      release();
    };
  };
}
