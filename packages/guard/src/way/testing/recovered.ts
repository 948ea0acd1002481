import type { KubeObject } from '@toolcrib/kube';
import type { Cluster, RequestRecord } from '@toolcrib/model';
import { betweenLooks, mayArriveMs } from '@toolcrib/model';
import { anAct, aRequest, aSnapshot } from '../../journal/testing/records.ts';
import type { ClusterTarget } from '../../testing/target.ts';
import { paths, put } from '../../testing/target.ts';
import { recover } from '../recover.ts';
import { type TestDeps, testDeps } from './deps.ts';

/** When the guard of these tests began. */
export const BEGAN = Date.now();
/** Nothing of what was sent can arrive any more. Milliseconds. */
export const OVER = mayArriveMs();

/** A guard that begins over a journal with one act; its cluster is the target unless said otherwise. */
export async function withDeps(
  target: ClusterTarget,
  body: (test: TestDeps) => Promise<void>,
  clusters: Record<string, Cluster> = { prod: target.cluster },
): Promise<void> {
  const made = testDeps(clusters);
  try {
    await made.deps.journal.saveAct(anAct());
    await body(made);
  } finally {
    await made.close();
  }
}

/** A ConfigMap that stands. */
export async function aMap(target: ClusterTarget, namespace: string, more: object = {}): Promise<KubeObject> {
  return put(target, paths.core(namespace, 'configmaps'), {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', ...more },
  });
}
/** A delete of it that was kept, and maybe sent. */
export const deleteOf = (object: KubeObject, more: Partial<RequestRecord> = {}): RequestRecord =>
  aRequest({
    state: 'kept',
    snapshotId: 'snap-1',
    targetUids: [object.metadata.uid ?? ''],
    effect: {
      verb: 'delete',
      target: {
        group: '',
        version: 'v1',
        resource: 'configmaps',
        namespace: object.metadata.namespace,
        name: object.metadata.name,
      },
      options: {},
      dryRun: false,
    },
    ...more,
  });

/** Keeps, and says what recovery makes of it in the end: two looks after nothing can arrive any more. */
export async function recovered(made: TestDeps, request: RequestRecord, objects: KubeObject[]) {
  const { journal } = made.deps;
  await journal.keep(aSnapshot({ id: request.snapshotId, requestId: request.id, objects }), request);
  await recover(made.deps, BEGAN);
  return over(made, request);
}

/** The same without the first look. */
export async function over({ deps, ahead }: TestDeps, request: RequestRecord) {
  ahead(OVER + 60_000);
  await recover(deps, BEGAN);
  ahead(betweenLooks(OVER));
  const { unsettled, again } = await recover(deps, BEGAN);
  return { ...(await stored(deps, request)), unsettled: unsettled.length, again: again.length };
}

/** How a request stands in the journal. */
export async function stored({ journal }: TestDeps['deps'], { id, actId }: RequestRecord) {
  const now = (await journal.requests({ actId })).find((one) => one.id === id);
  return { state: now?.state, note: now?.note ?? '', status: now?.status };
}
