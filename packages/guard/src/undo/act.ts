import { isDeepStrictEqual } from 'node:util';
import { describeRef } from '@toolcrib/kube';
import type { Act, As, Cluster, Journal, RequestRecord, SoftenRecord, UndoRecord } from '@toolcrib/model';
import { messageOf, ToolcribError } from '@toolcrib/model';
import { eachEffect } from '../effects/index.ts';
import { type ActDeps, type ActProgress, knownAct, nothingNewer, recordId } from './act-deps.ts';
import { boundTo } from './bound-cluster.ts';
import { wentElsewhere } from './elsewhere.ts';
import { lookForUndo, planUndo, runUndo, unmarkLeft } from './index.ts';
import { asKnownNow, madeAgain, withControllers, withoutOwn } from './made-again.ts';
import { openUntilOf, settledFirst } from './settle-first.ts';
import { stillRunning, withStillRunning } from './still-running.ts';
import { unsentResults } from './unsent.ts';

export { type ActDeps, knownAct } from './act-deps.ts';

/** For a guard of an older toolcrib, which knows no better than the time at which it finishes. Milliseconds. */
const GRACE_WHILE_UNDOING = 10 * 60_000;

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
  const stored = await journal.requests({ actId });
  const requests = eachEffect(stored);
  const whole: UndoRecord = {
    id: recordId('undo', clock),
    actId,
    at: clock.now(),
    by,
    kind: 'undo',
    results: [],
  };
  const unsent = unsentResults(stored, snapshots, await journal.softenings({ actId }));
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
    // One by one: of a whole namespace there may be more than a call takes.
    for (const result of record.results) whole.results.push(result);
    if (record.made) whole.made = [...(whole.made ?? []), ...record.made];
    // Before anything else is asked, which may fail: what was done is written down. Of what took nothing there is nothing.
    if (took) await journal.saveUndo(whole);
    for (const softening of softenings) await journal.saveSoften(softening);
    for (const result of await withoutMarks(deps, cluster, softened)) whole.results.push(result);
    const back = new Set(softenings.map(({ owner }) => owner.uid));
    const left = softened.filter(({ state, owner }) => state === 'softened' && !back.has(owner.uid));
    for (const result of await stillRunning(cluster, left)) whole.results.push(result);
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
      const why = messageOf(error);
      results.push({ what, result: 'failed', note: `its marks could not be taken off: ${why}` });
    }
  }
  return results;
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

function postpone(record: SoftenRecord, now: number): SoftenRecord {
  if (record.state !== 'softened') return record;
  return { ...record, finishAfter: Math.max(record.finishAfter, now + GRACE_WHILE_UNDOING) };
}
