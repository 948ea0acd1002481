import { type KubeObject, type ResourceType, resourcePath } from '@toolcrib/kube';
import { answeredObject, type Cluster, passOver, type RequestRecord } from '@toolcrib/model';
import type { WayDeps } from './deps.ts';
import type { Understood } from './settle-by-looking.ts';

/** What one look says of a request: how much of it is done, or why no look will ever tell. */
export type Look = { done: 'all' | 'part' | 'none'; note: string } | { never: string };

/**
 * Looks what stands where a request was to hit.
 * @throws ToolcribError, Error where the cluster can't be asked now
 */
export async function lookAt(
  deps: Pick<WayDeps, 'journal'>,
  request: RequestRecord,
  cluster: Cluster,
): Promise<Look> {
  const effect = request.effect as Understood;
  const snapshot = request.snapshotId ? await deps.journal.snapshot(request.snapshotId) : undefined;
  const wanted = new Set(request.targetUids);
  const targets = snapshot?.objects.filter(({ metadata }) => wanted.has(metadata.uid ?? '')) ?? [];
  if (effect.verb === 'scale') return lookAtScale(request, cluster, effect, targets[0]);
  if (!snapshot) return { never: 'nothing of it was kept to compare with' };
  if (targets.length === 0) return { never: 'what it was to hit is not known' };
  if (effect.verb === 'uninstall') return lookAtRecord(targets[0], cluster, request, effect);
  // What was on its way out before says nothing about this request.
  const telling = targets.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (telling.length === 0) return { never: 'what it named was being deleted before it already' };
  let gone = 0;
  let others = 0;
  let byOthers: Set<string> | undefined;
  for (const { metadata } of telling) {
    const at = { namespace: metadata.namespace, name: metadata.name };
    const now = await cluster.get(effect.target, at, request.as);
    const stands = now?.metadata.uid === metadata.uid && !now?.metadata.deletionTimestamp;
    if (stands) continue;
    byOthers ??= await takenByLater(deps, request);
    if (byOthers.has(metadata.uid ?? '')) others++;
    else gone++;
  }
  const rest = others > 0 ? `, ${others} were taken by a later request` : '';
  if (gone === telling.length) return { done: 'all', note: 'what it named is gone' };
  if (others === telling.length) return { done: 'none', note: 'what it named was taken by a later request' };
  if (gone === 0) return { done: 'none', note: `what it named still stands${rest}` };
  return { done: 'part', note: `${gone} of ${telling.length} are gone${rest}` };
}

/**
 * Targets that a later request took for certain, and that stood whole when that was judged: a client that was told nothing
 * certain tries again, and then the first one did not take them.
 */
async function takenByLater(
  { journal }: Pick<WayDeps, 'journal'>,
  request: RequestRecord,
): Promise<Set<string>> {
  const found = new Set<string>();
  const context = (await journal.act(request.actId))?.context;
  const acts = await journal.acts({ context, since: request.at });
  const ids = new Set([request.actId, ...acts.map(({ id }) => id)]);
  for (const actId of ids) {
    for (const one of await journal.requests({ actId }, passOver)) {
      const wanted = one.targetUids.filter((uid) => request.targetUids.includes(uid));
      if (wanted.length === 0 || one.at <= request.at || !tookForCertain(one) || !one.snapshotId) continue;
      for (const { metadata } of (await journal.snapshot(one.snapshotId))?.objects ?? []) {
        const uid = metadata.uid ?? '';
        if (wanted.includes(uid) && !metadata.deletionTimestamp) found.add(uid);
      }
    }
  }
  return found;
}

function tookForCertain({ state, status, effect }: RequestRecord): boolean {
  if (!/^(delete|delete-collection|evict)$/.test(effect.verb)) return false;
  return state === 'softened' || (state === 'answered' && status !== undefined && status < 300);
}

/** helm's record says by a label whether the write that begins an uninstall was carried out. */
async function lookAtRecord(
  kept: KubeObject | undefined,
  cluster: Cluster,
  request: RequestRecord,
  { target }: Extract<Understood, { verb: 'uninstall' }>,
): Promise<Look> {
  const at = { namespace: target.namespace, name: target.name ?? '' };
  const now = await cluster.get(target, at, request.as);
  const same =
    now?.metadata.uid === kept?.metadata.uid &&
    now?.metadata.labels?.status === kept?.metadata.labels?.status;
  return same
    ? { done: 'none', note: "the release's record stands as it was kept" }
    : { done: 'all', note: "the release's record was written" };
}

async function lookAtScale(
  request: RequestRecord,
  cluster: Cluster,
  { target, replicas, was, adopts }: Extract<Understood, { verb: 'scale' }>,
  before: KubeObject | undefined,
): Promise<Look> {
  if (!target.name) return { never: 'its target is not known' };
  const now = await readScale(cluster, { ...target, name: target.name }, request.as);
  if (adopts !== undefined) return lookAtCreated(now, replicas);
  if (!now) return { never: 'what it was to scale is gone: whether it was scaled first is not known' };
  const [uid] = request.targetUids;
  if (uid !== undefined && now.uid !== undefined && now.uid !== uid)
    return { never: 'another one has its name now' };
  const note = `replicas now ${now.replicas}`;
  if (now.replicas === replicas) return { done: 'all', note };
  const untouched =
    before === undefined ||
    now.replicas === (was ?? before.spec?.replicas) ||
    (now.generation !== undefined && now.generation === before.metadata.generation);
  if (untouched) return { done: 'none', note };
  return { never: `${note}: neither what it was nor what was asked for, so somebody has scaled it since` };
}

/** It was not there when it was judged, so what stands there now is what was sent, or somebody else's by the same name. */
function lookAtCreated(now: Awaited<ReturnType<typeof readScale>>, replicas: number): Look {
  if (!now) return { done: 'none', note: 'what it was to create is not there' };
  if (now.replicas === replicas) return { done: 'all', note: `it stands, with replicas ${replicas}` };
  return { never: `it stands with replicas ${now.replicas}, which is not what was sent` };
}

/** The size as its `/scale` has it: a custom resource may keep it in any field. */
async function readScale(
  cluster: Cluster,
  target: ResourceType & { namespace?: string; name: string },
  as: RequestRecord['as'],
): Promise<{ uid?: string; generation?: number; replicas?: number } | undefined> {
  const { namespace, name } = target;
  const object = await cluster.get(target, { namespace, name }, as);
  if (!object) return undefined;
  const { uid, generation } = object.metadata;
  if (typeof object.spec?.replicas === 'number') return { uid, generation, replicas: object.spec.replicas };
  const path = `${resourcePath(target, { namespace, name })}/scale`;
  const answer = await cluster.request({ method: 'GET', path, ...(as === undefined ? {} : { as }) });
  const scale = answeredObject(answer);
  if (scale?.kind !== 'Scale') throw new Error(`its scale can't be read: ${answer.status}`);
  return { uid, generation, replicas: scale.spec?.replicas ?? 0 };
}
