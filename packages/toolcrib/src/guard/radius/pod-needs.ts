import type { KubeObject } from '@toolcrib/kube';
import { isClaim } from './extras.ts';
import { isFinished, isPod } from './pods.ts';
import { isKind } from './view.ts';

/** Pods that have the claim mounted: pvc-protection holds it for them. */
export function usersOf(objects: readonly KubeObject[], claim: KubeObject): KubeObject[] {
  return objects.filter(
    (object) =>
      isPod(object) &&
      !isFinished(object) &&
      object.metadata.namespace === claim.metadata.namespace &&
      (object.spec?.volumes ?? []).some(
        (volume: { persistentVolumeClaim?: { claimName?: string } }) =>
          volume.persistentVolumeClaim?.claimName === claim.metadata.name,
      ),
  );
}

// biome-ignore lint/suspicious/noExplicitAny: a Pod's spec, read with care
type Any = any;

/** True where a running Pod reads, mounts, runs as, or is reached through `other`. */
export function uses(pod: KubeObject, other: KubeObject): boolean {
  if (pod.metadata.namespace !== other.metadata.namespace) return false;
  const { name } = other.metadata;
  const spec: Any = pod.spec ?? {};
  if (isKind(other, '', 'Service')) {
    const selector: Record<string, string> = other.spec?.selector ?? {};
    const entries = Object.entries(selector);
    return entries.length > 0 && entries.every(([key, value]) => pod.metadata.labels?.[key] === value);
  }
  if (isKind(other, '', 'ServiceAccount')) return (spec.serviceAccountName ?? 'default') === name;
  if (isClaim(other)) return usersOf([pod], other).length > 0;
  const secret = isKind(other, '', 'Secret');
  if (!secret && !isKind(other, '', 'ConfigMap')) return false;
  return secret ? secretsOf(spec).has(name) : configMapsOf(spec).has(name);
}

function containers(spec: Any): Any[] {
  return [...(spec.containers ?? []), ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])];
}

function secretsOf(spec: Any): Set<string> {
  const names: (string | undefined)[] = [
    ...(spec.imagePullSecrets ?? []).map((ref: Any) => ref.name),
    ...(spec.volumes ?? []).flatMap((volume: Any) => [
      volume.secret?.secretName,
      ...(volume.projected?.sources ?? []).map((source: Any) => source.secret?.name),
      // CSI and the older network drivers name their secrets below their own key.
      ...Object.values(volume).map(
        (source: Any) => source?.secretRef?.name ?? source?.nodePublishSecretRef?.name,
      ),
    ]),
    ...containers(spec).flatMap((container) => [
      ...(container.env ?? []).map((env: Any) => env.valueFrom?.secretKeyRef?.name),
      ...(container.envFrom ?? []).map((from: Any) => from.secretRef?.name),
    ]),
  ];
  return new Set(names.filter((name) => name !== undefined));
}

function configMapsOf(spec: Any): Set<string> {
  const names: (string | undefined)[] = [
    ...(spec.volumes ?? []).flatMap((volume: Any) => [
      volume.configMap?.name,
      ...(volume.projected?.sources ?? []).map((source: Any) => source.configMap?.name),
    ]),
    ...containers(spec).flatMap((container) => [
      ...(container.env ?? []).map((env: Any) => env.valueFrom?.configMapKeyRef?.name),
      ...(container.envFrom ?? []).map((from: Any) => from.configMapRef?.name),
    ]),
  ];
  return new Set(names.filter((name) => name !== undefined));
}
