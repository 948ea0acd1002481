import type { KubeObject, ObjectRef, ResourceInfo } from '@toolcrib/kube';
import { controllerOf, groupVersionOf, isCustom } from '@toolcrib/kube';
import type { As, Cluster, RequestRecord, Snapshot, SoftenRecord } from '@toolcrib/model';
import { marks, mayBeServed, ToolcribError } from '@toolcrib/model';
import { scaleIn } from '../effects/index.ts';
import { readSize, sizeBefore } from './size.ts';
import { keyOf, keyOfObject } from './steps.ts';
import { statusOf } from './wait.ts';

/** What stands now where the objects of the snapshots stood. Plain data. */
export interface LiveView {
  kinds: ResourceInfo[];
  /** By key; null: asked for and not there. What is missing was not asked for. */
  at: Record<string, KubeObject | null>;
  /** Keys that could not be read, with the reason. */
  unreadable: Record<string, string>;
  /** Objects that carry the mark of the act. */
  marked: KubeObject[];
  /** The Pods that stand where a kept Pod was a custom resource’s: whether its operator has made others. */
  pods?: KubeObject[];
  /** By key: what `/scale` says, of what was scaled and keeps its size elsewhere than in `spec.replicas`. */
  sizes?: Record<string, number>;
}

/**
 * Reads what an undo of these snapshots needs to know. Writes nothing.
 * @param requests of the act: what they scaled
 */
