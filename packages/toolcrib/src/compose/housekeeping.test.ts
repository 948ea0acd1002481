import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { openJournal } from '@toolcrib/guard/journal';
import type { Clock } from '@toolcrib/model';
import { housekeeping } from './housekeeping.ts';

const folder = join(mkdtempSync(join(tmpdir(), 'toolcrib-house-')), 'journal');
after(() => rmSync(folder, { recursive: true, force: true }));

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
    journal,
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
