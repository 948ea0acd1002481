import type { KubeObject, ObjectRef } from '@toolcrib/kube';
import { groupVersionOf, ownerGraph, refOf, uidOf } from '@toolcrib/kube';
import type { As, Cluster } from '@toolcrib/model';
import { isForbidden, mayBeServed, ToolcribError } from '@toolcrib/model';
import { adoptedBy } from './adopted.ts';
import { holdsAnyKind, isEstablished, kindOf, unservedDefinitions } from './definitions.ts';
import { endpointsWanted, isEndpoints, isMadeAgain } from './endpoints.ts';
import { isClaim } from './extras.ts';
import type { PlannedList } from './plan.ts';
import { planLists } from './plan.ts';
import { radiusOf } from './radius-of.ts';
import type { Aim, Unseen, View } from './view.ts';
import { isKind, listedKey, ownerFacts } from './view.ts';

export interface LookOptions {
  /** Milliseconds since 1970. */
  now?: () => number;
  /** LISTs under way at once; a cluster answers a handful as fast as a hundred, and throttles the hundred. */
  atOnce?: number;
  /** A LIST that was begun already, not before `now`; undefined where it was not. */
  listed?: (planned: PlannedList) => Promise<KubeObject[]> | undefined;
}

/**
 * Asks the cluster for what the radius of these aims needs, and no more. What can't be had is in `unseen` with
 * its reason; only a cluster that does not answer discovery at all throws.
 *
 * @param as the caller's own `Impersonate-*` headers, so that a look never shows more than the caller may see
 * @throws ToolcribError `unreachable`, `credentials`
 */
export async function look(
  cluster: Cluster,
  aims: readonly Aim[],
  as?: As,
  options: LookOptions = {},
): Promise<View> {
  const seenAt = (options.now ?? Date.now)();
  const atOnce = options.atOnce ?? 8;
  const { resources, failed } = await discovered(cluster, aims, as);
  const view: View = {
    objects: [],
    kinds: resources,
    failedGroups: failed.map(({ group }) => group),
    listed: [],
    absent: [],
    unseen: failed.map(({ group, why }) => ({ group, kind: '', why: `its API did not answer: ${why}` })),
    seenAt,
  };
  const known = new Map<string, KubeObject>();
  const keep = (object: KubeObject, whole: boolean) => {
    const uid = object.metadata.uid;
    if (uid && (whole || !known.has(uid))) known.set(uid, trimmed(object));
  };

  const list = async (planned: PlannedList, mustBeServed = false) => {
    const { info, namespace, metadata, labelSelector } = planned;
    const found = await attempt(
      view,
      unseenOf(planned),
      () => options.listed?.(planned) ?? cluster.list(info, { namespace, metadata, labelSelector }, as),
      mustBeServed ? undefined : () => mayBeServed(cluster, info, as),
    );
    if (!found) return;
    for (const object of found) keep(object, !metadata);
    if (!labelSelector) view.listed.push(listedKey(info, namespace));
  };
  await each(atOnce, planLists(resources, aims), (planned) => list(planned));

  const get = async (ref: ObjectRef, decides?: true) => {
    const info = resources.find((one) => isKind(ref, one.group, one.kind));
    const role = decides ? { decides } : {};
    if (!info) {
      const { group } = groupVersionOf(ref.apiVersion);
      view.unseen.push({
        group,
        kind: ref.kind,
        name: ref.name,
        ...role,
        why: 'the cluster serves no such kind',
      });
      return;
    }
    const at = { namespace: info.namespaced ? ref.namespace : undefined, name: ref.name };
    const about = {
      group: info.group,
      kind: info.kind,
      namespaced: info.namespaced,
      name: ref.name,
      ...role,
    };
    const answer = await attempt(view, about, async () => ({ object: await cluster.get(info, at, as) }));
    if (!answer) return;
    if (answer.object) keep(answer.object, true);
    if (ref.uid && answer.object?.metadata.uid !== ref.uid) view.absent.push(ref.uid);
  };
  const created = aims.flatMap(({ effect }) => (effect.does === 'scale' && effect.creates) || []);
  for (const object of created) keep(object, true);
  const refresh = () => {
    view.objects = adoptedBy(created, [...known.values()]);
  };

  refresh();
  for (const object of view.objects)
    if (isEndpoints(object) && isMadeAgain(object, view.objects)) known.delete(uidOf(object.metadata));
  const told = (aim: Aim) => (isToldByMetadata(aim) || isCreated(aim)) && known.has(uidOf(aim.ref));
  await each(
    atOnce,
    aims.filter((aim) => !told(aim)),
    (aim) => get(aim.ref),
  );
  refresh();
  await each(atOnce, aims.some(holdsAnyKind) ? unservedDefinitions(view) : [], async (found) => {
    // Gone by itself, or not to be read: then nothing more is known than discovery said.
    await get(refOf(found));
    const definition = known.get(uidOf(found.metadata));
    if (!definition?.spec) return;
    const info = kindOf(definition);
    if (info === 'unserved') {
      const { group, names, scope } = definition.spec;
      const why = "its definition serves none of its versions, and so its objects can't be listed";
      view.unseen.push({ group, kind: names?.kind ?? '', namespaced: scope === 'Namespaced', why });
      return;
    }
    view.kinds = [...view.kinds, info];
    await each(1, planLists([info], aims), (planned) => list(planned, isEstablished(definition)));
  });
  refresh();
  await each(atOnce, endingNamespaces(view), async (name) => {
    const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
    const about = { group: '', kind: 'Namespace', name };
    // Whoever may not read it sees no more of its end than before: it holds nothing but what was seen by itself.
    const ask = () => cluster.get(namespaces, { name }, as).catch(nothingIfForbidden);
    const found = await attempt(view, about, ask);
    if (found) keep(found, true);
  });
  await lookForSecondOwners(view, aims, get, atOnce);
  refresh();
  const going = new Set(radiusOf(view, aims).members.map((member) => member.ref.uid));
  const goes = (object: KubeObject) => going.has(object.metadata.uid);
  await each(atOnce, [...volumesWanted(view, goes), ...endpointsWanted(view, goes)], (ref) => get(ref));
  refresh();
  return view;
}

