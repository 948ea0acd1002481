import assert from 'node:assert/strict';
import type { KubeObject } from '@toolcrib/kube';
import type { Snapshot, SoftenRecord } from '@toolcrib/model';
import { orphanFirst } from '../soften/index.ts';
import { lookForFinish, lookForUndo, planFinish, planUndo, runFinish, runUndo } from '../undo/index.ts';
import type { ClusterTarget } from './target.ts';
import { items, paths } from './target.ts';

/** The end of the window. */
export const finishAfter = Date.UTC(2030, 0, 1);
/** Fast, so that a test need not wait; milliseconds. */
export const timing = { poll: 30, patience: 3_000, limit: 20_000 };

/** Softens a workload, with its own finalizer put on first. */
export async function soften(
  target: ClusterTarget,
  owner: KubeObject,
  resource: string,
  act: string,
  options = {},
): Promise<SoftenRecord> {
  const { namespace = '', name, uid = '' } = owner.metadata;
  const record = await orphanFirst(
    target.cluster,
    {
      target: { group: 'apps', version: 'v1', resource, namespace, name },
      uid,
      act,
      requestId: 'r1',
      finishAfter,
      options,
    },
    () => {},
    timing,
  );
  assert.equal(record.state, 'softened', record.note);
  return record;
}

/** Takes it back, as an undo of its act does. */
export async function undo(
  target: ClusterTarget,
  owner: KubeObject,
  record: SoftenRecord,
  more: KubeObject[] = [],
) {
  const { actId } = record;
  const snapshot: Snapshot = {
    id: 's1',
    actId,
    requestId: 'r1',
    takenAt: 1,
    context: 'test',
    objects: [owner, ...more],
  };
  const live = await lookForUndo(target.cluster, [snapshot], [record]);
  const plan = planUndo([snapshot], [record], live);
  return runUndo(target.cluster, plan, () => {}, { id: 'u1', by: 'tester', waiting: timing });
}

/** Finishes it, by somebody at that moment. */
export async function finish(target: ClusterTarget, record: SoftenRecord, now = finishAfter) {
  const plan = planFinish(record, await lookForFinish(target.cluster, record), now);
  return runFinish(target.cluster, plan, () => {}, { id: 'f1', by: 'tester' });
}

/** Of claims: name, UID, volume and phase, sorted. */
export const bindings = async (target: ClusterTarget, namespace: string) =>
  (await items(target, paths.claims(namespace)))
    .map((claim) => [claim.metadata.name, claim.metadata.uid, claim.spec?.volumeName, claim.status?.phase])
    .sort();

/** What a workload makes its Pods of. */
export const template = (labels: object, annotations: object = {}, spec: object = {}) => ({
  metadata: { labels, annotations },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }],
    ...spec,
  },
});
