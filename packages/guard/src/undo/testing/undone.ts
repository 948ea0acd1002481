import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord, Snapshot } from '@toolcrib/model';
import type { ClusterTarget } from '../../testing/target.ts';
import { items } from '../../testing/target.ts';
import { lookForUndo, planUndo, runUndo } from '../index.ts';

export const waiting = { poll: 30, limit: 20_000 };

/** A snapshot of whole objects, read by plain requests. */
export function snapshotOf(objects: KubeObject[]): Snapshot {
  return { id: 's1', actId: 'act-test1', requestId: 'r1', takenAt: 1, context: 'test', objects };
}

/** Lists carry no kind on their items. */
export async function kept(
  target: ClusterTarget,
  path: string,
  apiVersion: string,
  kind: string,
): Promise<KubeObject[]> {
  return (await items(target, path)).map((item) => ({ ...item, apiVersion, kind }));
}

/** Looks, plans and runs, as a person's undo does. */
export async function undo(
  target: ClusterTarget,
  snapshot: Snapshot,
  requests: RequestRecord[] = [],
  limits: { limit?: number } = {},
  tell: (text: string) => void = () => {},
) {
  const live = await lookForUndo(target.cluster, [snapshot], [], undefined, requests);
  const plan = planUndo([snapshot], [], live, requests);
  const { record } = await runUndo(target.cluster, plan, () => {}, {
    id: 'u1',
    by: 'tester',
    waiting: { ...waiting, ...limits },
    tell,
  });
  const by = (result: string) =>
    record.results.filter((one) => one.result === result).map((one) => `${one.what}: ${one.note ?? ''}`);
  return { record, by, failed: [...by('failed'), ...by('conflict')] };
}

/** A scale of a Deployment that the cluster carried out. */
export function scaleRequest(uid: string, name: string, namespace: string, replicas: number): RequestRecord {
  const target = { group: 'apps', version: 'v1', resource: 'deployments', namespace, name };
  return {
    id: 'r1',
    actId: 'act-test1',
    at: 1,
    method: 'PATCH',
    path: '',
    effect: { verb: 'scale', target, replicas, dryRun: false },
    decision: { then: 'allow', rule: '', reason: '' },
    state: 'answered',
    targetUids: [uid],
  };
}