/** Of these a radius asks for nothing that is not in the metadata, and so not for each of sixty by itself. */
function isToldByMetadata({ ref }: Aim): boolean {
  return ref.uid !== undefined && (isKind(ref, '', 'ConfigMap') || isKind(ref, '', 'Secret'));
}

function isCreated({ effect }: Aim): boolean {
  return effect.does === 'scale' && effect.creates !== undefined;
}

/**
 * Discovery is remembered for a minute: where that is too long for what a target may hold, or it does not know a target's
 * kind, it is asked for anew.
 */
async function discovered(cluster: Cluster, aims: readonly Aim[], as?: As): ReturnType<Cluster['resources']> {
  const found = await cluster.resources(as, { anew: aims.some(holdsAnyKind) });
  const unknown = aims.filter(({ ref }) => !found.resources.some((one) => isKind(ref, one.group, one.kind)));
  if (unknown.length === 0) return found;
  for (const { ref } of unknown) await cluster.typeOf(ref, as).catch(() => undefined);
  return cluster.resources(as);
}

/**
 * An object that would go may have another owner of a kind that was not listed (a Node, a custom resource): whether
 * that one still stands decides.
 */
async function lookForSecondOwners(
  view: View,
  aims: readonly Aim[],
  get: (ref: ObjectRef, decides: true) => Promise<void>,
  atOnce: number,
): Promise<void> {
  const graph = ownerGraph(ownerFacts(view));
  const reached = new Set<string>();
  const wanted = new Map<string, ObjectRef>();
  const queue = aims.map((aim) => uidOf(aim.ref));
  for (let uid = queue.pop(); uid !== undefined; uid = queue.pop()) {
    if (reached.has(uid)) continue;
    reached.add(uid);
    const self = graph.get(uid);
    for (const object of [...(self ? [self] : []), ...graph.dependentsOf(uid)]) {
      if (object.metadata.uid) queue.push(object.metadata.uid);
      for (const owner of object.metadata.ownerReferences ?? []) {
        if (graph.stateOf(owner, object) !== 'unknown') continue;
        const { apiVersion, kind, name, uid } = owner;
        wanted.set(uid, { apiVersion, kind, name, uid, namespace: object.metadata.namespace });
      }
    }
  }
  await each(atOnce, [...wanted.values()], (ref) => get(ref, true));
}

/** Namespaces of which something is being deleted: they may be so themselves, and wait for it. */
function endingNamespaces({ objects }: View): string[] {
  const ending = objects.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  const known = new Set(
    objects.filter((one) => isKind(one, '', 'Namespace')).map((one) => one.metadata.name),
  );
  return [...new Set(ending.flatMap(({ metadata }) => metadata.namespace ?? []))].filter(
    (name) => !known.has(name),
  );
}

/** The volumes of the claims that would go: by name, since namespaced people may not list volumes. */
function volumesWanted(view: View, goes: (object: KubeObject) => boolean): ObjectRef[] {
  const names = new Set<string>();
  for (const object of view.objects) {
    if (!isClaim(object) || !goes(object)) continue;
    if (object.spec?.volumeName) names.add(object.spec.volumeName);
  }
  return [...names].map((name) => ({ apiVersion: 'v1', kind: 'PersistentVolume', name }));
}

function unseenOf(list: PlannedList): Omit<Unseen, 'why'> {
  const { group, kind, namespaced } = list.info;
  return { group, kind, namespaced };
}

async function attempt<T>(
  view: View,
  about: Omit<Unseen, 'why'>,
  ask: () => Promise<T>,
  stillServed: () => Promise<boolean> = async () => true,
): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ToolcribError)) throw error;
    if (error.code === 'credentials') throw error;
    const status = (error.cause as { status?: number } | undefined)?.status;
    // Its definition went while we looked: then nothing of it is there to see. A number alone does not say so.
    const gone = (status === 404 || status === 405) && !(await stillServed());
    if (!gone) view.unseen.push({ ...about, why: error.message });
    return undefined;
  }
}

function nothingIfForbidden(error: unknown): undefined {
  if (!isForbidden(error)) throw error;
}

/**
 * managedFields and last-applied are two thirds of an object, and the radius needs neither: of the fields' owners only who has
 * written a size through `/scale`.
 */
function trimmed(object: KubeObject): KubeObject {
  const { managedFields = [], annotations, ...metadata } = object.metadata;
  const { 'kubectl.kubernetes.io/last-applied-configuration': _applied, ...rest } = annotations ?? {};
  const scaled = (managedFields as { subresource?: string }[]).filter(
    ({ subresource }) => subresource === 'scale',
  );
  const kept = {
    ...(annotations ? { annotations: rest } : {}),
    ...(scaled.length > 0 ? { managedFields: scaled } : {}),
  };
  return { ...object, metadata: { ...metadata, ...kept } };
}

/** Runs `work` over `items`, at most `atOnce` at a time. */
async function each<T>(atOnce: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
