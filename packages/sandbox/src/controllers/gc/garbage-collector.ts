import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import type { Controller, StoreEvent } from '../../store/store.ts';
import { eventRecorder } from '../common/events.ts';
import type { ControllerOptions } from '../common/loop.ts';
import { workQueue } from '../common/queue.ts';
import { attemptToDelete, type Collector, orphanDependents } from './collect.ts';
import { dependencyGraph, type GraphChange, type Identity, identityKey } from './graph.ts';

const NAME = 'garbage-collector-controller';
/** As many absent owners are remembered as in the real collector. */
const ABSENT_OWNERS = 500;
const VIRTUAL_RETRY = 100;

export interface GarbageCollectorOptions extends ControllerOptions {
  /** Milliseconds by which its picture of the cluster, and each of its actions, lags behind; 2 by default. */
  gcDelayMs?: number;
}

/**
 * Collects what has lost its owners, deletes in the foreground, and orphans (source: pkg/controller/garbagecollector).
 * It acts on its own graph, which lags behind the store, and asks the store again before each deletion: so the
 * races of the real one exist here too.
 */
export function garbageCollector(options: GarbageCollectorOptions = {}): Controller {
  const { gcDelayMs: delay = 2, report } = options;
  return (store, clock) => {
    const record = eventRecorder(store, clock, NAME);
    const changes: GraphChange[] = [];
    let cancelTick: (() => void) | undefined;

    const absent = new Set<string>();
    const rememberAbsent = (identity: Identity) => {
      absent.add(identityKey(identity));
      const [oldest = ''] = absent;
      if (absent.size > ABSENT_OWNERS) absent.delete(oldest);
    };
    const told = (key: string, error: unknown) => report?.(NAME, key, error);
    const toDelete = workQueue(clock, (uid) => runDelete(uid), { delay, report: told });
    const toOrphan = workQueue(clock, (uid) => runOrphan(uid), { delay, report: told });

    const graph = dependencyGraph({
      attemptToDelete: (node) => toDelete.add(node.identity.uid),
      attemptToDeleteLater: (node) => toDelete.addAfter(node.identity.uid, VIRTUAL_RETRY),
      attemptToOrphan: (node) => toOrphan.add(node.identity.uid),
      ownerIsAbsent: rememberAbsent,
      invalidNamespace(dependent, owner) {
        const { apiVersion, kind, namespace, name, uid } = dependent.identity;
        const identity = `[${owner.apiVersion}/${owner.kind}, namespace: ${namespace}, name: ${owner.name}, uid: ${owner.uid}]`;
        const message = `ownerRef ${identity} does not exist in namespace ${JSON.stringify(namespace)}`;
        const about = { apiVersion, kind, metadata: { namespace: namespace || undefined, name, uid } };
        record(about, 'Warning', 'OwnerRefInvalidNamespace', message);
      },
    });
    const collector: Collector = {
      store,
      isKnownAbsent: (key) => absent.has(key),
      rememberAbsent,
      attemptToDelete: (node) => toDelete.add(node.identity.uid),
    };

    const runDelete = (uid: string) => {
      const node = graph.node(uid);
      if (!node) return;
      const outcome = attemptToDelete(collector, node);
      if (outcome === 'absent') push({ type: 'DELETED', object: absentObject(node.identity), virtual: true });
      else if (outcome === 'done' && node.virtual) toDelete.addAfter(uid, VIRTUAL_RETRY);
    };
    const runOrphan = (uid: string) => {
      const node = graph.node(uid);
      if (node) orphanDependents(collector, node);
    };

    const push = (change: GraphChange) => {
      changes.push(change);
      cancelTick ??= clock.after(delay, drain);
    };
    const drain = () => {
      cancelTick = undefined;
      for (const change of changes.splice(0)) {
        try {
          graph.apply(change);
        } catch (error) {
          told(change.object.metadata.name, error);
        }
      }
    };

    for (const info of store.resources().filter(takesPart)) {
      for (const object of store.list(info)) push({ type: 'ADDED', object });
    }
    const unsubscribe = store.subscribe((event: StoreEvent) => {
      if (takesPart(event.resource)) push(event);
    });
    return () => {
      unsubscribe();
      cancelTick?.();
      toDelete.stop();
      toOrphan.stop();
    };
  };
}

/** Kinds that can be deleted, listed and watched; Events are left out. */
function takesPart({ verbs, resource, group }: ResourceInfo): boolean {
  const areEvents = resource === 'events' && group === '';
  return !areEvents && ['delete', 'list', 'watch'].every((verb) => verbs.includes(verb));
}

function absentObject({ apiVersion, kind, namespace, name, uid }: Identity): KubeObject {
  return { apiVersion, kind, metadata: { namespace, name, uid } };
}
