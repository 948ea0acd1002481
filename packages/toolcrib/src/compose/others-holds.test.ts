import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { openJournal } from '@toolcrib/guard/journal';
import { aHold } from '@toolcrib/guard/journal/testing/records.ts';
import { leaseView } from '@toolcrib/guard/lease/lease';
import { ToolcribError } from '@toolcrib/model';
import { othersHolds } from './others-holds.ts';

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-others-'));
const clock = { now: () => 5_000, after: () => () => undefined };
const journal = openJournal({ folder, key: Buffer.alloc(32, 7), clock });
const lease = leaseView({ journal, clock }, { guard: 'us', until: 1e9, inherited: ['', 'dead'] });
const damaged: string[] = [];
const others = othersHolds({ journal, clock, lease, damaged: ({ message }) => void damaged.push(message) });
const answer = { as: 'as-sent', by: 'dan', at: 4_000 } as const;
before(async () => {
  for (const guard of ['us', 'them', 'dead']) await journal.renewLease(guard, 1e9);
  const hold = (code: string, guard: string | undefined, more = {}) =>
    journal.saveHold(aHold({ code, requestId: code, ...(guard ? { guard } : {}), ...more }));
  await hold('OPEN', 'them');
  await hold('NAMED', 'them', { needsName: 'kafka' });
  await hold('YES', 'them', { state: 'approved', answer });
  await hold('USED', 'them', { state: 'used', answer });
  await hold('OVER', 'them', { expiresAt: 5_000 });
  await hold('OURS', 'us');
  await hold('DEADS', 'dead');
  await hold('NOBODYS', undefined);
  await hold('CLOSED', 'us', { state: 'expired', answer });
});
after(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});
const by = 'ben';

test('those of guards that live, and no others; without what is the journal’s own', async () => {
  const all = await others.list();
  assert.deepEqual(all.map(({ code }) => code).sort(), ['NAMED', 'OPEN', 'YES']);
  assert.ok(all.every((hold) => !('revision' in hold)));
  const used = await others.get('USED');
  assert.deepEqual([used?.state, used && 'revision' in used], ['used', false]);
  for (const code of ['OURS', 'DEADS', 'NOBODYS', 'OVER', 'NONE'])
    assert.equal(await others.get(code), undefined, code);
});

test('what was closed with its guard is told to who asks for it by its code, with the yes that it had', async () => {
  const closed = await others.closed('CLOSED');
  assert.deepEqual(
    [closed?.state, closed?.answer?.by, closed && 'revision' in closed],
    ['expired', 'dan', false],
  );
  for (const code of ['OPEN', 'OURS', 'USED', 'NONE'])
    assert.equal(await others.closed(code), undefined, code);
  await assert.rejects(others.answer('CLOSED', { as: 'as-sent', by }), { code: 'not-found' });
});

test('a yes is refused, and where to give it is told; nothing of it is written', async () => {
  const said = {
    code: 'conflict',
    message: /held by another guard \(them, for the context prod\)/,
    next: /toolcrib approve NAMED --softened --without-net kafka$/,
  };
  await assert.rejects(others.answer('NAMED', { as: 'softened', withoutNet: 'kafka', by }), said);
  const stored = await journal.hold('NAMED');
  assert.deepEqual([stored?.state, stored?.answer, stored?.revision], ['open', undefined, 1]);
});

test('a no is written for the guard whose it is; it stays its own', async () => {
  const from = { pid: 9 };
  const given = await others.answer('OPEN', { as: 'denied', by }, from);
  assert.deepEqual([given.state, given.denied?.by, 'revision' in given], ['denied', by, false]);
  const stored = await journal.hold('OPEN');
  assert.deepEqual([stored?.state, stored?.guard, stored?.denied?.from], ['denied', 'them', from]);
  await others.answer('YES', { as: 'denied', by });
  assert.deepEqual((await journal.hold('YES'))?.denied, { by, at: 5_000 });
});

test('what can’t be answered, and what it can’t go in, is said, and changes nothing', async () => {
  for (const code of ['OPEN', 'YES', 'USED'])
    await assert.rejects(others.answer(code, { as: 'as-sent', by }), { code: 'conflict' }, code);
  await assert.rejects(others.answer('USED', { as: 'denied', by }), { code: 'conflict' });
  await assert.rejects(others.answer('USED', { as: 'as-sent', by }), {
    message: /^USED was answered already \(yes, as-sent, by dan at .*\), and that yes was used/,
  });
  for (const code of ['OURS', 'OVER', 'NONE'])
    await assert.rejects(others.answer(code, { as: 'denied', by }), { code: 'not-found' }, code);
  await assert.rejects(others.answer('NAMED', { as: 'as-sent', by }), { code: 'conflict' });
  assert.equal((await journal.hold('NAMED'))?.state, 'open');
});

test('of two answers at the same time one counts', async () => {
  const both = ['ben', 'cho'].map((who) => others.answer('NAMED', { as: 'denied', by: who }));
  const [one, other] = await Promise.allSettled(both);
  assert.deepEqual([one?.status, other?.status].sort(), ['fulfilled', 'rejected']);
});

test('one that is damaged is told, and the others are listed', async () => {
  await journal.saveHold(aHold({ code: 'BAD', requestId: 'BAD', guard: 'them' }));
  const database = new DatabaseSync(journal.file);
  database.exec("UPDATE holds SET body = '{' WHERE code = 'BAD'");
  database.close();
  assert.ok((await others.list()).some(({ code }) => code === 'NAMED'));
  assert.match(damaged.join(), /BAD/);
});

test('one whose time to be answered is over, and that only covers what was begun, takes no no', async () => {
  const covered = { guard: 'them', expiresAt: 4_000, coversUntil: 9_000 };
  await journal.saveHold(aHold({ code: 'LATE', requestId: 'LATE', ...covered }));
  await assert.rejects(others.answer('LATE', { as: 'denied', by }), { code: 'conflict' });
  assert.equal((await journal.hold('LATE'))?.state, 'open');
});

test('a no that comes after another word is told as that; one that can’t be written is not', async () => {
  const later = Date.now() + 60_000;
  await journal.saveHold(aHold({ code: 'FAST', requestId: 'FAST', guard: 'them', expiresAt: later }));
  const failing = (error: Error) =>
    othersHolds({
      journal: { hold: journal.hold, holds: journal.holds, saveHold: () => Promise.reject(error) },
      clock,
      lease,
      damaged: () => undefined,
    }).answer('FAST', { as: 'denied', by });
  const late = { code: 'conflict', message: /^FAST was answered already, or its time is over/ };
  await assert.rejects(failing(new ToolcribError('conflict', 'It was changed meanwhile.')), late);
  for (const error of [new ToolcribError('journal', 'The disk is full.'), new Error('no such table')])
    await assert.rejects(failing(error), (thrown) => thrown === error);
  const row = new Error('conflict');
  await assert.rejects(failing(Object.assign(row, { code: 'conflict' })), (thrown) => thrown === row);
});
