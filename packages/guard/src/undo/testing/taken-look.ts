import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord, Snapshot, SoftenRecord } from '@toolcrib/model';
import type { LiveView } from '../live.ts';
import { takenBy } from '../taken.ts';
import { but, live, object, snapshotOf } from './kept.ts';

/** What was kept of the workload, and how it stands: as it was, or anew. */
export const kept = object('apps/v1 Deployment', 'web', { spec: { replicas: 3 } });
export const stands = kept;
export const again = but(kept, { metadata: { uid: 'another' } });

interface Case {
  snapshots?: Snapshot[];
  softenings?: SoftenRecord[];
  standing?: KubeObject[];
  view?: LiveView;
  openUntil?: number;
}

/** What was taken, by id and state, and what is told. */
export function looked(requests: RequestRecord[], more: Case = {}) {
  const snapshots = more.snapshots ?? [snapshotOf([kept])];
  const view = more.view ?? live([kept], more.standing ?? []);
  const taken = takenBy(snapshots, requests, more.softenings ?? [], view, () => more.openUntil);
  return {
    requests: taken.requests.map(({ id, state }) => `${id} ${state}`),
    snapshots: taken.snapshots.map(({ requestId }) => requestId),
    told: taken.steps.map((step) =>
      step.do === 'none' ? `${step.result.result} ${step.result.what}: ${step.result.note}` : step.do,
    ),
    open: [...taken.open],
  };
}
/** Where it took nothing. */
export const nothing = (why: string, what = 'DELETE /web') => ({
  requests: [],
  snapshots: [],
  told: [`unchanged ${what}: it took nothing: ${why}`],
  open: [],
});
/** Where these requests took. */
export const took = (...requests: string[]) => ({ requests, snapshots: ['r'], told: [], open: [] });
