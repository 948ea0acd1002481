import type { Body, KubeObject } from '@toolcrib/kube';
import { timeOf } from '../common/time.ts';
import { byName, canonicalJson, clone } from '../common/values.ts';
import { replicasOf } from './numbers.ts';

export const TEMPLATE_HASH = 'pod-template-hash';
export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';

/** The ReplicaSet that has the Deployment's template, whatever its hash label says; the oldest of several. */
export function findNew(deployment: KubeObject, sets: KubeObject[]): KubeObject | undefined {
  const wanted = withoutHash(deployment.spec?.template);
  return oldestFirst(sets).find((set) => withoutHash(set.spec?.template) === wanted);
}

export function hasSameTemplate(deployment: KubeObject, set: KubeObject): boolean {
  return withoutHash(deployment.spec?.template) === withoutHash(set.spec?.template);
}

function withoutHash(template: Body): string {
  if (template?.metadata?.labels?.[TEMPLATE_HASH] === undefined) return canonicalJson(template);
  const copy = clone(template);
  delete copy.metadata.labels[TEMPLATE_HASH];
  return canonicalJson(copy);
}

export function active(sets: KubeObject[]): KubeObject[] {
  return sets.filter((set) => replicasOf(set) > 0);
}

export function oldestFirst(sets: KubeObject[]): KubeObject[] {
  return [...sets].sort((a, b) => created(a) - created(b) || byName(a, b));
}

export function bySize(sets: KubeObject[], ties: 'newer first' | 'older first'): KubeObject[] {
  const direction = ties === 'older first' ? 1 : -1;
  return [...sets].sort(
    (a, b) => replicasOf(b) - replicasOf(a) || direction * (created(a) - created(b) || byName(a, b)),
  );
}

export function byRevision(sets: KubeObject[]): KubeObject[] {
  return [...sets].sort((a, b) => revisionOf(a) - revisionOf(b) || created(a) - created(b) || byName(a, b));
}

/** 0 where there is none or it can't be read. */
export function revisionOf(object: KubeObject): number {
  const value = Number(object.metadata.annotations?.[REVISION] ?? 0);
  return Number.isInteger(value) ? value : 0;
}

function created(object: KubeObject): number {
  return timeOf(object.metadata.creationTimestamp) ?? 0;
}
