import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { mayArriveMs, NOT_KEPT, passOver, type RequestRecord, toldOnce } from '@toolcrib/model';
import type { SqliteJournal } from '../journal/index.ts';
import { aHold, anAct, aRequest, aSnapshot, aSoften } from '../journal/testing/records.ts';
import { leaseView } from '../lease/lease.ts';
import { stampedJournal } from '../lease/stamped-journal.ts';
import { memoryCluster } from '../undo/testing/memory-cluster.ts';
import { recover } from './recover.ts';
import { type TestDeps, testDeps } from './testing/deps.ts';

/** A guard over a journal that others have open too. Its clusters are away: what it looks for it asks again. */
async function guardOver(made: TestDeps, guard: string) {
  const { clock, journal } = made.deps;
  const until = clock.now() + 30_000;
  assert.equal(await journal.renewLease(guard, until), true);
  const lease = leaseView({ journal, clock }, { guard, until, inherited: [] });
  const began = clock.now();
  const deps = { ...made.deps, lease, journal: stampedJournal(journal, lease) };
  return {
    deps,
    recover: () => recover(deps, began),
    async takeOver() {
      const inherited = await journal.takeOver(guard, clock.now());
      lease.hear({ guard, until: clock.now() + 30_000, inherited });
      await journal.renewLease(guard, lease.until());
    },
  };
}

test('of a guard that lives nothing is settled; once its lease has ended one other does it, and what that one began itself stays', async () => {
  const made = testDeps({});
  const { journal } = made.deps;
  try {
    await journal.saveAct(anAct());
    const dead = await guardOver(made, 'dead');
    const [heir, third] = [await guardOver(made, 'heir'), await guardOver(made, 'third')];
    // Younger than any of the guards.
    made.ahead(1_000);
    const at = made.deps.clock.now();
    const keep = async (of: typeof dead, id: string) => {
      const more: Partial<RequestRecord> = { id, at, snapshotId: `s-${id}` };
      await of.deps.journal.keep(aSnapshot({ id: `s-${id}`, requestId: id }), aRequest(more));
    };
    await keep(dead, 'kept');
    await keep(heir, 'own-kept');
    await dead.deps.journal.saveRequest(aRequest({ id: 'held', at }));
    await heir.deps.journal.saveRequest(aRequest({ id: 'own-held', at }));
    const unsure = { why: 'no answer came', until: at };
    await dead.deps.journal.saveRequest(aRequest({ id: 'unsure', at, state: 'unsettled', unsure }));
    await dead.deps.journal.saveSoften(aSoften({ requestId: 'softened' }));
    const all = async () =>
      Object.fromEntries(
        (await journal.requests({ actId: 'act-000001' })).map(({ id, state, guard }) => [
          id,
          `${state} ${guard}`,
        ]),
      );
    const before = await all();
    for (const guard of [heir, third]) {
      await guard.takeOver();
      assert.deepEqual((await guard.recover()).unsettled, []);
    }
    assert.deepEqual(await all(), before);
    assert.deepEqual(made.logged, [], 'its softening is resumed by nobody');

    made.ahead(28_000);
    for (const guard of [heir, third]) await guard.takeOver();
    made.ahead(2_000);
    // Both look at the same moment.
    await Promise.all([heir.takeOver(), third.takeOver()]);
    const found = await Promise.all([heir.recover(), third.recover()]);
    const taken = found.map(({ unsettled }) => unsettled.map(({ id }) => id).sort());
    assert.deepEqual(taken.flat().sort(), ['kept', 'unsure'], 'by one of them');
    assert.equal(taken.filter((ids) => ids.length > 0).length, 1);
    const by = taken[0]?.length === 0 ? 'third' : 'heir';
    assert.deepEqual(await all(), {
      ...before,
      held: `refused ${by}`,
      kept: `unsettled ${by}`,
      unsure: `unsettled ${by}`,
    });
    assert.equal(made.logged.filter((line) => /softening/.test(line)).length, 1);
    const kept = (await journal.requests({ state: 'unsettled' })).find(({ id }) => id === 'kept');
    assert.ok((kept?.unsure?.until ?? 0) > made.deps.clock.now() + 60_000, 'it may have left until now');

    // It awakes: with an answer to what it had sent, and with something to keep.
    const late = { ...aRequest({ id: 'kept', at, state: 'answered', status: 200 }), guard: 'dead' };
    await assert.rejects(dead.deps.journal.saveRequest(late), { code: 'conflict' });
    await assert.rejects(keep(dead, 'late'), { code: 'conflict' });
    assert.equal((await all()).kept, `unsettled ${by}`);
  } finally {
    await made.close();
  }
});

