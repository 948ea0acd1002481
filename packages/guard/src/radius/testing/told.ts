import assert from 'node:assert/strict';
import type { KubeObject } from '@toolcrib/kube';
import type { Radius } from '@toolcrib/model';
import type { Aim } from '../view.ts';

/** `Kind name`: fate loss, for comparison. */
export function fates(radius: Radius): Record<string, string> {
  return Object.fromEntries(
    radius.members.map(({ ref, fate, loss }) => [`${ref.kind} ${ref.name}`, `${fate} ${loss}`]),
  );
}
/** The first of its kind, and of that name. */
export const first = (objects: KubeObject[], kind: string, name?: string): KubeObject => {
  const found = objects.find(
    (one) => one.kind === kind && (name === undefined || one.metadata.name === name),
  );
  assert.ok(found, `${kind} ${name ?? ''}`);
  return found;
};
/** A delete with that policy. */
export const policy = (propagationPolicy: 'Orphan' | 'Background' | 'Foreground'): Aim['effect'] => ({
  does: 'delete',
  options: { propagationPolicy },
});
export const scale = (replicas: number): Aim['effect'] => ({ does: 'scale', replicas });
