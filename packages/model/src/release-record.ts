import type { KubeObject } from '@toolcrib/kube';

/** Where helm keeps what it knows of a release: a Secret, or a ConfigMap where it was told so. */
const NAME = /^sh\.helm\.release\.v1\..+\.v\d+$/;

/** True for one version of a helm release's record. */
export function isReleaseRecord(object: Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>): boolean {
  const stored = object.kind === 'Secret' || object.kind === 'ConfigMap';
  return object.apiVersion === 'v1' && stored && isReleaseRecordName(object.metadata.name);
}

export function isReleaseRecordName(name: string | undefined): boolean {
  return name !== undefined && NAME.test(name);
}

/** What helm writes into a record before it begins to delete, and after where it keeps the history. */
export function saysUninstalling(object: { metadata?: { labels?: Record<string, unknown> } }): boolean {
  const status = object.metadata?.labels?.status;
  return status === 'uninstalling' || status === 'uninstalled';
}
