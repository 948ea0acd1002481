import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import {
  type Act,
  type Cluster,
  type RequestRecord,
  type SoftenRecord,
  ToolcribError,
} from '@toolcrib/model';
import { anAct, aRequest, aSnapshot, aSoften } from '../journal/testing/records.ts';
import { away, faulty } from '../testing/faulty.ts';
import { memoryCluster } from '../undo/testing/memory-cluster.ts';
import { settleByLooking } from './settle-by-looking.ts';
import { testDeps } from './testing/deps.ts';

const NOW = Date.UTC(2030, 0, 1, 12);
/** Nothing can arrive any more from then on. */
const UNTIL = NOW - 1;
const PAUSE = 5_000;
const settings: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'shop', name: 'a', uid: 'u1' },
};
const other: KubeObject = { ...settings, metadata: { namespace: 'shop', name: 'b', uid: 'u2' } };
const target = { group: '', version: 'v1', resource: 'configmaps', namespace: 'shop', name: 'a' };
const unsettled = aRequest({
  effect: { verb: 'delete', target, options: {}, dryRun: false },
  state: 'unsettled',
  targetUids: ['u1'],
  snapshotId: 'snap-1',
  unsure: { why: 'no answer came', until: UNTIL },
});
const everyMap = {
  verb: 'delete-collection',
  target: { ...target, name: undefined },
  options: {},
  dryRun: false,
};

interface Case {
  /** What stands in the cluster. */
  stands?: KubeObject[];
  request?: Partial<RequestRecord>;
  soften?: Partial<SoftenRecord>;
  act?: Partial<Act>;
  context?: string | null;
  options?: { away?: string };
  cluster?: (real: Cluster) => Cluster;
}

/** @returns what is said, and how often the cluster was asked for */
async function looked(
  t: TestContext,
  { stands = [], request, soften, act, context, options, cluster }: Case,
) {
  const memory = memoryCluster(stands);
  const made = testDeps({ prod: cluster?.(memory) ?? memory });
  t.after(() => made.close());
  const { journal } = made.deps;
  const asked = { ...unsettled, ...request };
  await journal.saveAct(anAct(act));
  await journal.keep(aSnapshot({ objects: [settings, other] }), { ...asked, state: 'kept' });
  await journal.saveRequest(asked);
  if (soften) await journal.saveSoften(aSoften(soften));
  let clusters = 0;
  const clusterFor = (name: string) => {
    clusters++;
    return made.deps.clusterFor(name);
  };
  const deps = { ...made.deps, clusterFor, clock: { now: () => NOW } };
  const found = await settleByLooking(deps, asked, context === null ? undefined : (context ?? 'prod'), {
    pause: PAUSE,
    ...options,
  });
  const { state, note, unsure } = found.settled;
  return { state, note, unsure, again: found.again, at: found.at, away: found.away, clusters };
}

test('gone is carried out, as soon as it is seen', async (t) => {
  for (const until of [UNTIL, NOW + 60_000]) {
    const unsure = { why: 'no answer came', until };
    const { state, note, again } = await looked(t, { request: { unsure } });
    assert.deepEqual([state, again], ['carried-out', undefined]);
    assert.equal(note, 'no answer came; what it named is gone');
  }
});

test('what stands while something may still arrive tells nothing: again, and not before then', async (t) => {
  const unsure = { why: 'no answer came', until: NOW + 1 };
  const found = await looked(t, { stands: [settings], request: { unsure } });
  assert.deepEqual([found.state, found.at, found.away], ['unsettled', NOW + 1, undefined]);
  assert.match(found.again ?? '', /it may still be carried out until 12:00:00 UTC/);
  assert.equal(found.note, `no answer came; ${found.again}`);
  assert.deepEqual(found.unsure, unsure, 'that is no first look');
});

test('what stands when nothing can arrive any more is looked at a second time, after a pause from the first', async (t) => {
  const stands = [settings];
  const why = 'no answer came';
  const first = await looked(t, { stands, request: { unsure: { why, until: NOW } } });
  assert.deepEqual([first.state, first.at], ['unsettled', NOW + PAUSE]);
  assert.deepEqual(first.unsure, { why, until: NOW, looked: NOW });
  assert.match(first.again ?? '', /the cluster is asked once more$/);
  const early = { why, until: UNTIL, looked: NOW - PAUSE + 1 };
  const soon = await looked(t, { stands, request: { unsure: early } });
  assert.deepEqual([soon.state, soon.at, soon.unsure], ['unsettled', NOW + 1, early]);
  const second = await looked(t, { stands, request: { unsure: { why, until: UNTIL, looked: NOW - PAUSE } } });
  assert.deepEqual([second.state, second.again, second.at], ['not-carried-out', undefined, undefined]);
});