test('what a guard had kept before another began may have left until its own end, and is waited for from then on', async () => {
  const made = testDeps({});
  const { journal, clock } = made.deps;
  try {
    await journal.saveAct(anAct());
    const dead = await guardOver(made, 'dead');
    const request = aRequest({ id: 'kept', at: clock.now(), snapshotId: 's' });
    await dead.deps.journal.keep(aSnapshot({ id: 's', requestId: 'kept' }), request);
    made.ahead(1_000);
    const heir = await guardOver(made, 'heir');
    // Both live on for long.
    made.ahead(600_000);
    for (const guard of ['dead', 'heir']) await journal.renewLease(guard, clock.now() + 30_000);
    made.ahead(30_001);
    await heir.takeOver();
    const now = clock.now();
    await heir.recover();
    const [found] = await journal.requests({ state: 'unsettled' });
    assert.equal(found?.id, 'kept');
    assert.ok((found?.unsure?.until ?? 0) >= now + mayArriveMs(), `${found?.unsure?.until} ${now}`);
  } finally {
    await made.close();
  }
});

test('a record that is damaged is told, and keeps none of the others from being seen to', async () => {
  const made = testDeps({ prod: memoryCluster([]) });
  const { journal } = made.deps;
  const told: string[] = [];
  try {
    await journal.saveAct(anAct());
    for (const id of ['bad', 'good']) {
      const kept = { id: `kept-${id}`, snapshotId: `s-${id}` };
      await journal.saveRequest(aRequest({ id: `held-${id}` }));
      await journal.keep(aSnapshot({ id: kept.snapshotId, requestId: kept.id }), aRequest(kept));
      await journal.saveSoften(aSoften({ requestId: `soft-${id}` }));
      await journal.saveSoften(aSoften({ requestId: `undone-${id}`, state: 'undone', marked: true }));
    }
    const database = new DatabaseSync((journal as SqliteJournal).file);
    for (const table of ['requests', 'softenings'])
      database.exec(`UPDATE ${table} SET body = '{' WHERE body LIKE '%-bad"%'`);
    database.close();
    const asked: string[] = [];
    const clusterFor = (context: string) => {
      asked.push(context);
      return made.deps.clusterFor(context);
    };
    const damaged = toldOnce((_line, { why }) => void told.push(why));
    const { unsettled } = await recover({ ...made.deps, clusterFor, damaged }, Date.now());
    assert.deepEqual(
      unsettled.map(({ id }) => id),
      ['kept-good'],
    );
    assert.deepEqual(
      (await journal.requests({ state: 'refused' })).map(({ id }) => id),
      ['held-good'],
    );
    assert.deepEqual(made.logged, []);
    const softenings = await journal.softenings({ actId: 'act-000001' }, undefined, passOver);
    assert.deepEqual(
      softenings.map(({ requestId, state, marked }) => [requestId, state, marked]),
      [
        ['soft-good', 'failed', undefined],
        ['undone-good', 'undone', undefined],
      ],
      'both have come to their end',
    );
    assert.equal(told.length, new Set(told).size, 'each once');
    assert.deepEqual(told.filter((why) => /kept-bad/.test(why)).length, 1);
  } finally {
    await made.close();
  }
});

