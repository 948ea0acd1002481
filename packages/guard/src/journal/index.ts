export { loadKey } from './key.ts';
export { reopeningJournal } from './reopening.ts';
export type { Holdings, Pruned } from './retention.ts';
export { type JournalOptions, openJournal, type SqliteJournal } from './sqlite.ts';
