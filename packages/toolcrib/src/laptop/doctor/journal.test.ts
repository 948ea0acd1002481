import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import type { GuardStatus } from '../api/schema.ts';
import { bytesText, journal, nearest } from './journal.ts';
import { patient, states, texts } from './testing/patient.ts';

const guard = (text: string | null) => ({ journal: text }) as GuardStatus;

test('where it is, how large, and what the guard says of writing it', async () => {
  const one = patient(
    {},
    { 'state/journal/journal.db': 'x'.repeat(1500), 'state/journal/journal.db-wal': 'x'.repeat(1000) },
  );
  const held = { ...one, holdings: async () => ({ snapshots: 3, unfinished: 0 }) };
  const well = await journal.look({ ...held, guard: guard(null) });
  assert.deepEqual(states(well), ['fine', 'fine']);
  assert.ok(
    texts(well).includes(`${one.paths.journal} can be read: 2.5 KB, 3 snapshots for undo.`),
    texts(well),
  );
  const full = await journal.look({ ...held, guard: guard('no space left on device') });
  assert.deepEqual(states(full), ['fine', 'fault']);
  assert.match(texts(full), /nothing destructive passes: no space left on device\./);
});

test('one that can not be read is told with what to do; where no guard runs writing is not known', async () => {
  const one = patient({}, { 'state/journal/journal.db': 'no database' });
  const damaged = () =>
    Promise.reject(new ToolcribError('damaged', 'It is damaged.', { next: 'Keep it as it is.' }));
  const found = await journal.look({ ...one, holdings: damaged });
  assert.deepEqual(states(found), ['fault', 'unknown']);
  assert.match(texts(found), /can’t be read: It is damaged\. Keep it as it is\.\n.*toolcrib guard start/s);
});

test('none yet: nothing is opened, and only what would stand in its way is told', async () => {
  const one = { ...patient(), holdings: () => assert.fail('it would be made') };
  assert.deepEqual(states(await journal.look(one)), ['note']);
});

test('what the system does not let be written is a fault', async (t) => {
  if (process.getuid?.() === 0) {
    // Root may write anything; a folder that is a file nobody can.
    const blocked = patient({}, { state: '' });
    assert.equal(nearest(join(blocked.paths.journal, 'x')), blocked.paths.state);
    return t.diagnostic('asked as root: of rights nothing is shown');
  }
  const one = patient();
  chmodSync(one.home, 0o500);
  assert.deepEqual(states(await journal.look(one)), ['note', 'fault']);
  chmodSync(one.home, 0o700);
  writeFileSync(join(one.home, 'again'), '');
});

test('bytes for people', () => {
  for (const [bytes, text] of [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 KB'],
    [9_949, '9.9 KB'],
    [12_000, '12 KB'],
    [80e9, '80 GB'],
    [2e15, '2000 TB'],
  ] as const)
    assert.equal(bytesText(bytes), text);
});
