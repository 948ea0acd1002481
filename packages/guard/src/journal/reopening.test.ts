import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Journal, ToolcribError } from '@toolcrib/model';
import { openJournal } from './index.ts';
import { reopeningJournal } from './reopening.ts';
import { aRequest, aSnapshot } from './testing/records.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-reopening-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** Every call of the port, and with how many values it is made. */
const CALLS: Record<Exclude<keyof Journal, 'close'>, number> = {
  saveAct: 1,
  act: 1,
  acts: 2,
  saveRequest: 1,
  requests: 2,
  keep: 2,
  together: 1,
  snapshot: 1,
  snapshotsOf: 1,
  saveHold: 1,
  hold: 1,
  holds: 2,
  saveSoften: 2,
  askUndo: 2,
  softenings: 2,
  saveUndo: 1,
  undos: 2,
  renewLease: 2,
  endLease: 1,
  takeOver: 2,
  probe: 0,
};

/** Journals that were opened, in turn; what each call does can be given by its number. */
function opening(answers: ((opened: number, name: string, values: unknown[]) => unknown) | undefined) {
  const closed: number[] = [];
  let opened = 0;
  const open = () => {
    const own = ++opened;
    return new Proxy({} as Journal, {
      get: (_none, name: string) =>
        name === 'close'
          ? async () => void closed.push(own)
          : async (...values: unknown[]) => answers?.(own, name, values),
    });
  };
  return { journal: reopeningJournal(open), closed, opened: () => opened };
}

const broken = () => new ToolcribError('journal', 'It could not be written.');

test('each call goes to the journal by its own name, with all that was given, and its answer comes back', async () => {
  const { journal, opened } = opening((_own, name, values) => ({ name, values }));
  assert.equal(opened(), 0, 'only once it is needed');
  for (const [name, count] of Object.entries(CALLS)) {
    const values = Array.from({ length: count }, (_, at) => ({ at }));
    const call = journal[name as keyof Journal] as (...values: unknown[]) => Promise<unknown>;
    assert.deepEqual(await call(...values), { name, values });
  }
  assert.equal(opened(), 1);
  assert.deepEqual(Object.keys(journal).sort(), [...Object.keys(CALLS), 'close'].sort());
});

test('one that failed is closed, the call is told, and the next has a new one', async () => {
  const failed = broken();
  const { journal, closed, opened } = opening((own) => {
    if (own === 1) throw failed;
    return own;
  });
  await assert.rejects(journal.probe(), (error) => error === failed);
  assert.deepEqual(closed, [1]);
  assert.equal(await journal.act('a'), 2);
  assert.deepEqual([opened(), closed], [2, [1]]);
});

test('that it can’t even be closed is no matter', async () => {
  let opened = 0;
  const journal = reopeningJournal(() => {
    const own = ++opened;
    return {
      probe: async () => {
        if (own === 1) throw broken();
      },
      close: async () => {
        throw new Error('the disk is gone');
      },
    } as Partial<Journal> as Journal;
  });
  await assert.rejects(journal.probe(), { code: 'journal' });
  await journal.probe();
});

test('what says nothing against the file leaves it open', async () => {
  const busy = Object.assign(new Error('database is locked'), { errcode: 5 });
  const fine = [
    new ToolcribError('journal', 'It is held.', { cause: busy }),
    new ToolcribError('conflict', 'It was used already.'),
    new ToolcribError('damaged', 'One row is damaged.'),
    new ToolcribError('newer', 'One row is of tomorrow.'),
    new Error('a fault of ours'),
  ];
  for (const error of fine) {
    const { journal, closed, opened } = opening(() => {
      throw error;
    });
    await assert.rejects(journal.probe(), (thrown) => thrown === error);
    await assert.rejects(journal.probe());
    assert.deepEqual([opened(), closed], [1, []], String(error));
  }
});

test('two calls that fail on one journal close that one, and not the one after it', async () => {
  const failing: (() => void)[] = [];
  const { journal, closed, opened } = opening((own) =>
    own === 1 ? new Promise((_, fail) => failing.push(() => fail(broken()))) : own,
  );
  const first = assert.rejects(journal.probe());
  const second = assert.rejects(journal.probe());
  failing[0]?.();
  await first;
  assert.equal(await journal.act('a'), 2);
  failing[1]?.();
  await second;
  assert.equal(await journal.act('a'), 2);
  assert.deepEqual([opened(), closed], [2, [1]]);
});

test('closed: the open one is, and none is opened any more', async () => {
  const { journal, closed, opened } = opening(() => undefined);
  await journal.probe();
  await journal.close();
  assert.deepEqual(closed, [1]);
  await assert.rejects(journal.keep(aSnapshot(), aRequest()), { code: 'journal', message: /closed/ });
  assert.equal(opened(), 1);
  const never = opening(undefined);
  await never.journal.close();
  assert.deepEqual([never.opened(), never.closed], [0, []]);
});

test('a reopening journal fails while the folder can’t be used, and works as soon as it can', async () => {
  const folder = join(root, 'blocked');
  writeFileSync(folder, '');
  const clock = { now: () => Date.now(), after: () => () => undefined };
  const key = randomBytes(32);
  const journal = reopeningJournal(() => openJournal({ folder, key, clock }));
  await assert.rejects(journal.keep(aSnapshot(), aRequest()), { code: 'journal' });
  await assert.rejects(journal.acts(), { code: 'journal' });
  rmSync(folder);
  await journal.keep(aSnapshot(), aRequest());
  // Taken away under it: this call fails, the next makes a new one.
  rmSync(folder, { recursive: true });
  await assert.rejects(journal.probe(), { code: 'journal' });
  await journal.probe();
  await journal.close();
  await assert.rejects(journal.probe(), { code: 'journal', message: /closed/ });
});
