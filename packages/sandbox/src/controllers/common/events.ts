import type { KubeObject } from '@toolcrib/kube';
import type { Clock, Store } from '../../store/store.ts';
import { microTimestamp, timestamp } from './time.ts';
import { EVENTS } from './types.ts';

/** Writes an Event about `object`, or counts up the same one that was written before. Never throws. */
export type Recorder = (
  object: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  extra?: EventExtra,
) => void;

interface EventExtra {
  fieldPath?: string;
  /** The Node that reports, for a kubelet's Events. */
  host?: string;
  /** Set for the scheduler, which writes events.k8s.io/v1 Events: their times and source look otherwise. */
  action?: string;
  instance?: string;
  related?: KubeObject;
}

/** As many different Events as are remembered for counting up (client-go's correlator keeps 4096). */
const REMEMBERED = 4096;
let sequence = 0;

export function eventRecorder(store: Store, clock: Clock, component: string): Recorder {
  const written = new Map<string | undefined, Written>();

  return (object, type, reason, message, extra = {}) => {
    const namespace = object.metadata.namespace ?? 'default';
    const same = [object.kind, object.metadata.uid, type, reason, message, extra.host].join('\n');
    const identity = extra.action ? undefined : same;
    const now = clock.now();
    const known = written.get(identity);
    if (known && countUp(store, known, now)) return;
    try {
      const name = `${object.metadata.name}.${(BigInt(now) * 1_000_000n + BigInt(sequence++ % 1_000_000)).toString(16)}`;
      store.create(EVENTS, {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name, namespace },
        involvedObject: reference(object, extra.fieldPath),
        reason,
        message,
        type,
        ...(extra.action ? newStyle(component, extra, now) : oldStyle(component, extra, now)),
      });
      if (identity) remember(written, identity, { namespace, name });
    } catch {
      // An Event is never worth failing for (its namespace may be going, or Events may not be served).
    }
  };
}

interface Written {
  namespace: string;
  name: string;
}

/** @returns false where it is not there any more */
function countUp(store: Store, { namespace, name }: Written, now: number): boolean {
  let counted = false;
  try {
    store.modify(EVENTS, namespace, name, (event) => {
      event.count += 1;
      event.lastTimestamp = timestamp(now);
    });
    counted = true;
  } catch {
    // It has been deleted, or has expired.
  }
  return counted;
}

function reference(object: KubeObject, fieldPath: string | undefined): Record<string, string | undefined> {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  const { kind, apiVersion } = object;
  return {
    kind,
    ...(namespace ? { namespace } : {}),
    name,
    uid,
    apiVersion,
    resourceVersion,
    ...(fieldPath ? { fieldPath } : {}),
  };
}

function oldStyle(component: string, extra: EventExtra, now: number): Record<string, unknown> {
  return {
    source: { component, ...(extra.host ? { host: extra.host } : {}) },
    firstTimestamp: timestamp(now),
    lastTimestamp: timestamp(now),
    count: 1,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: extra.host ?? '',
  };
}

function newStyle(component: string, extra: EventExtra, now: number): Record<string, unknown> {
  return {
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: microTimestamp(now),
    action: extra.action,
    ...(extra.related ? { related: reference(extra.related, undefined) } : {}),
    reportingComponent: component,
    reportingInstance: extra.instance ?? component,
  };
}

function remember<K, T>(map: Map<K, T>, key: K, value: T): void {
  map.set(key, value);
  if (map.size <= REMEMBERED) return;
  const [oldest] = map.keys();
  map.delete(oldest as K);
}
