import { type KubeObject, refOf } from '@toolcrib/kube';
import { type As, type Cluster, ToolcribError, type UnseenKind } from '@toolcrib/model';
import type { Aim } from '../radius/view.ts';
import { type Release, type ReleaseObject, releaseOf } from '../read/helm.ts';

/** GETs under way at once. */
const AT_ONCE = 8;

/**
 * What `helm uninstall` is about to delete, told by the release's record before the first of it goes: the objects of its
 * manifest as they stand now, and the records of all its revisions, which go last.
 *
 * @param record as it stands in the cluster
 * @throws Error where the record can't be read; ToolcribError where the cluster can't be asked
 */
export async function uninstallAims(
  record: KubeObject,
  cluster: Cluster,
  as: As | undefined,
): Promise<{ aims: Aim[]; unseen: UnseenKind[]; hooks: HookAt[] }> {
  const release = await releaseOf(record);
  const aims: Aim[] = [];
  const unseen: UnseenKind[] = [];
  const found = new Map<ReleaseObject, Aim>();
  const rest = release.objects.values();
  const work = async () => {
    for (const object of rest) {
      const aim = await aimAt(object, release.namespace, cluster, as, unseen);
      if (aim) found.set(object, aim);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const object of release.objects) aims.push(...[found.get(object) ?? []].flat());
  for (const aim of await records(record, release.name, cluster, as, unseen)) aims.push(aim);
  return { aims, unseen, hooks: await hooksOf(release, cluster, as) };
}

/** Where helm makes a hook of the release. */
export interface HookAt {
  group: string;
  resource: string;
  namespace?: string;
  /** Absent where nobody knows it: any. */
  name?: string;
}

/** What helm makes when it uninstalls, beside what it deletes. */
async function hooksOf(release: Release, cluster: Cluster, as: As | undefined): Promise<HookAt[]> {
  const hooks: HookAt[] = [];
  for (const { apiVersion, kind, name, namespace } of release.hooks) {
    try {
      const { group, resource, namespaced } = await cluster.typeOf({ apiVersion, kind }, as);
      const at = namespaced ? { namespace: namespace ?? release.namespace } : {};
      hooks.push({ group, resource, name, ...at });
    } catch (error) {
      // A kind that can't be told can't be made either.
      if (!(error instanceof ToolcribError)) throw error;
      if (error.code === 'unreachable' || error.code === 'credentials') throw error;
    }
  }
  return hooks;
}

async function aimAt(
  { apiVersion, kind, name, namespace }: ReleaseObject,
  home: string,
  cluster: Cluster,
  as: As | undefined,
  unseen: UnseenKind[],
): Promise<Aim | undefined> {
  try {
    const type = await cluster.typeOf({ apiVersion, kind }, as);
    const at = { name, namespace: type.namespaced ? (namespace ?? home) : undefined };
    const object = await cluster.get(type, at, as);
    return object && deleting(object, type.group, type.resource);
  } catch (error) {
    if (!(error instanceof ToolcribError)) throw error;
    if (error.code === 'unreachable' || error.code === 'credentials') throw error;
    // A kind that the cluster does not serve any more has no objects either.
    if (error.code !== 'not-found') unseen.push({ kind: `${kind} ${name}`, why: error.message });
    return undefined;
  }
}

/** All revisions of the release that the same driver has: the one that was read is always among them. */
async function records(
  record: KubeObject,
  name: string,
  cluster: Cluster,
  as: As | undefined,
  unseen: UnseenKind[],
): Promise<Aim[]> {
  const resource = record.kind === 'Secret' ? 'secrets' : 'configmaps';
  const query = {
    namespace: record.metadata.namespace,
    labelSelector: `name=${name},owner=helm`,
    metadata: true,
  };
  const listed = await cluster
    .list({ group: '', version: 'v1', resource }, query, as)
    .catch((error: unknown): KubeObject[] => {
      if (!(error instanceof ToolcribError) || error.code !== 'api') throw error;
      unseen.push({ kind: record.kind, why: `the release's other records: ${error.message}` });
      return [];
    });
  const all = listed.some(({ metadata }) => metadata.uid === record.metadata.uid)
    ? listed
    : [record, ...listed];
  return all.map((one) => deleting(one, '', resource));
}

/** As helm does it unless told otherwise (`--cascade background`). */
function deleting(object: KubeObject, group: string, resource: string): Aim {
  return {
    ref: refOf(object),
    type: { group, resource },
    effect: { does: 'delete', options: { propagationPolicy: 'Background' } },
  };
}