test('of a yes that came to nothing since the guard ended, it is written down who had said it', async () => {
  const made = testDeps({});
  const { journal } = made.deps;
  const answer = { as: 'as-sent', by: 'ben', at: 5 } as const;
  const denied = { by: 'cho', at: 6 };
  try {
    await journal.saveAct(anAct());
    for (const [id, more] of [
      ['asked', { state: 'open' }],
      ['yes', { state: 'expired', answer }],
      ['taken', { state: 'used', answer }],
      ['taken-back', { state: 'denied', answer, denied }],
      ['blindly', { state: 'used', answer: { ...answer, withoutNet: true } }],
    ] as const) {
      await journal.saveRequest(aRequest({ id }));
      await journal.saveHold(aHold({ code: id, requestId: id, ...more }));
    }
    await recover(made.deps, Date.now());
    const notes = (await journal.requests({ state: 'refused' })).map(({ id, note }) => [id, note]);
    const said = 'ben had said yes, and the guard ended before it was sent; never sent';
    const held = 'the guard ended while it was held; never sent';
    assert.deepEqual(Object.fromEntries(notes), { asked: held, yes: said, taken: said, 'taken-back': held });
    const [blindly] = await journal.requests({ state: 'unsettled' });
    assert.deepEqual(
      [blindly?.id, /guard ended/.test(blindly?.note ?? '')],
      ['blindly', true],
      'it may have left',
    );
  } finally {
    await made.close();
  }
});

test('what could go with nothing of it kept may have left, whatever its hold’s row says: a full disk keeps no word of it', async () => {
  const made = testDeps({});
  const { journal } = made.deps;
  const answer = { as: 'as-sent', by: 'ben', at: 5 } as const;
  const blindly = { ...answer, withoutNet: true };
  const denied = { by: 'cho', at: 6 };
  const named = { needsName: 'kafka', net: 'none' } as const;
  const byRule = { needsName: 'kafka', decision: { ...aHold().decision, rule: NOT_KEPT } };
  try {
    await journal.saveAct(anAct());
    for (const [id, more] of [
      ['left-open', { state: 'open', ...named }],
      ['left-expired', { state: 'expired', ...named }],
      ['left-old', { state: 'expired', ...byRule }],
      ['left-approved', { state: 'approved', answer: blindly }],
      ['left-closed', { state: 'expired', answer: blindly }],
      ['left-used', { state: 'used', answer: blindly, ...named }],
      ['never-denied', { state: 'denied', answer: blindly, denied, ...named }],
      ['never-denied-of-old', { state: 'denied', ...named }],
      ['never-void', { state: 'void', answer: blindly, ...named }],
      ['never-partial', { state: 'expired', ...named, net: 'partial' }],
      ['never-asked', { state: 'open', answer }],
    ] as const) {
      await journal.saveRequest(aRequest({ id }));
      await journal.saveHold(aHold({ code: id, requestId: id, ...more }));
    }
    await recover(made.deps, Date.now());
    const ids = async (state: RequestRecord['state']) =>
      (await journal.requests({ state })).map(({ id }) => id);
    assert.deepEqual(
      (await ids('unsettled')).filter((id) => !id.startsWith('left-')),
      [],
    );
    assert.deepEqual(
      (await ids('refused')).filter((id) => !id.startsWith('never-')),
      [],
    );
    const notes = new Set((await journal.requests({ state: 'refused' })).map(({ note }) => note));
    assert.deepEqual([...notes], ['the guard ended while it was held; never sent'], 'none was a yes');
  } finally {
    await made.close();
  }
});

test('of what is held under a hold that can’t be read it is not said that it was never sent', async () => {
  const made = testDeps({});
  const { journal } = made.deps;
  try {
    await journal.saveAct(anAct());
    for (const id of ['torn', 'read']) {
      await journal.saveRequest(aRequest({ id }));
      await journal.saveHold(aHold({ code: id, requestId: id }));
    }
    const database = new DatabaseSync((journal as SqliteJournal).file);
    database.exec(`UPDATE holds SET body = '{' WHERE code = 'torn'`);
    database.close();
    await recover({ ...made.deps, damaged: () => undefined }, Date.now());
    const states = (await journal.requests({ actId: 'act-000001' })).map(({ id, state }) => [id, state]);
    assert.deepEqual(Object.fromEntries(states), { torn: 'unsettled', read: 'refused' });
  } finally {
    await made.close();
  }
});
