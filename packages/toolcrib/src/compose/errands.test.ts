import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { errands } from './errands.ts';

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-errands-'));
after(() => rmSync(folder, { recursive: true }));
const from = { env: { TOOLCRIB_HOME: folder }, home: folder };
const undo = { name: 'undo', reaches: 'cluster' } as const;
const asked = { input: { act: 'act-1' }, asker: { person: 'aiko', pid: process.pid }, runs: [] };
const nothing = () => undefined;

test('what an operation says in its own thread is said here, with its code', async () => {
  const away = errands(from);
  await assert.rejects(away.run(undo, asked, nothing), { code: 'not-found', next: /toolcrib on/ });
  await assert.rejects(away.run(undo, { ...asked, input: { acts: 1 } }, nothing), { code: 'usage' });
});

test('one more than may be at once is refused, and asked again once one has ended it is not', async () => {
  const away = errands(from, 1);
  const first = away.run(undo, asked, nothing);
  await assert.rejects(away.run(undo, asked, nothing), { code: 'limit', next: /Ask again/ });
  await assert.rejects(first, { code: 'not-found' });
  await assert.rejects(away.run(undo, asked, nothing), { code: 'not-found' });
});

test('what touches no cluster is in nobody’s place who does, nor the other way round', async () => {
  const away = errands(from, 1);
  const criteria = { name: 'criteria', reaches: 'itself' } as const;
  const plain = { ...asked, input: {} };
  const first = away.run(criteria, plain, nothing);
  await assert.rejects(away.run(criteria, plain, nothing), { code: 'limit', message: /like it/ });
  await assert.rejects(away.run(undo, asked, nothing), { code: 'not-found' });
  assert.ok(Array.isArray(await first));
});

test('what is not done in time is cut off at the end', async () => {
  const away = errands(from);
  const cut = assert.rejects(away.run(undo, asked, nothing), /its thread ended/);
  await away.close(0);
  await cut;
});
