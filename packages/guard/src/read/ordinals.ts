import type { KubeObject } from '@toolcrib/kube';

/** Whether a write may move a StatefulSet's ordinals: what a body says of them only the server reads for certain. */
export function namesOrdinals(type: { group: string; resource: string }, body: unknown): boolean {
  if (type.group !== 'apps' || type.resource !== 'statefulsets') return false;
  const spec = (body as { spec?: unknown } | null | undefined)?.spec;
  return typeof spec === 'object' && spec !== null && Object.hasOwn(spec, 'ordinals');
}

/** The first ordinal of a StatefulSet's Pods. */
export function firstOrdinal({ spec }: KubeObject): number {
  return spec?.ordinals?.start ?? 0;
}

/**
 * The ordinals that a StatefulSet has before a write and not after it, although it is no smaller: its controller deletes their
 * Pods and makes others, which find none of their claims. undefined where it loses none, or is only scaled down.
 */
export function movedOrdinals(
  before: KubeObject,
  after: KubeObject,
): { from: number; to: number } | undefined {
  const [from, to] = [firstOrdinal(before), firstOrdinal(after)];
  if (from === to) return undefined;
  const sizeOf = ({ spec }: KubeObject): number => spec?.replicas ?? 1;
  const all = from >= to && from + sizeOf(before) <= to + sizeOf(after);
  return sizeOf(before) === 0 || all ? undefined : { from, to };
}
