import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, beforeEach, it } from 'node:test';
import { openJournal } from '@toolcrib/guard/journal';
import { aHold } from '@toolcrib/guard/journal/testing/records.ts';
import { type Clock, type Hold, ToolcribError, toldOnce } from '@toolcrib/model';
import { closeInherited, housekeeping } from './housekeeping.ts';

const folder = join(mkdtempSync(join(tmpdir(), 'toolcrib-house-')), 'journal');
after(() => rmSync(folder, { recursive: true, force: true }));
const yeses: string[] = [];
const lost = ({ code, answer }: Hold) => void yeses.push(`${code} ${answer?.by}`);
beforeEach(() => yeses.splice(0));
const fails = ({ message }: ToolcribError) => assert.fail(message);

it('drops acts that are older than the policy keeps, and no others', async () => {
  const DAY = 24 * 3_600_000;
  const now = 1_000 * DAY;
  let later: (() => void) | undefined;
  const clock: Clock = {
    now: () => now,
    after(_delay, run) {
      later = run;
      return () => undefined;
    },
  };
  const open = () => openJournal({ folder, key: Buffer.alloc(32, 7), clock });
  const journal = open();
  const caller = { person: 'aiko', token: 't', claim: { userAgent: 'x' } };
  const act = (id: string, at: number) => ({
    id,
    context: 'c',
    caller,
    startedAt: at,
    lastAt: at,
    soFar: 1,
    title: id,
  });
  await journal.saveAct(act('act-old', now - 91 * DAY));
  await journal.saveAct(act('act-new', now - 89 * DAY));
  const lines: string[] = [];
  const stop = housekeeping({
    openJournal: open,
    clock,
    keepMs: () => 90 * DAY,
    log: (line) => lines.push(line),
  });
  later?.();
  for (let tries = 0; tries < 200 && lines.length === 0; tries++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(
    (await journal.acts()).map(({ id }) => id),
    ['act-new'],
  );
  assert.deepEqual(lines, ['old acts were dropped']);
  stop();
  await journal.close();
});

it('closes what guards that have ended left open or unused, and touches no other hold', async () => {
  const clock = { now: () => 0, after: () => () => undefined };
  const journal = openJournal({ folder: `${folder}-holds`, key: Buffer.alloc(32, 7), clock });
  const answer = { as: 'as-sent', by: 'ben', at: 5 } as const;
  const hold = (code: string, guard: string | undefined, more = {}) =>
    journal.saveHold(aHold({ code, requestId: code, ...(guard === undefined ? {} : { guard }), ...more }));
  for (const guard of ['a', 'b', 'lives']) await journal.renewLease(guard, 10);
  await hold('NOBODYS', undefined);
  await hold('OPEN', 'a', { answer });
  await hold('YES', 'a', { state: 'approved', answer });
  const envelope = { session: 's', verb: 'delete', kind: 'Pod', uids: ['1', '2'], expiresAt: 9 };
  await hold('ALL WENT', 'a', { state: 'approved', answer, envelope: { ...envelope, used: ['2', '1'] } });
  await hold('HALF WENT', 'a', { state: 'approved', answer, envelope: { ...envelope, used: ['1'] } });
  await hold('NO', 'a', { state: 'denied' });
  await hold('THEIRS', 'lives');
  await hold('OURS', 'b', { waiting: true });
  await journal.endLease('a');
  const inherited = await journal.takeOver('b', 0);
  await closeInherited(journal, { guard: 'b', until: 10, inherited }, fails, lost);
  const all = (await journal.holds()).map(({ code, state, guard, waiting }) => [code, state, guard, waiting]);
  assert.deepEqual(all, [
    ['NOBODYS', 'expired', 'b', false],
    ['OPEN', 'expired', 'b', false],
    ['YES', 'expired', 'b', false],
    ['ALL WENT', 'expired', 'b', false],
    ['HALF WENT', 'expired', 'b', false],
    ['NO', 'denied', 'a', true],
    ['THEIRS', 'open', 'lives', true],
    ['OURS', 'open', 'b', true],
  ]);
  assert.deepEqual(yeses, ['YES ben', 'HALF WENT ben'], 'who had said yes to more than went is told');
  assert.deepEqual(
    [(await journal.hold('YES'))?.answer, (await journal.hold('OPEN'))?.answer],
    [answer, undefined],
    'what is open nobody has answered',
  );
  await journal.close();
});

it('one that is answered meanwhile keeps no other open', async () => {
  const conflict = new ToolcribError('conflict', 'changed meanwhile');
  const saved: string[] = [];
  const journal = {
    holds: async ({ state }: { state?: Hold['state'] } = {}) =>
      state === 'open'
        ? [
            ...['ANSWERED', 'OTHER'].map((code) => aHold({ code })),
            ...['lives', 'b'].map((guard) => aHold({ code: `OF ${guard}`, guard })),
          ]
        : [],
    async saveHold({ code }: Hold) {
      if (code === 'ANSWERED') throw conflict;
      saved.push(code);
    },
  };
  await closeInherited(journal, { guard: 'b', until: 10, inherited: [''] }, fails, lost);
  assert.deepEqual(saved, ['OTHER']);
});

it('one that is damaged is told once and left, and keeps no other open', async () => {
  const clock = { now: () => 0, after: () => () => undefined };
  const journal = openJournal({ folder: `${folder}-damaged`, key: Buffer.alloc(32, 7), clock });
  await journal.renewLease('b', 10);
  const answer = { as: 'as-sent', by: 'ben', at: 5 } as const;
  const approved = { state: 'approved', answer } as const;
  for (const [code, more] of [
    ['BAD', {}],
    ['OPEN', {}],
    ['WORSE', approved],
    ['YES', approved],
  ] as const)
    await journal.saveHold(aHold({ code, requestId: code, ...more }));
  const database = new DatabaseSync(journal.file);
  database.exec("UPDATE holds SET body = '{' WHERE code IN ('BAD', 'WORSE')");
  database.close();
  const told: string[] = [];
  const damaged = toldOnce((_line, { why }) => void told.push(why));
  for (let time = 0; time < 2; time++)
    await closeInherited(journal, { guard: 'b', until: 10, inherited: [''] }, damaged, lost);
  for (const code of ['OPEN', 'YES']) assert.equal((await journal.hold(code))?.state, 'expired', code);
  assert.deepEqual(yeses, ['YES ben'], 'once');
  assert.deepEqual([told.length, /BAD/.test(told[0] ?? ''), /WORSE/.test(told[1] ?? '')], [2, true, true]);
  await assert.rejects(journal.hold('BAD'), { code: 'damaged' });
  await journal.close();
});

it('one that can not be closed is no one that was answered', async () => {
  for (const error of [new ToolcribError('journal', 'the disk is full'), new Error('no such table')]) {
    const journal = {
      holds: async () => [aHold({ code: 'OPEN' })],
      saveHold: () => Promise.reject(error),
    };
    await assert.rejects(
      closeInherited(journal, { guard: 'b', until: 10, inherited: [''] }, fails, lost),
      (thrown) => thrown === error,
    );
  }
});

it('looks each day, says nothing where nothing was dropped, closes what it opened, and is stopped', async () => {
  const timers: { delay: number; run(): void }[] = [];
  const clock: Clock = {
    now: () => 5_000,
    after(delay, run) {
      const timer = { delay, run };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  };
  const lines: string[] = [];
  const done: string[] = [];
  let dropped: Error | number = 0;
  const open = () => ({
    async prune(before: number) {
      done.push(`before ${before}`);
      if (dropped instanceof Error) throw dropped;
      return { acts: dropped, snapshots: 0 };
    },
    close: async () => void done.push('closed'),
  });
  const stop = housekeeping({
    openJournal: open as never,
    clock,
    keepMs: () => 2_000,
    log: (line, detail) => void lines.push(`${line} ${JSON.stringify(detail)}`),
  });
  const next = async () => {
    const timer = timers.shift();
    timer?.run();
    await new Promise((resolve) => setImmediate(resolve));
    return timer?.delay;
  };
  assert.equal(await next(), 60_000);
  assert.deepEqual([done, lines], [['before 3000', 'closed'], []]);
  dropped = new Error('the disk is full');
  assert.equal(await next(), 24 * 3_600_000);
  assert.deepEqual(
    [done.length, lines],
    [4, ['old acts could not be dropped {"why":"Error: the disk is full"}']],
  );
  assert.equal(timers.length, 1);
  stop();
  assert.equal(timers.length, 0);
});
