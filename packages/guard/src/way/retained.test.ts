import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SoftenRecord } from '@toolcrib/model';
import { anAct, aSoften } from '../journal/testing/records.ts';
import type { Lease } from '../lease/lease.ts';
import type { Outcome } from '../request.ts';
import { loneLease } from '../testing/lease.ts';
import { memoryCluster } from '../undo/testing/memory-cluster.ts';
import { isUnsure, settleClaim, tellClaim } from './retained.ts';
import { claim, ON_RETAIN, volume } from './testing/claim-on-retain.ts';
import { testDeps } from './testing/deps.ts';

const record: SoftenRecord = aSoften(ON_RETAIN);

/** What becomes of a claim whose volume had been set to Retain, once this is known of its delete. */
async function settled(
  outcome: Outcome,
  prepare: (cluster: ReturnType<typeof memoryCluster>) => void = () => {},
  lease?: Lease,
) {
  const cluster = memoryCluster([claim, volume]);
  prepare(cluster);
  const made = testDeps({ prod: cluster });
  try {
    const { journal, softenings } = made.deps;
    await journal.saveAct(anAct());
    await journal.saveSoften(record);
    softenings.underWay.add(record.requestId);
    await settleClaim(lease ? { ...made.deps, lease } : made.deps, record, outcome);
    const [now] = await journal.softenings({ actId: record.actId });
    const [pv] = [...cluster.objects.values()].filter(({ kind }) => kind === 'PersistentVolume');
    return {
      state: now?.state,
      note: now?.note,
      policy: pv?.spec?.persistentVolumeReclaimPolicy,
      told: made.told,
      logged: made.logged,
      underWay: softenings.underWay.size,
    };
  } finally {
    await made.close();
  }
}

test('a yes: softened, the volume stays on Retain, and it is told whose data are kept where', async () => {
  assert.deepEqual(await settled({ status: 200, said: 'yes' }), {
    state: 'softened',
    note: undefined,
    policy: 'Retain',
    told: [
      {
        kind: 'softened',
        title: 'Softened: PersistentVolumeClaim shop/data',
        text: 'what it had on pv-1 is kept',
      },
    ],
    logged: [],
    underWay: 0,
  });
});

for (const [what, outcome, why] of [
  ['a no', { status: 403, said: 'no' }, 'the cluster said 403 to the delete.'],
  ['never sent', { notSent: 'its client had gone' }, 'its client had gone.'],
] as const)
  test(`${what}: the volume gets its own policy back, and it is told that nothing was deleted`, async () => {
    const text = `Nothing was deleted: ${why}`;
    assert.deepEqual(await settled(outcome), {
      state: 'failed',
      note: text,
      policy: 'Delete',
      told: [{ kind: 'failed', title: 'Not softened: PersistentVolumeClaim shop/data', text }],
      logged: [],
      underWay: 0,
    });
  });

for (const [what, outcome] of [
  ['an answer that says neither', { status: 504, said: 'unknown' }],
  ['no answer', { failed: 'the connection broke' }],
] as const)
  test(`${what}: the volume stays on Retain and the record open, to be looked at later`, async () => {
    const found = await settled(outcome);
    assert.deepEqual([found.state, found.policy, found.told], ['started', 'Retain', []]);
    assert.equal(found.underWay, 0, 'so that it may be resumed');
  });

test('a cluster that takes no write now: the record stays open, and the log has it', async () => {
  const found = await settled({ status: 403, said: 'no' }, (cluster) => {
    cluster.refuse = (method) => (method === 'patch' ? 500 : undefined);
  });
  assert.deepEqual([found.state, found.told, found.underWay], ['started', [], 0]);
  assert.deepEqual(found.logged, ['volumes could not be given back their policy yet']);
});

test('a guard that stood still since gives no volume back: that is its heir’s to see to', async () => {
  for (const lost of [{ isOurs: () => false }, { runs: () => false, renew: async () => false }]) {
    const found = await settled({ status: 403, said: 'no' }, undefined, { ...loneLease, ...lost });
    assert.deepEqual([found.state, found.policy, found.told, found.underWay], ['started', 'Retain', [], 0]);
    assert.deepEqual(found.logged, ['volumes could not be given back their policy yet']);
  }
});

test('only a failure and what is neither a yes nor a no are unsure', () => {
  const unsure = (outcome: Outcome) => isUnsure(outcome);
  assert.deepEqual(
    [
      { failed: 'broken' },
      { status: 500, said: 'unknown' },
      { status: 200, said: 'yes' },
      { status: 403, said: 'no' },
      { notSent: 'gone' },
    ].map((one) => unsure(one as Outcome)),
    [true, true, false, false, false],
  );
});

test('of a Namespace all volumes are named; of what is still open nothing is told', () => {
  const told: string[] = [];
  const notifier = {
    tell: ({ title, text }: { title: string; text: string }) => void told.push(title, text),
  };
  const owner = { apiVersion: 'v1', kind: 'Namespace', name: 'shop', uid: 'u' };
  const volumes = ['pv-1', 'pv-2'].map((name) => ({ name, uid: name, reclaimPolicy: 'Delete' }));
  tellClaim({ notifier }, { ...record, owner, volumes, state: 'started' });
  assert.deepEqual(told, []);
  tellClaim({ notifier }, { ...record, owner, volumes, state: 'softened' });
  assert.deepEqual(told, ['Softened: Namespace shop', 'what it had on pv-1, pv-2 is kept']);
  tellClaim({ notifier }, { ...record, owner, state: 'failed' });
  assert.deepEqual(told.slice(2), ['Not softened: Namespace shop', 'nothing was deleted']);
});
