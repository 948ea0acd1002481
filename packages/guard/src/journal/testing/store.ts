import type { Journal, ToolcribErrorCode } from '@toolcrib/model';

/** One store that several journals can be opened on, as several processes would. */
export interface JournalStore {
  open(): Promise<Journal>;
  dispose(): Promise<void>;
}

/** A store, opened so many times, for the length of that. */
export async function withJournals(
  makeStore: () => Promise<JournalStore>,
  count: number,
  run: (journals: Journal[]) => Promise<void>,
): Promise<void> {
  const store = await makeStore();
  const journals: Journal[] = [];
  try {
    for (let i = 0; i < count; i++) journals.push(await store.open());
    await run(journals);
  } finally {
    for (const journal of journals) await journal.close();
    await store.dispose();
  }
}

/** Tests over one journal, and over two of one store. */
export const over = (makeStore: () => Promise<JournalStore>) => ({
  one: (run: (journal: Journal) => Promise<void>) => () =>
    withJournals(makeStore, 1, ([journal]) => run(journal as Journal)),
  two: (run: (one: Journal, other: Journal) => Promise<void>) => () =>
    withJournals(makeStore, 2, ([one, other]) => run(one as Journal, other as Journal)),
});

export const failsWith = (code: ToolcribErrorCode) => (error: unknown) =>
  (error as { code?: string }).code === code;
