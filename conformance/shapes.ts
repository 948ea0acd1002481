import rules from './data/normalised.json' with { type: 'json' };
import type { Answered } from './types.ts';

/** When something was seen, in ms, and which objects were seen before that. */
export interface Moment {
  seen: number;
  alive: Sightings;
}

/** By UID: when requests were sent whose answers showed the object with nobody having deleted it. */
export type Sightings = ReadonlyMap<string, number[]>;

interface Shape {
  type?: string;
  pattern: string;
  /** `past`: a time of the last hour; `deletion`: what it says below. */
  clock?: string;
}

const HOUR = 3_600_000;
const shapes = new Map(
  Object.entries(rules.shapes as Record<string, Shape>).map(([name, shape]) => [
    name,
    { ...shape, regex: new RegExp(shape.pattern) },
  ]),
);

// biome-ignore lint/suspicious/noExplicitAny: looked into freely
type Body = any;

/** Whether a value that differs from cluster to cluster has at least the listed form. @param above outermost first */
export function hasShape(value: unknown, name: string, above: readonly unknown[], moment: Moment): boolean {
  const shape = shapes.get(name);
  if (!shape) throw new Error(`conformance/data/normalised.json has no shape called ${name}`);
  if (typeof value !== (shape.type ?? 'string') || !shape.regex.test(String(value))) return false;
  if (shape.clock === 'past') return isRecent(Date.parse(String(value)), moment.seen);
  if (shape.clock === 'deletion') return isDeadline(Date.parse(String(value)), above.at(-1), moment);
  if (name === 'version') return !isBelowItems(Number(value), above.at(-2));
  return true;
}

function isRecent(time: number, seen: number): boolean {
  return time > seen - HOUR && time <= seen;
}

/**
 * Servers say `now + grace`, cut to whole seconds, in the moment of the delete: after the object was last seen without
 * it, and before this answer.
 */
function isDeadline(time: number, metadata: Body, { seen, alive }: Moment): boolean {
  const deleted = time - (metadata?.deletionGracePeriodSeconds ?? 0) * 1000;
  // In the very millisecond of the answer the next request may have been sent: after a dry run, say, of what still lives.
  const before = (alive.get(metadata?.uid) ?? []).filter((sent) => sent < seen);
  const last = Math.max(seen - HOUR, ...before);
  return deleted >= last - (last % 1000) && deleted <= seen;
}

/** A list is as new as the newest object in it, at least. */
function isBelowItems(version: number, list: Body): boolean {
  const items: Body[] = list?.items ?? list?.rows?.map(({ object }: Body) => object) ?? [];
  return Array.isArray(items) && items.some((item) => Number(item?.metadata?.resourceVersion ?? 0) > version);
}

/** Who was seen alive, and when. */
export function sightings(trail: readonly Answered[]): Sightings {
  const found = new Map<string, number[]>();
  const look = (value: Body, sent: number): void => {
    if (typeof value !== 'object' || value === null) return;
    const { uid, deletionTimestamp } = value.metadata ?? {};
    if (typeof uid === 'string' && deletionTimestamp === undefined) {
      const times = found.get(uid) ?? [];
      times.push(sent);
      found.set(uid, times);
    }
    for (const inner of Object.values(value)) look(inner, sent);
  };
  for (const { sent, body } of trail) look(body, sent);
  return found;
}
