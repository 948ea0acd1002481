import type { KubeObject } from '@toolcrib/kube';
import { isClaim } from './extras.ts';
import { lookup } from './lookup.ts';
import { isFinished } from './pods.ts';
import { isKind } from './view.ts';

/** Pods that have the claim mounted: pvc-protection holds it for them. */
export function usersOf(objects: readonly KubeObject[], claim: KubeObject): KubeObject[] {
  const { namespace, name } = claim.metadata;
  return lookup(objects)
    .podsBy('mounted claim', mountedBy, namespace, name)
    .filter((pod) => !isFinished(pod));
}

/** Names of the claims that a Pod mounts by name. */
function mountedBy({ spec }: KubeObject): string[] {
  const volumes: { persistentVolumeClaim?: { claimName?: string } }[] = spec?.volumes ?? [];
  return volumes.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
}

/** What a Pod reads, mounts or runs as, as `Kind name`: whatever `uses` may be true for, but for Services. */
export function needsOf(pod: KubeObject): string[] {
  const spec: Any = pod.spec ?? {};
  return [
    `ServiceAccount ${spec.serviceAccountName ?? 'default'}`,
    ...mountedBy(pod).map((name) => `PersistentVolumeClaim ${name}`),
    ...[...secretsOf(spec)].map((name) => `Secret ${name}`),
    ...[...configMapsOf(spec)].map((name) => `ConfigMap ${name}`),
  ];
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
  if (isClaim(other)) return !isFinished(pod) && mountedBy(pod).includes(name);
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
