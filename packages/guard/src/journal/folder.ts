import { closeSync, fsyncSync, openSync } from 'node:fs';

/** In the journal's folder, beside the key. */
export const JOURNAL_FILE = 'journal.db';

/** Makes a new name in a folder durable. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
