import { describeRef } from '@toolcrib/kube';
import { type Cluster, type SoftenRecord, ToolcribError, type UndoRecord } from '@toolcrib/model';

/** What an undo that came to nothing says of what it would have brought back: it runs on, and until when. */
const until = (actId: string): string =>
  `not finished by itself any more: toolcrib undo ${actId} again, or end it with toolcrib finish ${actId}`;

/** A line for each softened workload that is not back: how many of its Pods run on. Kept data is no Pod's. */
export async function stillRunning(
  cluster: Cluster,
  records: readonly SoftenRecord[],
): Promise<UndoRecord['results']> {
  const results: UndoRecord['results'] = [];
  for (const record of records) {
    if (record.how === 'retain-first') continue;
    const pods = record.left.filter(({ kind }) => kind === 'Pod');
    const what = `Pods of ${describeRef(record.owner)}`;
    const counted = await count(cluster, record, pods).catch(
      () => 'what of them still runs could not be asked',
    );
    results.push({ what, result: 'unchanged', note: `${counted}; ${until(record.actId)}` });
  }
  return results;
}

async function count(cluster: Cluster, { as }: SoftenRecord, pods: SoftenRecord['left']): Promise<string> {
  const type = { group: '', version: 'v1', resource: 'pods' };
  const now = await Promise.all(
    pods.map(async ({ namespace, name, uid }) => {
      const pod = await cluster.get(type, { namespace, name }, as);
      return pod?.metadata.uid === uid && pod.metadata.deletionTimestamp === undefined;
    }),
  );
  return `${now.filter(Boolean).length} of ${pods.length} still run`;
}

/** Runs an undo; where it throws, the error's next step says what was left running as well. */
export async function withStillRunning<Result>(
  actId: string,
  asked: readonly SoftenRecord[],
  undo: () => Promise<Result>,
): Promise<Result> {
  try {
    return await undo();
  } catch (error) {
    if (!(error instanceof ToolcribError) || !asked.some(({ state }) => state === 'softened')) throw error;
    const next = [error.next, `What it left running is ${until(actId)}.`].filter(Boolean).join(' ');
    throw new ToolcribError(error.code, error.message, { cause: error.cause, next });
  }
}