export async function lookForUndo(
  cluster: Cluster,
  snapshots: readonly Snapshot[],
  softenings: readonly SoftenRecord[],
  as?: As,
  requests: readonly RequestRecord[] = [],
): Promise<LiveView> {
  const { resources } = await cluster.resources(as);
  const live: LiveView = { kinds: [...resources], at: {}, unreadable: {}, marked: [] };
  const kept = snapshots.flatMap((snapshot) => snapshot.objects);
  for (const object of kept) {
    if (kindOf(live.kinds, object)) continue;
    // Discovery is remembered for a minute; a kind may have come since.
    const info = await cluster.typeOf(object, as).catch(() => undefined);
    if (info) live.kinds.push(info);
  }
  const wanted = new Map<string, ObjectRef>();
  const want = (ref: ObjectRef) => {
    if (!wanted.has(keyOf(ref))) wanted.set(keyOf(ref), ref);
  };
  // First of all in the version that it was kept in: somebody's reference to it may name another.
  for (const { apiVersion, kind, metadata } of kept)
    want({ apiVersion, kind, namespace: metadata.namespace, name: metadata.name });
  for (const object of kept) {
    const { namespace } = object.metadata;
    if (namespace !== undefined) want({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    for (const owner of object.metadata.ownerReferences ?? []) {
      const info = kindOf(live.kinds, owner);
      want({ ...owner, namespace: info?.namespaced ? namespace : undefined });
    }
    const volume = object.kind === 'PersistentVolumeClaim' ? object.spec?.volumeName : undefined;
    if (volume) want({ apiVersion: 'v1', kind: 'PersistentVolume', name: volume });
  }
  for (const record of softenings) {
    want(record.owner);
    for (const left of record.left) want(left);
    for (const { name } of record.volumes ?? []) want({ apiVersion: 'v1', kind: 'PersistentVolume', name });
  }
  const queue = [...wanted].values();
  const worker = async () => {
    for (const [key, ref] of queue) await readInto(cluster, live, key, ref, as);
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  for (const namespace of customPodsIn(kept)) {
    const found = cluster.list(PODS, { namespace }, as);
    live.pods = [...(live.pods ?? []), ...(await found.catch((): KubeObject[] => []))];
  }
  for (const object of kept)
    live.sizes = { ...live.sizes, ...(await sizeNow(cluster, live, object, requests, as)) };
  for (const record of softenings)
    for (const one of await markedBy(cluster, record, as)) live.marked.push(one);
  return live;
}

async function sizeNow(
  cluster: Cluster,
  live: LiveView,
  object: KubeObject,
  requests: readonly RequestRecord[],
  as?: As,
): Promise<Record<string, number>> {
  const { uid = '', namespace, name } = object.metadata;
  const info = kindOf(live.kinds, object);
  const atScale = requests.some(({ effect, targetUids }) => {
    const size = scaleIn(effect);
    if (!size || size.adopts !== undefined || !targetUids.includes(uid)) return false;
    return sizeBefore(object, size.was)?.at === 'scale';
  });
  if (!atScale || !info) return {};
  const found = await readSize(cluster, info, { namespace, name }, as).catch(() => undefined);
  return found?.uid === uid ? { [keyOfObject(object)]: found.replicas } : {};
}

const PODS = { group: '', version: 'v1', resource: 'pods' };

/** Namespaces in which a kept Pod is controlled by a custom resource. */
function customPodsIn(kept: readonly KubeObject[]): Set<string | undefined> {
  const theirs = kept.filter((object) => {
    const controller = object.kind === 'Pod' ? controllerOf(object) : undefined;
    return controller !== undefined && isCustom(controller);
  });
  return new Set(theirs.map(({ metadata }) => metadata.namespace));
}

async function readInto(
  cluster: Cluster,
  live: LiveView,
  key: string,
  ref: ObjectRef,
  as?: As,
): Promise<void> {
  const info = kindOf(live.kinds, ref);
  if (!info) {
    live.at[key] = null;
    return;
  }
  const at = { namespace: info.namespaced ? ref.namespace : undefined, name: ref.name };
  try {
    live.at[key] = (await getAs(cluster, info, ref.apiVersion, at, as)) ?? null;
  } catch (error) {
    if (!(error instanceof ToolcribError) || error.code !== 'api') throw error;
    // Its kind went with its definition, and discovery is a minute old. A number alone does not say so.
    if (statusOf(error) === 404 && !(await mayBeServed(cluster, info, as))) live.at[key] = null;
    else live.unreadable[key] = error.message;
  }
}

/**
 * Reads an object in the version that it was kept in, so that like is compared with like; in the preferred one where
 * the other is served no more. undefined where it is not there.
 */
export async function getAs(
  cluster: Cluster,
  info: ResourceInfo,
  apiVersion: string,
  at: { namespace?: string; name: string },
  as?: As,
): Promise<KubeObject | undefined> {
  const { version } = groupVersionOf(apiVersion);
  if (version === info.version || version === '') return cluster.get(info, at, as);
  try {
    return await cluster.get({ ...info, version }, at, as);
  } catch (error) {
    // A version that is not served is a 404 without a Status.
    if (statusOf(error) !== 404) throw error;
  }
  return cluster.get(info, at, as);
}

const LEFT_KINDS = [
  { group: 'apps', version: 'v1', resource: 'replicasets' },
  { group: '', version: 'v1', resource: 'pods' },
  { group: 'apps', version: 'v1', resource: 'controllerrevisions' },
  { group: '', version: 'v1', resource: 'persistentvolumeclaims' },
];

/** Everything in the record's namespace that carries its act's mark. */
export async function markedBy(cluster: Cluster, record: SoftenRecord, as?: As): Promise<KubeObject[]> {
  const { namespace } = record.owner;
  const lists = await Promise.all(
    LEFT_KINDS.map((type) =>
      cluster.list(type, { namespace, labelSelector: `${marks.act}=${record.actId}` }, as),
    ),
  );
  // One act may have softened several owners: the annotation tells whose this is.
  return lists
    .flat()
    .filter(
      (object) =>
        object.metadata.annotations?.[marks.softenedFrom] === `${record.owner.kind}/${record.owner.name}`,
    );
}

export function kindOf(
  kinds: readonly ResourceInfo[],
  ref: { apiVersion: string; kind: string },
): ResourceInfo | undefined {
  const group = ref.apiVersion.includes('/') ? ref.apiVersion.slice(0, ref.apiVersion.indexOf('/')) : '';
  return kinds.find((info) => info.group === group && info.kind === ref.kind);
}

export function liveOf(live: LiveView, object: KubeObject): KubeObject | null | undefined {
  return live.at[keyOfObject(object)];
}
