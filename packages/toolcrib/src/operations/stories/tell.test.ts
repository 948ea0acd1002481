import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadKey, openJournal, type SqliteJournal } from '@toolcrib/guard/journal';
import { aHold, anAct, aRequest, aSoften } from '@toolcrib/guard/journal/testing/records.ts';
import { type Hold, ToolcribError } from '@toolcrib/model';
import { systemClock } from '../../laptop/system-clock.ts';
import type { Context, Guard } from '../context.ts';
import { answerableActs, factsOf, inSentences, told } from './tell.ts';

// A real journal, and a guard that is played: what it says of its holds is all that is asked of it.

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-tell-'));
let journal: SqliteJournal;
before(() => {
  journal = openJournal({ folder, key: loadKey({ folder, env: {} }), clock: systemClock });
});
after(async () => {
  await journal?.close();
  rmSync(folder, { recursive: true });
});

function guardWith(holds: () => Promise<Hold[]>) {
  let asked = 0;
  const guard = async () =>
    ({
      holds: () => {
        asked++;
        return holds();
      },
    }) as unknown as Guard;
  return { context: { guard } as Context, asked: () => asked };
}
const nobody = async () => assert.fail('nothing is held, so nobody is asked');

test('the acts that go on are those of open holds and of yeses under way, asked for once', async () => {
  const holds = [
    aHold({ code: 'A', actId: 'act-open', state: 'open' }),
    aHold({ code: 'B', actId: 'act-over', state: 'expired' }),
    aHold({ code: 'C', actId: 'act-no', state: 'denied' }),
    aHold({ code: 'D', actId: 'act-other', state: 'void' }),
    aHold({ code: 'E', actId: 'act-yes', state: 'approved' }),
    aHold({ code: 'F', actId: 'act-going', state: 'used' }),
  ];
  const { context, asked } = guardWith(async () => holds);
  const answerable = answerableActs(context);
  assert.equal(asked(), 0, 'not before it is wanted');
  assert.deepEqual([...((await answerable()) ?? [])], ['act-open', 'act-yes', 'act-going']);
  await answerable();
  assert.equal(asked(), 1);
});

test('no guard holds nothing; one that does not answer leaves it unknown', async () => {
  const failing = (code: 'not-running' | 'bad-file') =>
    answerableActs(guardWith(() => Promise.reject(new ToolcribError(code, 'x'))).context)();
  assert.deepEqual(await failing('not-running'), new Set());
  assert.equal(await failing('bad-file'), undefined);
  assert.equal(await answerableActs(guardWith(() => Promise.reject(new Error('x'))).context)(), undefined);
});

test('what the journal has of one act, and nothing of another’s', async () => {
  const act = anAct({ id: 'act-own' });
  await journal.saveAct(act);
  const request = aRequest({ id: 'r-own', actId: act.id, state: 'answered', status: 200 });
  await journal.saveRequest(request);
  await journal.saveRequest(aRequest({ id: 'r-other', actId: 'act-other' }));
  await journal.saveSoften(aSoften({ actId: act.id, requestId: 'r-own' }));
  await journal.saveSoften(aSoften({ actId: 'act-other', requestId: 'r-other' }));
  const facts = await factsOf(journal, act, nobody);
  assert.deepEqual(
    [facts.act.id, facts.requests.map(({ id }) => id), facts.softenings.map(({ requestId }) => requestId)],
    ['act-own', ['r-own'], ['r-own']],
  );
  assert.deepEqual(facts.undos, []);
  for (const absent of ['answerable', 'elsewhere', 'newer']) assert.ok(!(absent in facts), absent);
});

test('whether a yes would still count is asked only of what is held, and left out where nobody knows', async () => {
  const act = anAct({ id: 'act-held' });
  await journal.saveAct(act);
  await journal.saveRequest(aRequest({ id: 'r-held', actId: act.id, state: 'held' }));
  const open = await factsOf(journal, act, async () => new Set(['act-held']));
  const lapsed = await factsOf(journal, act, async () => new Set(['act-else']));
  assert.deepEqual([open.answerable, lapsed.answerable], [true, false]);
  assert.ok(!('answerable' in (await factsOf(journal, act, async () => undefined))));
  assert.equal(told(lapsed, 5_000).became.word, 'held, lapsed');
  assert.equal(told(open, 5_000).became.word, 'held');
});

test('of a refused act it is told in which one it went', async () => {
  const [act, other] = [anAct({ id: 'act-refused' }), anAct({ id: 'act-used-it' })];
  for (const one of [act, other]) await journal.saveAct(one);
  await journal.saveRequest(aRequest({ id: 'r-refused', actId: act.id, state: 'refused' }));
  await journal.saveRequest(aRequest({ id: 'r-went', actId: other.id, state: 'answered', status: 200 }));
  await journal.saveHold(
    aHold({
      code: 'USED',
      actId: act.id,
      usedIn: other.id,
      state: 'used',
      answer: { as: 'as-sent', by: 'aiko', at: 1_500 },
    } as Partial<Hold>),
  );
  const facts = await factsOf(journal, act, nobody);
  assert.deepEqual(facts.elsewhere, ['act-used-it']);
  assert.equal(told(facts, 5_000).became.more, 'see act-used-it');
});

test('what is told is the facts, and what is to be said of them at that moment', async () => {
  const act = anAct({ id: 'act-told', expected: 2, lastAt: 1_000 });
  const requests = [
    aRequest({ id: '1', actId: act.id, state: 'answered', status: 200 }),
    aRequest({ id: '2', actId: act.id, state: 'kept' }),
  ];
  const facts = { act, requests, softenings: [], undos: [] };
  const now = told(facts, 2_000);
  assert.deepEqual(
    [now.became.word, now.became.more, now.severity, now.undoable],
    ['under way', '1 of 2', 'hold', true],
  );
  assert.equal(told(facts, 1_000_000).became.word, 'unsettled');
  assert.equal(now.requests, requests);
});

test('what a newer toolcrib wrote is collected in its own words', () => {
  const { found, leftOut } = inSentences();
  leftOut(new ToolcribError('newer', 'A request of act-1 is of a newer toolcrib.'));
  assert.deepEqual(found, ['A request of act-1 is of a newer toolcrib.']);
});
