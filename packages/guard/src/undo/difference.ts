import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '@toolcrib/kube';
import { intentOf } from './prepare.ts';

/** How many places are named; the rest is counted. */
const NAMED = 4;

/**
 * Where two objects differ in what they want, as words: `spec.replicas, data.colour`. Names only, never values: they may
 * be secret. undefined where they don't.
 * @param metadata labels, annotations, finalizers and owners count as well
 */
export function difference(before: KubeObject, now: KubeObject, metadata = false): string | undefined {
  const paths = [
    ...pathsOf(intentOf(before), intentOf(now)),
    ...(metadata ? pathsOf(markings(before), markings(now), 'metadata') : []),
  ];
  if (paths.length === 0) return undefined;
  const more = paths.length > NAMED ? ` and ${paths.length - NAMED} more` : '';
  return paths.slice(0, NAMED).join(', ') + more;
}

function markings({ metadata }: KubeObject): unknown {
  const { labels = {}, annotations = {}, finalizers = [], ownerReferences = [] } = metadata;
  return { labels, annotations, finalizers, ownerReferences };
}

function pathsOf(a: unknown, b: unknown, at = ''): string[] {
  if (isDeepStrictEqual(a, b)) return [];
  if (!isPlain(a) || !isPlain(b)) return [at];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    pathsOf(a[key], b[key], at === '' ? key : `${at}.${key}`),
  );
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
