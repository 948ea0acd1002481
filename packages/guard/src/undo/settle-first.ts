import type { Act, Cluster, RequestRecord, SoftenRecord } from '@toolcrib/model';
import { mayArriveMs, mayArriveUntil, passOver, ToolcribError } from '@toolcrib/model';
import { resume, settleRetained } from '../soften/index.ts';
import { saveSoftening, takenElsewhere } from '../way/softening-records.ts';
import type { ActDeps } from './act-deps.ts';

/** Until when a request of a context may still be carried out, where that is not over. Milliseconds since 1970. */
export async function openUntilOf(
  { clock, mayArriveMs: ask }: ActDeps,
  context: string,
): Promise<(request: RequestRecord) => number | undefined> {
  const mayArrive = (await ask?.(context)) ?? mayArriveMs();
  return (request) => {
    const until = mayArriveUntil(request, mayArrive);
    return until !== undefined && clock.now() < until ? until : undefined;
  };
}

/** The act's softenings, with those that were cut off carried to their end: called back or completed. */
export async function settledFirst(
  deps: ActDeps,
  cluster: Cluster,
  { id: actId, context }: Act,
  requests: readonly RequestRecord[],
): Promise<SoftenRecord[]> {
  const { journal, clock } = deps;
  const openUntil = await openUntilOf(deps, context);
  for (const record of await journal.softenings({ actId })) {
    const open = record.state === 'started' || (record.state === 'failed' && record.held === true);
    if (!open) continue;
    const request = requests.find(({ id }) => id === record.requestId);
    const until = request && openUntil(request);
    const left = request?.state === 'kept' ? (until ?? 0) - clock.now() : 0;
    if (left > 0) {
      const { kind, namespace, name } = record.owner;
      throw new ToolcribError(
        // Nothing is known yet, neither yes nor no.
        'unsettled',
        `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name} is being softened, or was a moment ago.`,
        {
          next: `Ask again in ${Math.ceil(left / 1000)} s, or start the guard: it carries on what was cut off.`,
        },
      );
    }
    const mayArrive = until !== undefined;
    const end =
      (await takenElsewhere(journal, record, passOver)) ??
      (record.how === 'retain-first'
        ? await settleRetained(cluster, record, 'it was cut off, or no certain answer came.', mayArrive)
        : await resume(cluster, record, {
            progress: ({ record: now }) => saveSoftening(journal, now, 'person'),
            mayArrive,
          }));
    await saveSoftening(journal, end, 'person');
  }
  return journal.softenings({ actId });
}
