import { isDeepStrictEqual } from 'node:util';
import { describeRef } from '@toolcrib/kube';
import type {
  Act,
  As,
  Clock,
  Cluster,
  Journal,
  RequestRecord,
  SoftenRecord,
  UndoRecord,
} from '@toolcrib/model';
import { compareClusters, contextNameOf, mayArriveMs, mayArriveUntil, ToolcribError } from '@toolcrib/model';
import { resume, settleRetained } from '../soften/index.ts';
import { saveSoftening, takenElsewhere } from '../way/softenings.ts';
import { wentElsewhere } from './elsewhere.ts';
import { lookForUndo, planUndo, runUndo, unmarkLeft } from './index.ts';
import { asKnownNow, madeAgain, withControllers, withoutOwn } from './made-again.ts';
import { stillRunning, withStillRunning } from './still-running.ts';
import { unsentResults } from './unsent.ts';

export interface ActDeps {
  journal: Journal;
  clusterFor(context: string): Promise<Cluster>;
  clock: Clock;
  /** Who asked. */
  by: string;
  /** A person says that it is the same cluster, where that can't be told. */
  sameCluster?: boolean;
  /** How long what was sent may still be carried out, as the policy says of the context. Milliseconds; else 75 s. */
  mayArriveMs?(context: string): Promise<number>;
  /** Told what is waited for, where that takes longer than a moment. */
  tell?(text: string): void;
}

/** Told of each result as it comes. */
export type ActProgress = (news: { done: number; of: number; result: UndoRecord['results'][number] }) => void;

/** For a guard of an older toolcrib, which knows no better than the time at which it finishes. Milliseconds. */
const GRACE_WHILE_UNDOING = 10 * 60_000;

/** @throws ToolcribError `not-found` */
export async function knownAct(journal: Journal, actId: string): Promise<Act> {
  const act = await journal.act(actId);
  if (act) return act;
  throw new ToolcribError('not-found', `There is no act ${actId} in the journal.`, {
    next: 'toolcrib log lists them.',
  });
}

/**
 * Brings back what an act took. Works without the guard: journal and cluster are enough. A softening that was cut off
 * is carried to its end first. What was done as somebody else is undone as the same, never with more rights. An act
 * that took nothing has no undo: what is returned says so of each request, and is not written down.
 * @throws ToolcribError `not-found`, `damaged` (a snapshot can't be read), `unreachable`, `credentials`; `newer` where a newer
 *   toolcrib wrote any record of it: nothing is changed then;
 *   `unsettled` where it is being softened at this moment
 */
export async function undoAct(deps: ActDeps, actId: string, progress: ActProgress): Promise<UndoRecord> {
  const { journal, clock } = deps;
  const act = await knownAct(journal, actId);
  // Before anything else, and whatever comes of it: the guard must not finish what a person wants back.
  const asked = await journal.askUndo(actId, clock.now());
  return withStillRunning(actId, asked, () => bringBack(deps, act, progress));
}

