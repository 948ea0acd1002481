import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { errands } from './errands.ts';

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-errands-'));
after(() => rmSync(folder, { recursive: true }));
const from = { env: { TOOLCRIB_HOME: folder }, home: folder };
const undo = {
  name: 'undo',
  input: { act: 'act-1' },
  asker: { person: 'aiko', pid: process.pid },
  runs: [],
} as const;
const nothing = () => undefined;

test('what an operation says in its own thread is said here, with its code', async () => {
  const away = errands(from);
  await assert.rejects(away.run(undo, nothing), { code: 'not-found', next: /toolcrib on/ });
  await assert.rejects(away.run({ ...undo, input: { acts: 1 } }, nothing), { code: 'usage' });
});

test('one more than may be at once is refused, and asked again once one has ended it is not', async () => {
  const away = errands(from, 1);
  const first = away.run(undo, nothing);
  await assert.rejects(away.run(undo, nothing), { code: 'limit', next: /Ask again/ });
  await assert.rejects(first, { code: 'not-found' });
  await assert.rejects(away.run(undo, nothing), { code: 'not-found' });
});

test('what is not done in time is cut off at the end', async () => {
  const away = errands(from);
  const cut = assert.rejects(away.run(undo, nothing), /its thread ended/);
  await away.close(0);
  await cut;
});
