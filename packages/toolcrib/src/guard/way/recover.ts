import { resourcePath } from '@toolcrib/kube';
import {
  type RequestRecord,
  type RequestState,
  type SoftenRecord,
  ToolcribError,
} from '../../model/index.ts';
import { resume, type SoftenProgress } from '../soften/index.ts';
import type { WayDeps } from './deps.ts';

/**
 * After a restart: says of every request that was on its way what became of it. `held` ones were never sent; for each
 * `kept` one the cluster is asked whether its object still stands.
 *
 * @param before when this guard began (ms since 1970): what it does itself meanwhile is not taken for left over
 * @returns what could not be settled (the cluster did not answer), to be tried again
 */
export async function recover(deps: WayDeps, before: number): Promise<RequestRecord[]> {
  const { journal } = deps;
  const earlier = async (state: RequestState) =>
    (await journal.requests({ state })).filter(({ at }) => at < before);
  for (const request of await earlier('held')) {
    await journal.saveRequest({
      ...request,
      state: 'refused',
      note: 'the guard ended while it was held; never sent',
    });
  }
  for (const record of await journal.softenings({ state: 'started' })) {
    // One of this life's own is under way: its request is.
    if (record.how !== 'retain-first' && !deps.onTheWay.has(record.requestId))
      await resumeSoftening(deps, record);
  }
  const unsettled: RequestRecord[] = [];
  const open = [...(await earlier('kept')), ...(await earlier('unsettled'))];
  for (const request of open) {
    const settled = await settleByLooking(deps, request);
    await journal.saveRequest(settled);
    if (settled.state === 'unsettled') unsettled.push(settled);
  }
  return unsettled;
}

/** A softening that was cut off is carried to a safe end: called back, or completed. */
async function resumeSoftening(deps: WayDeps, record: SoftenRecord): Promise<void> {
  try {
    const cluster = await deps.clusterFor(record.context);
    const save: SoftenProgress = ({ record: now }) => deps.journal.saveSoften(now);
    await deps.journal.saveSoften(await resume(cluster, record, { progress: save }));
  } catch (error) {
    // It stays `started`: the next start tries again, and `log` shows it.
    deps.log('a softening could not be resumed yet', { act: record.actId, why: String(error) });
  }
}

async function settleByLooking(deps: WayDeps, request: RequestRecord): Promise<RequestRecord> {
  const { effect } = request;
  const ended = 'the guard ended while it was on its way';
  try {
    const act = await deps.journal.act(request.actId);
    const target = 'target' in effect ? effect.target : undefined;
    if (!act || !target) return { ...request, state: 'unsettled', note: `${ended}; its target is not known` };
    const cluster = await deps.clusterFor(act.context);
    if (effect.verb === 'scale') return await settleScale(request, cluster, effect.replicas);
    const snapshot = request.snapshotId ? await deps.journal.snapshot(request.snapshotId) : undefined;
    const wanted = new Set(request.targetUids);
    const targets = (snapshot?.objects ?? []).filter((object) => wanted.has(object.metadata.uid ?? ''));
    let gone = 0;
    for (const { metadata } of targets) {
      const now = await cluster.get(target, { namespace: metadata.namespace, name: metadata.name });
      if (!now || now.metadata.uid !== metadata.uid || now.metadata.deletionTimestamp) gone++;
    }
    if (gone === targets.length)
      return { ...request, state: 'carried-out', note: `${ended}; what it named is gone` };
    const note = gone === 0 ? 'what it named still stands' : `${gone} of ${targets.length} are gone`;
    return { ...request, state: gone === 0 ? 'not-carried-out' : 'carried-out', note: `${ended}; ${note}` };
  } catch (error) {
    const why = error instanceof ToolcribError ? error.message : String(error);
    return { ...request, state: 'unsettled', note: `${ended}; the cluster could not be asked (${why})` };
  }
}

async function settleScale(
  request: RequestRecord,
  cluster: Awaited<ReturnType<WayDeps['clusterFor']>>,
  replicas: number,
): Promise<RequestRecord> {
  const ended = 'the guard ended while it was on its way';
  const target = 'target' in request.effect ? request.effect.target : undefined;
  if (!target?.name) return { ...request, state: 'unsettled', note: ended };
  const response = await cluster.request({ method: 'GET', path: resourcePath(target, target) });
  if (response.status !== 200)
    return { ...request, state: 'unsettled', note: `${ended}; it can't be read (${response.status})` };
  const now = JSON.parse(new TextDecoder().decode(response.body)) as { spec?: { replicas?: number } };
  const done = now.spec?.replicas === replicas;
  return {
    ...request,
    state: done ? 'carried-out' : 'not-carried-out',
    note: `${ended}; replicas now ${now.spec?.replicas}`,
  };
}