async function bringBack(deps: ActDeps, act: Act, progress: ActProgress): Promise<UndoRecord> {
  const { journal, clock, by } = deps;
  const { id: actId } = act;
  await nothingNewer(journal, act);
  const snapshots = await journal.snapshotsOf(actId);
  const requests = await journal.requests({ actId });
  const whole: UndoRecord = {
    id: recordId('undo', clock),
    actId,
    at: clock.now(),
    by,
    kind: 'undo',
    results: [],
  };
  const unsent = unsentResults(requests, snapshots, await journal.softenings({ actId }));
  if (unsent) return ended(journal, act, { ...whole, results: unsent }, false);
  const cluster = await deps.clusterFor(act.context);
  whole.results.push(...(await boundTo(deps, act, cluster)));
  const settled = await settledFirst(deps, cluster, act, requests);
  const postponed = settled.map((record) => postpone(record, clock.now()));
  for (const record of postponed) if (record.state === 'softened') await journal.saveSoften(record);
  const openUntil = await openUntilOf(deps, act.context);
  const again = withoutOwn(await madeAgain(journal, act), requests, postponed);
  let took = false;
  for (const as of personsOf(requests, postponed)) {
    const own = requests.filter((request) => sameAs(request.as, as));
    const others = new Set(requests.filter((request) => !sameAs(request.as, as)).map(({ id }) => id));
    const kept = snapshots.filter(({ requestId }) => !others.has(requestId));
    const softened = postponed.filter((record) => sameAs(record.as, as));
    const first = asKnownNow(again, kept, own);
    const live = await lookForUndo(cluster, first.kept, softened, as, first.requests);
    const known = withoutOwn(withControllers(again, kept, live), requests, postponed);
    const now = asKnownNow(known, kept, own);
    const plan = planUndo(now.kept, softened, live, now.requests, openUntil);
    plan.again = { ...Object.fromEntries(known), ...plan.again };
    took ||= plan.took;
    const { record, softenings } = await runUndo(cluster, plan, progress, {
      id: whole.id,
      by,
      as,
      tell: deps.tell,
    });
    whole.results.push(...record.results);
    if (record.made) whole.made = [...(whole.made ?? []), ...record.made];
    // Before anything else is asked, which may fail: what was done is written down. Of what took nothing there is nothing.
    if (took) await journal.saveUndo(whole);
    for (const softening of softenings) await journal.saveSoften(softening);
    whole.results.push(...(await withoutMarks(deps, cluster, softened)));
    const back = new Set(softenings.map(({ owner }) => owner.uid));
    const left = softened.filter(({ state, owner }) => state === 'softened' && !back.has(owner.uid));
    whole.results.push(...(await stillRunning(cluster, left)));
  }
  return ended(journal, act, whole, took);
}

/** With what of the act went in others; written down where it took something. */
async function ended(journal: Journal, act: Act, whole: UndoRecord, took: boolean): Promise<UndoRecord> {
  const elsewhere = await wentElsewhere(journal, act);
  if (!took && elsewhere.length > 0) throw notHere(act, elsewhere);
  const note = (id: string) => `what was held here was sent again, and went there: toolcrib undo ${id}`;
  for (const id of elsewhere) whole.results.push({ what: `act ${id}`, result: 'skipped', note: note(id) });
  // Of what took nothing the log goes on telling what became of it.
  if (took) await journal.saveUndo(whole);
  return whole;
}

/**
 * What a newer toolcrib wrote of an act may say what this one would get wrong, so an undo by halves is none, and a finish
 * neither: it is asked before anything is changed.
 * @throws ToolcribError `newer`
 */
export async function nothingNewer(journal: Journal, { id: actId, context }: Act): Promise<void> {
  const asked = [
    journal.requests({ actId }),
    journal.softenings({ actId }),
    journal.undos(actId),
    journal.holds({ context, actId }),
  ];
  // What else is wrong is met where it is needed: what can be brought back until then is.
  for (const one of await Promise.allSettled(asked))
    if (one.status === 'rejected' && one.reason instanceof ToolcribError && one.reason.code === 'newer')
      throw one.reason;
}

/** "There is nothing to undo" would be a yes to who looks for what is gone. */
function notHere({ id }: Act, elsewhere: readonly string[]): ToolcribError {
  return new ToolcribError(
    'conflict',
    `${id} took nothing: it was refused. What it asked for was sent again, and went in ${elsewhere.join(', ')}.`,
    { next: elsewhere.map((one) => `toolcrib undo ${one}`).join('\n  → ') },
  );
}

