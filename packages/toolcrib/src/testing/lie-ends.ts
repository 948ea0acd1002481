import assert from 'node:assert/strict';
import type { ClusterTarget } from '@toolcrib/guard/testing/target.ts';
import { undoAct } from '@toolcrib/guard/undo/act';
import type { Clock, Journal, RequestRecord } from '@toolcrib/model';
import { mayArriveMs, ToolcribError } from '@toolcrib/model';
import type { LieCase, Life, movedClock } from './lie-case.ts';
import type { Thing } from './lied-about.ts';

/** The client has the cluster's own answer as it came, and no wait of the guard's. */
export async function answered(
  answer: Promise<{ status: number; text: string } | undefined>,
  clock: ReturnType<typeof movedClock>,
  { lie, form }: LieCase,
): Promise<void> {
  if (
    lie === 'silence' &&
    form.does !== 'collection' &&
    (!('nth' in form) || (form.does === 'retain-first' && form.nth === 2))
  ) {
    // The door waits with the client; the guard does not.
    await clock.ahead(mayArriveMs() + 61_000);
    return;
  }
  const got = await answer;
  if (form.does === 'collection' || 'nth' in form || typeof lie !== 'number' || lie < 200) return;
  assert.equal(got?.status, lie, 'the answer as it came');
}

/** While nothing is known nothing that protects is taken away. */
export async function stillSafe(thing: Thing, { point, honest, lie }: LieCase): Promise<void> {
  if (point === 'later' && !(honest && typeof lie === 'number')) await thing.safe();
}

export async function settledAtLast(
  life: Life,
  journal: Journal,
  clock: ReturnType<typeof movedClock>,
): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await life.pass();
    const open = [
      ...(await journal.requests({ state: 'unsettled' })),
      ...(await journal.requests({ state: 'kept' })),
      ...(await journal.softenings({ state: 'started' })),
    ];
    if (open.length === 0) return;
    await clock.ahead(20_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const left = await journal.requests({ state: 'unsettled' });
  assert.fail(`not settled: ${JSON.stringify([left, await journal.softenings({ state: 'started' })])}`);
}

const YES = new Set(['carried-out', 'softened']);
/** A collection of which part was certainly refused. */
const SOME = /^[1-9]\d* of \d+ deleted/;

export async function tellsTheTruth(journal: Journal, took: boolean, one: LieCase): Promise<void> {
  const requests = (await all(journal)).filter(({ state }) => state !== 'refused');
  const says = requests.some(
    ({ state, status, note = '' }) =>
      YES.has(state) || (state === 'answered' && ((status ?? 500) < 300 || SOME.test(note))),
  );
  assert.equal(
    says,
    took,
    `the journal says ${JSON.stringify(requests.map(({ state, note }) => [state, note]))}`,
  );
  for (const record of await journal.softenings()) {
    assert.equal(record.state, took ? 'softened' : 'failed', record.note);
  }
  if (
    one.honest &&
    one.point === 'never' &&
    !one.killed &&
    !('nth' in one.form) &&
    one.form.does !== 'collection'
  )
    for (const { state, unsure } of requests)
      if (unsure === undefined) assert.equal(state, 'answered', 'a certain no is settled at once');
}

async function all(journal: Journal): Promise<RequestRecord[]> {
  const lists = await Promise.all((await journal.acts()).map(({ id }) => journal.requests({ actId: id })));
  return lists.flat();
}

export async function undone({
  journal,
  clock,
  target,
  thing,
  took,
  one,
}: {
  journal: Journal;
  clock: Clock;
  target: ClusterTarget;
  thing: Thing;
  took: boolean;
  one: LieCase;
}): Promise<void> {
  const told: string[] = [];
  for (const { id } of await journal.acts()) {
    const deps = { journal, clock, by: 'aiko', sameCluster: true, clusterFor: async () => target.cluster };
    const { results } = await undoAct(deps, id, () => undefined).catch((error: unknown) => {
      if (error instanceof ToolcribError) throw new Error(`undo: ${error.code} ${error.message}`);
      throw error;
    });
    told.push(...results.map(({ result, what, note }) => `${result} ${what} (${note})`));
    const bad = results.filter(
      ({ result }) => result === 'failed' || result === 'conflict' || result === 'unknown',
    );
    // What was only in memory, and what never was bound to the act, has nothing to come back.
    assert.deepEqual(bad, [], `${took ? 'taken' : 'not taken'}: ${JSON.stringify(one)}`);
  }
  await thing.back(took).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : error}; undo said: ${told.join('; ')}`);
  });
}
