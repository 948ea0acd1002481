import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * One build at a time: test files run in parallel. The lock is the operating system's, by way of SQLite: it ends with
 * the process that holds it, so that none is ever left behind by a dead one, or taken for a living one's.
 * @param path of a small file; it stays, unlocked
 * @param say gets a line where somebody else builds
 * @returns gives it back
 */
export async function lockBuild(path: string, say: (line: string) => void): Promise<() => void> {
  const file = new DatabaseSync(path);
  for (let told = false; ; ) {
    try {
      file.exec('BEGIN EXCLUSIVE');
      return () => file.close();
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) {
        file.close();
        throw error;
      }
    }
    if (!told) say('testbed: waiting for another build …');
    told = true;
    await sleep(300);
  }
}

const SQLITE_BUSY = 5;