/** What was adopted in its window is undone already; no mark of the act may outlive its undo all the same. */
async function withoutMarks(
  { journal }: ActDeps,
  cluster: Cluster,
  softened: readonly SoftenRecord[],
): Promise<UndoRecord['results']> {
  const results: UndoRecord['results'] = [];
  for (const record of softened) {
    if (record.state !== 'undone' || record.how === 'retain-first') continue;
    const what = describeRef(record.owner);
    try {
      const left = await unmarkLeft(cluster, record, { all: true });
      if (left === 0 && record.marked) await journal.saveSoften({ ...record, marked: undefined });
      if (left > 0) results.push({ what, result: 'failed', note: `${left} objects still carry its marks` });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      results.push({ what, result: 'failed', note: `its marks could not be taken off: ${why}` });
    }
  }
  return results;
}

/**
 * An act is undone in the cluster in which it was done, and in no other that has its context's name by now.
 * @returns what is to be told of it
 */
async function boundTo(deps: ActDeps, act: Act, cluster: Cluster): Promise<UndoRecord['results']> {
  const found = compareClusters(act.cluster, await cluster.identity());
  if (found === 'same') return [];
  if (found === 'other') throw otherCluster(act);
  const what = `the cluster of context ${contextNameOf(act.context)}`;
  if (found === 'by-address') {
    const note = 'told by its address and CA alone: the namespace kube-system could not be read then, or now';
    return [{ what, result: 'unchanged', note }];
  }
  if (deps.sameCluster) return [{ what, result: 'unchanged', note: `${deps.by} says that it is the same` }];
  throw unknownCluster(act, 'undo');
}

export function unknownCluster({ id, context }: Act, how: 'undo' | 'finish'): ToolcribError {
  return new ToolcribError(
    'conflict',
    `Whether the cluster of context ${contextNameOf(context)} is still the one in which ${id} was done can't be told.`,
    { next: `Where you know that it is: toolcrib ${how} ${id} --same-cluster` },
  );
}

export function otherCluster({ id, context }: Act): ToolcribError {
  return new ToolcribError(
    'conflict',
    `The context ${contextNameOf(context)} names another cluster than when ${id} was done. Nothing was changed.`,
    {
      next: 'Let the context name that cluster again, or bring the objects over by hand: toolcrib log shows them.',
    },
  );
}

/** Until when a request of a context may still be carried out, where that is not over. Milliseconds since 1970. */
async function openUntilOf(
  { clock, mayArriveMs: ask }: ActDeps,
  context: string,
): Promise<(request: RequestRecord) => number | undefined> {
  const mayArrive = (await ask?.(context)) ?? mayArriveMs();
  return (request) => {
    const until = mayArriveUntil(request, mayArrive);
    return until !== undefined && clock.now() < until ? until : undefined;
  };
}

/** As whom an act's requests were made: once each. */
function personsOf(
  requests: readonly RequestRecord[],
  softenings: readonly SoftenRecord[],
): (As | undefined)[] {
  const found: (As | undefined)[] = [];
  for (const { as } of [...requests, ...softenings]) {
    if (!found.some((one) => sameAs(one, as))) found.push(as);
  }
  return found.length > 0 ? found : [undefined];
}

const sameAs = (a: As | undefined, b: As | undefined): boolean => isDeepStrictEqual(a, b);

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
      (await takenElsewhere(journal, record)) ??
      (record.how === 'retain-first'
        ? await settleRetained(cluster, record, 'it was cut off, or no certain answer came.', mayArrive)
        : await resume(cluster, record, {
            progress: ({ record: now }) => saveSoftening(journal, now),
            mayArrive,
          }));
    await saveSoftening(journal, end);
  }
  return journal.softenings({ actId });
}

function postpone(record: SoftenRecord, now: number): SoftenRecord {
  if (record.state !== 'softened') return record;
  return { ...record, finishAfter: Math.max(record.finishAfter, now + GRACE_WHILE_UNDOING) };
}

export function recordId(kind: string, clock: Clock): string {
  return `${kind}-${clock.now().toString(36)}-${Math.floor(performance.now() * 1000).toString(36)}`;
}
