import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from './index.ts';
import { journalContract } from './testing/contract.ts';

const clock = { now: () => Date.now(), after: () => () => undefined };

journalContract('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-journal-'));
  const key = randomBytes(32);
  return {
    open: async () => openJournal({ folder, key, clock }),
    dispose: async () => rmSync(folder, { recursive: true }),
  };
});
