import type { Body, KubeObject } from '@toolcrib/kube';
import { podFromTemplate } from '../common/pods.ts';
import { REVISION_HASH } from '../common/revisions.ts';
import { clone, countOf } from '../common/values.ts';

const POD_NAME = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX = 'apps.kubernetes.io/pod-index';

/** The ordinal at the end of a Pod's name, and what stands before it; -1 where there is none. */
function parentAndOrdinal(name: string): { parent: string; ordinal: number } {
  const match = /^(.*)-([0-9]+)$/.exec(name);
  return match ? { parent: match[1] ?? '', ordinal: Number(match[2]) } : { parent: '', ordinal: -1 };
}

export function ordinalOf(pod: KubeObject): number {
  return parentAndOrdinal(pod.metadata.name).ordinal;
}

export function isMemberOf(set: KubeObject, pod: KubeObject): boolean {
  return parentAndOrdinal(pod.metadata.name).parent === set.metadata.name;
}

/** First ordinal, and how many there are. */
export function ordinalsOf(set: KubeObject): { start: number; count: number } {
  return { start: countOf(set.spec?.ordinals?.start, 0), count: countOf(set.spec?.replicas, 1) };
}

export function isInRange(set: KubeObject, pod: KubeObject): boolean {
  const { start, count } = ordinalsOf(set);
  const ordinal = ordinalOf(pod);
  return ordinal >= start && ordinal < start + count;
}

export function podRevision(pod: KubeObject): string {
  return pod.metadata.labels?.[REVISION_HASH] ?? '';
}

export function claimTemplates(set: KubeObject): KubeObject[] {
  return set.spec?.volumeClaimTemplates ?? [];
}

export function claimName(set: KubeObject, template: KubeObject, ordinal: number): string {
  return `${template.metadata.name}-${set.metadata.name}-${ordinal}`;
}

/** The claim volumes that a member must have. */
function claimVolumes(set: KubeObject, ordinal: number): Body[] {
  return claimTemplates(set).map((template) => ({
    name: template.metadata.name,
    persistentVolumeClaim: { claimName: claimName(set, template, ordinal) },
  }));
}

/** A Pod of the set as it should be made, at `revision`, whose template is `template`. */
export function newMember(set: KubeObject, template: Body, ordinal: number, revision: string): KubeObject {
  const name = `${set.metadata.name}-${ordinal}`;
  const pod = podFromTemplate(template, set, name);
  pod.metadata.generateName = `${set.metadata.name}-`;
  pod.metadata.labels = {
    ...pod.metadata.labels,
    ...identityLabels(name, ordinal),
    [REVISION_HASH]: revision,
  };
  pod.spec.hostname = name;
  if (set.spec?.serviceName) pod.spec.subdomain = set.spec.serviceName;
  pod.spec.volumes = withClaims(set, ordinal, pod.spec.volumes);
  if (pod.spec.volumes.length === 0) delete pod.spec.volumes;
  return pod;
}

function identityLabels(name: string, ordinal: number): Record<string, string> {
  return { [POD_NAME]: name, [POD_INDEX]: String(ordinal) };
}

function withClaims(set: KubeObject, ordinal: number, volumes: Body[] = []): Body[] {
  const claims = claimVolumes(set, ordinal);
  const names = new Set(claims.map((volume) => volume.name));
  return [...claims, ...volumes.filter((volume) => !names.has(volume.name))];
}

export function identityMatches(pod: KubeObject): boolean {
  return pod.metadata.labels?.[POD_NAME] === pod.metadata.name;
}

export function storageMatches(set: KubeObject, pod: KubeObject): boolean {
  const volumes: Body[] = pod.spec?.volumes ?? [];
  return claimVolumes(set, ordinalOf(pod)).every(
    (wanted) =>
      volumes.find((volume) => volume.name === wanted.name)?.persistentVolumeClaim?.claimName ===
      wanted.persistentVolumeClaim.claimName,
  );
}

/** Gives a Pod the labels and volumes of a member again. */
export function restoreIdentity(set: KubeObject, pod: KubeObject): void {
  const ordinal = ordinalOf(pod);
  pod.metadata.labels = { ...pod.metadata.labels, ...identityLabels(pod.metadata.name, ordinal) };
  if (!storageMatches(set, pod)) pod.spec.volumes = withClaims(set, ordinal, pod.spec.volumes);
}

/** A claim as the set makes it for one member. */
export function newClaim(set: KubeObject, template: KubeObject, ordinal: number): KubeObject {
  const claim = clone(template);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claimName(set, template, ordinal),
      namespace: set.metadata.namespace,
      labels: { ...claim.metadata.labels, ...set.spec?.selector?.matchLabels },
      ...(claim.metadata.annotations ? { annotations: claim.metadata.annotations } : {}),
    },
    spec: claim.spec,
  };
}