test('a part that is gone was carried out, once nothing can arrive any more', async (t) => {
  const effect = everyMap as RequestRecord['effect'];
  const both = { effect, targetUids: ['u1', 'u2'] };
  const first = await looked(t, { stands: [other], request: both });
  assert.equal(first.state, 'unsettled');
  const unsure = { why: 'no answer came', until: UNTIL, looked: NOW - PAUSE };
  assert.equal((await looked(t, { stands: [other], request: { ...both, unsure } })).state, 'carried-out');
});

test('one that was left over by a guard says so', async (t) => {
  const found = await looked(t, { request: { unsure: undefined } });
  assert.equal(found.note, 'the guard ended while it was on its way; what it named is gone');
});

for (const [state, settled, note, again] of [
  ['started', 'unsettled', 'its softening is still to be carried to its end', true],
  ['failed', 'not-carried-out', 'the finalizer was refused', false],
  ['softened', 'softened', 'its softening came to its end', false],
  ['finished', 'softened', 'its softening came to its end', false],
] as const)
  test(`what was softened is settled by that alone: ${state}`, async (t) => {
    const found = await looked(t, {
      soften: { state, ...(state === 'failed' ? { note } : {}) },
    });
    assert.deepEqual([found.state, found.note], [settled, `no answer came; ${note}`]);
    assert.deepEqual([found.again, found.clusters], [again ? note : undefined, 0]);
  });

test('of a claim whose volumes were retained, and of another request, the softening says nothing', async (t) => {
  assert.equal((await looked(t, { soften: { state: 'failed', how: 'retain-first' } })).state, 'carried-out');
  assert.equal((await looked(t, { soften: { state: 'failed', requestId: 'req-2' } })).state, 'carried-out');
});

test('why a softening is not at its end yet is said again', async (t) => {
  const found = await looked(t, { soften: { state: 'started', note: 'its cluster is away' } });
  assert.deepEqual([found.again, found.note], ['its cluster is away', 'no answer came; its cluster is away']);
});

for (const [what, given, note] of [
  ['no act', { context: null }, /its act is not in the journal/],
  [
    'not understood',
    { request: { effect: { verb: 'not-understood', why: 'a strange patch', target } } },
    /it was not understood \(a strange patch\)/,
  ],
  ['no target', { request: { effect: { verb: 'none' } } }, /its target is not known/],
  ['nothing to compare', { request: { targetUids: [] } }, /not known/],
] as [string, Case, RegExp][])
  test(`no look will ever tell: ${what}`, async (t) => {
    const { state, note: said, again } = await looked(t, given);
    assert.deepEqual([state, again], ['unsettled', undefined]);
    assert.match(said ?? '', note);
  });

test('a cluster that was away a moment ago is not asked now', async (t) => {
  const found = await looked(t, { options: { away: 'it was away' } });
  assert.deepEqual(
    [found.state, found.note, found.again, found.away, found.clusters],
    ['unsettled', 'no answer came; it was away', 'it was away', true, 0],
  );
});

test('a cluster that can not be asked is asked again, and its others are told that it is away', async (t) => {
  const cluster = (real: Cluster) =>
    faulty(real, (call) => (call === 'get' ? { before: away() } : undefined));
  const found = await looked(t, { cluster });
  const why = 'the cluster could not be asked (The cluster gave no answer.)';
  assert.deepEqual([found.state, found.again, found.away], ['unsettled', why, true]);
  assert.match((await looked(t, { context: 'nowhere' })).again ?? '', /There is no context nowhere/);
});

test('what only a newer version reads is not asked again; its cluster is, for others', async (t) => {
  const newer = () => ({ before: new ToolcribError('newer', 'written by a newer version') });
  const cluster = (real: Cluster) => faulty(real, (call) => (call === 'get' ? newer() : undefined));
  const found = await looked(t, { cluster });
  assert.deepEqual(
    [found.state, found.note, found.again, found.away],
    ['unsettled', 'no answer came; written by a newer version', undefined, undefined],
  );
});

test('a context that names another cluster by now says nothing of the act', async (t) => {
  const found = await looked(t, { act: { cluster: { uid: 'another', address: 'elsewhere' } } });
  assert.equal(found.state, 'unsettled');
  assert.match(found.again ?? '', /what became of it in its own is not known/);
  assert.equal(found.away, undefined);
});
