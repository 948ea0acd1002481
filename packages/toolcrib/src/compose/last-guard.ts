import type { LeaseNews } from '@toolcrib/guard/lease/lease';
import { readIfThere, writeOwnFile } from '../laptop/files.ts';
import { log } from './log.ts';

/**
 * Which guard had this state folder's lock last. Who has the lock knows by it that the one before has ended, and need not
 * wait for the end of its lease.
 */
export function lastGuard(path: string) {
  let written: string | undefined;
  return {
    read: (): string | undefined => readIfThere(path)?.trim() || undefined,
    /** Only once it has a lease: by then the one before has none. */
    write({ guard, until }: LeaseNews): void {
      if (guard === written || until === Number.NEGATIVE_INFINITY) return;
      try {
        writeOwnFile(path, `${guard}\n`);
        written = guard;
      } catch (error) {
        log('which guard this is could not be written down: the next one waits for its lease', {
          why: String(error),
        });
      }
    },
  };
}
