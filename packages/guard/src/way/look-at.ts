// Step: look
import { type Cluster, type Journal, passOver, type RequestRecord } from '@toolcrib/model';
import type { Became } from '../effects/effect-kind.ts';
import { kindOf } from '../effects/index.ts';

interface Looked {
  journal: Pick<Journal, 'act' | 'acts' | 'requests' | 'snapshot'>;
}

/**
 * Looks what stands where a request was to hit.
 * @throws ToolcribError, Error where the cluster can't be asked now
 */
export async function lookAt({ journal }: Looked, request: RequestRecord, cluster: Cluster): Promise<Became> {
  const { effect } = request;
  const { became } = kindOf(effect);
  if (!became) return { never: 'nothing that stands there tells' };
  const snapshot = request.snapshotId ? await journal.snapshot(request.snapshotId) : undefined;
  const wanted = new Set(request.targetUids);
  const targets = snapshot?.objects.filter(({ metadata }) => wanted.has(metadata.uid ?? '')) ?? [];
  const kept = snapshot !== undefined;
  return became({
    request,
    effect,
    cluster,
    kept,
    targets,
    takenByLater: () => takenByLater({ journal }, request),
  });
}

/**
 * Targets that a later request took for certain, and that stood whole when that was judged: a client that was told nothing
 * certain tries again, and then the first one did not take them.
 */
async function takenByLater({ journal }: Looked, request: RequestRecord): Promise<Set<string>> {
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
  if (kindOf(effect).targets !== 'go') return false;
  return state === 'softened' || (state === 'answered' && status !== undefined && status < 300);
}
