import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { asUnsure, type Cluster } from '@toolcrib/model';
import { anAct, aRequest, aSnapshot } from '../journal/testing/records.ts';
import { away, faulty } from '../testing/faulty.ts';
import { handClock } from '../testing/hand-clock.ts';
import { turns } from '../testing/turns.ts';
import { memoryCluster } from '../undo/testing/memory-cluster.ts';
import { settling } from './settling.ts';
import { testDeps } from './testing/deps.ts';

const BEGAN = 1_000_000;
const map = { group: '', version: 'v1', resource: 'configmaps', namespace: 'shop', name: 'a' };

const settings = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'shop', name: 'a', uid: 'u' },
};
const gone = (cluster: Cluster) => faulty(cluster, () => ({ before: away() }));

/** A guard that settles at a time moved by hand. `passes` has what each pass found, with its time. */
async function open(t: TestContext, change: (cluster: Cluster) => Cluster = (it) => it) {
  const hand = handClock(BEGAN);
  const made = testDeps({ prod: change(memoryCluster([settings])) });
  t.after(() => made.close());
  const { journal } = made.deps;
  await journal.saveAct(anAct());
  const passes: [number, number][] = [];
  const broken: { now?: Error; hold?: Promise<void> } = {};
  const requests: typeof journal.requests = async (...args) => {
    await broken.hold;
    if (broken.now) throw broken.now;
    return journal.requests(...args);
  };
  const deps = { ...made.deps, clock: hand.clock, journal: { ...journal, requests } };
  const counted = (unsettled: number) => void passes.push([hand.clock.now() - BEGAN, unsettled]);
  const settler = settling(deps, BEGAN, counted);
  t.after(() => settler.close());
  return {
    settler,
    passes,
    broken,
    logged: made.logged,
    waiting: hand.waiting,
    /** Moves the clock; at its end so many passes more have ended. */
    async pass(ms: number, more: number) {
      const count = passes.length + more;
      await hand.pass(ms, () => passes.length === count);
      // A pass more would begin right after.
      await restOfPass();
    },
    /** A delete whose answer is not known, and which may arrive until then (after the guard began). */
    async unsure(until: number) {
      const effect = { verb: 'delete', target: map, options: {}, dryRun: false } as const;
      const request = aRequest({ at: BEGAN, effect, targetUids: ['u'] });
      const objects = [settings];
      await journal.keep(aSnapshot({ objects }), { ...request, state: 'kept', snapshotId: 'snap-1' });
      const unsure = asUnsure(request, 'no answer came', BEGAN + until);
      await journal.saveRequest({ ...unsure, snapshotId: 'snap-1' });
    },
  };
}

/** What a timer began is one promise after another: some turns, and its timer is set. */
async function restOfPass(): Promise<void> {
  let left = 50;
  await turns(() => left-- === 0);
}

test('nothing is unsettled: one pass, and none after it', async (t) => {
  const { settler, passes, waiting } = await open(t);
  await settler.pass();
  assert.deepEqual([passes, waiting()], [[[0, 0]], 0]);
});

test('a request that has just come to be unsettled is looked at after two seconds', async (t) => {
  const { settler, pass, passes, unsure, waiting } = await open(t, gone);
  await unsure(60_000);
  settler.soon();
  settler.soon();
  assert.equal(waiting(), 1, 'one timer for both');
  await pass(1_999, 0);
  await pass(1, 1);
  assert.deepEqual(passes, [[2_000, 1]]);
});

test('a cluster that is away is asked every 15 seconds, for an hour after the last news', async (t) => {
  const { settler, pass, passes, unsure, waiting } = await open(t, gone);
  await unsure(60_000);
  await settler.pass();
  await pass(14_999, 0);
  await pass(1, 1);
  assert.equal(waiting(), 1);
  // The one that was due on the way, and one at the hour.
  await pass(60 * 60_000 - 15_000, 1);
  await pass(0, 1);
  assert.equal(waiting(), 1, 'the hour is not over');
  await pass(15_000, 1);
  assert.equal(waiting(), 0);
  settler.soon();
  await pass(2_000, 1);
  assert.equal(waiting(), 1, 'with news it begins anew');
  assert.ok(passes.every(([, unsettled]) => unsettled === 1));
});

test('where it is known when a look may tell, the next is then', async (t) => {
  const { settler, pass, passes, unsure } = await open(t);
  await unsure(7_000);
  await settler.pass();
  await pass(6_999, 0);
  await pass(1, 1);
  // By two looks, with time between them: five seconds of the 75 that anything may take.
  await pass(4_999, 0);
  await pass(1, 1);
  assert.deepEqual(passes, [
    [0, 1],
    [7_000, 1],
    [12_000, 0],
  ]);
});

test('a journal that can not be asked is no count; it is logged, and asked again', async (t) => {
  const { settler, pass, passes, broken, logged, waiting } = await open(t);
  broken.now = new Error('locked');
  await settler.pass();
  assert.deepEqual(passes, [[0, -1]]);
  assert.deepEqual(logged, ['what became of some requests could not be settled yet']);
  delete broken.now;
  await pass(15_000, 1);
  assert.deepEqual([passes.at(-1), waiting()], [[15_000, 0], 0]);
});

test('what comes while a pass is under way is no second pass beside it, but one after it', async (t) => {
  const { settler, pass, passes, broken } = await open(t);
  const { promise, resolve } = Promise.withResolvers<void>();
  broken.hold = promise;
  const one = settler.pass();
  assert.equal(settler.pass(), one);
  resolve();
  await one;
  assert.equal(passes.length, 1);
  await pass(2_000, 1);
  await pass(60_000, 0);
});

test('closed, nothing is begun any more', async (t) => {
  const { settler, waiting } = await open(t);
  settler.soon();
  settler.close();
  assert.equal(waiting(), 0);
  settler.soon();
  assert.equal(waiting(), 0);
  const other = await open(t);
  other.settler.close();
  other.settler.soon();
  assert.equal(other.waiting(), 0);
});
