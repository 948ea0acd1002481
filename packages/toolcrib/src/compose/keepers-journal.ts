import { loadKey, openJournal, reopeningJournal } from '@toolcrib/guard/journal';
import { type Clock, type Journal, ToolcribError } from '@toolcrib/model';
import { log } from './log.ts';

/** The journal as the keeper has it, opened again when it broke; and how it is opened once more beside it. */
export interface KeepersJournal {
  journal: Journal;
  openOwn(): ReturnType<typeof openJournal>;
}

/**
 * A full disk or a read-only folder is no reason to stop reads; a wrong key or a damaged journal is for a person.
 * @throws ToolcribError `wrong-key`, `damaged`
 */
export async function keepersJournal(
  { journal: folder, env }: { journal: string; env: Record<string, string | undefined> },
  clock: Clock,
): Promise<KeepersJournal> {
  const openOwn = () => openJournal({ folder, key: loadKey({ folder, env }), clock });
  const journal = reopeningJournal(openOwn);
  await journal.probe().catch((error: unknown) => {
    if (!(error instanceof ToolcribError) || !['journal', 'newer'].includes(error.code)) throw error;
    log('the journal can not be written now: nothing destructive will pass', { why: error.message });
  });
  return { journal, openOwn };
}
