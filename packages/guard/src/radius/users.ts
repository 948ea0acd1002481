import type { KubeObject } from '@toolcrib/kube';
import { lookup } from './lookup.ts';
import { needsOf, uses } from './pod-needs.ts';
import { isKind } from './view.ts';

/**
 * Who of some Pods uses an object: the first of those for which `uses` is true, without asking each of them.
 * @param pods an array that nobody changes any more
 */
export function firstUser(pods: readonly KubeObject[], other: KubeObject): KubeObject | undefined {
  const { namespace, name } = other.metadata;
  if (isKind(other, '', 'Service')) return selectedBy(pods, other).find((pod) => uses(pod, other));
  const users = lookup(pods).podsBy('need', needsOf, namespace, `${other.kind} ${name}`);
  return users.find((pod) => uses(pod, other));
}

/** Pods of a Service's namespace that may fit its selector: those with the rarest of its labels. None where it has no selector. */
export function selectedBy(objects: readonly KubeObject[], service: KubeObject): readonly KubeObject[] {
  const selector: Record<string, string> = service.spec?.selector ?? {};
  let fewest: readonly KubeObject[] | undefined;
  for (const [label, value] of Object.entries(selector)) {
    const found = lookup(objects).podsBy('label', labelsOf, service.metadata.namespace, `${label}=${value}`);
    if (!fewest || found.length < fewest.length) fewest = found;
  }
  return fewest ?? [];
}

function labelsOf({ metadata }: KubeObject): string[] {
  return Object.entries(metadata.labels ?? {}).map(([label, value]) => `${label}=${value}`);
}
